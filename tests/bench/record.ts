import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FrameCompression, openRecordWriter } from '../../native-bridge/record/writer.ts';
import { testHeader, testSummary } from '../unit/recordFixture.ts';
import { alternate, type Benchmark, measureOf } from './benchmark.ts';
import { noiseFrames, planeFrame } from './frames.ts';

const frames = 240;
/** So many of each plane come before the clock runs: a procedure has begun when its frames come, and threads start once. */
const primingFrames = 8;
const megabytes = (frames * 2 * 1024 * 1024 * 2) / 1e6;
/** Two planes of 1024² in 16 bit at 15 frames a second. */
const liveMegabytesPerSecond = 63;

/** What a run leaves behind is over by then: deleted gigabytes that the disk is told of, memory that goes back to a virtual machine's host. */
const settleMs = 4000;

interface Speed {
  readonly writtenMbPerS: number;
  readonly syncedMbPerS: number;
  readonly cpuMsPerMb: number;
}

function stopwatch() {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  return {
    mbPerS: () => megabytes / ((performance.now() - startMs) / 1000),
    cpuMsPerMb: () => {
      const { user, system } = process.cpuUsage(startCpu);
      return (user + system) / 1000 / megabytes;
    },
  };
}

/** Each run begins on a machine that has done with the one before, and takes memory that nobody had a moment ago, as a recording does. */
async function settled<T>(run: () => T | Promise<T>): Promise<T> {
  spawnSync('sync');
  await sleep(settleMs);
  return run();
}

/** `hashes`: how many SHA-256 go over the bytes on their way, as a record has one of each frame and one of each file. */
function plain(folder: string, hashes: 0 | 2): Speed {
  const pictures = noiseFrames();
  const names = ['a', 'b'].map((plane) => join(folder, `plain-${plane}`));
  const files = names.map((name) => openSync(name, 'w'));
  const watch = stopwatch();
  for (let i = 0; i < frames; i++) {
    const bytes = new Uint8Array((pictures[i % pictures.length] ?? new Uint16Array()).buffer);
    for (const file of files) {
      for (let n = 0; n < hashes; n++) createHash('sha256').update(bytes).digest();
      writeSync(file, bytes);
    }
  }
  const writtenMbPerS = watch.mbPerS();
  for (const file of files) fdatasyncSync(file);
  const syncedMbPerS = watch.mbPerS();
  for (const file of files) closeSync(file);
  for (const name of names) rmSync(name);
  return { writtenMbPerS, syncedMbPerS, cpuMsPerMb: watch.cpuMsPerMb() };
}

async function recorded(folder: string, compression: FrameCompression): Promise<Speed> {
  const pictures = noiseFrames();
  const place = join(folder, `record-${compression}`);
  const opened = await openRecordWriter({ folder: place }, testHeader, (message) => process.stderr.write(`${message}\n`), { compression });
  if (!opened.ok) throw new Error(opened.fault.message);
  const write = async (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      for (const plane of ['a', 'b'] as const) opened.value.write(planeFrame(plane, i, pictures[i % pictures.length] ?? new Uint16Array()));
      await opened.value.drained(16 << 20);
    }
    await opened.value.drained(0);
  };
  await write(0, primingFrames);
  const watch = stopwatch();
  await write(primingFrames, primingFrames + frames);
  const writtenMbPerS = watch.mbPerS();
  const closed = await opened.value.close(testSummary);
  if (!closed.ok) throw new Error(closed.fault.message);
  const speed = { writtenMbPerS, syncedMbPerS: watch.mbPerS(), cpuMsPerMb: watch.cpuMsPerMb() };
  rmSync(place, { recursive: true });
  return speed;
}

/** SHA-256 of the same bytes and nothing else, on one core. */
function hashedOnly(): number {
  const pictures = noiseFrames();
  const watch = stopwatch();
  for (let i = 0; i < 2 * frames; i++)
    createHash('sha256')
      .update(pictures[i % pictures.length] ?? new Uint16Array())
      .digest();
  return watch.mbPerS();
}

/** The record writer against plain writing of the same bytes: two planes of 1024² 16 bit, as fast as it goes. */
export const recordBenchmark: Benchmark = {
  name: 'record',
  what: 'writing two planes of 1024² 16 bit with their attributes, hash chain and index',
  async run({ folder, rounds }) {
    const uncompressed = await alternate(
      rounds,
      () => settled(() => recorded(folder, 'none')),
      () => settled(() => plain(folder, 0)),
    );
    const hashed: Speed[] = [];
    for (let round = 0; round < rounds; round++) hashed.push(await settled(() => plain(folder, 2)));
    const warm = await alternate(
      rounds,
      () => recorded(folder, 'none'),
      () => plain(folder, 0),
    );
    const hashing = Array.from({ length: rounds }, hashedOnly);
    const zstd: Speed[] = [];
    for (let round = 0; round < rounds; round++) zstd.push(await recorded(folder, 'zstd'));
    const against = 'write() of the same bytes';
    const of = (speeds: readonly Speed[], key: keyof Speed) => speeds.map((speed) => speed[key]);
    return [
      measureOf(
        { name: 'record', measure: 'uncompressed, written', unit: 'MB/s', target: { of: 'ratio', atLeast: 0.7 }, against },
        of(uncompressed.ours, 'writtenMbPerS'),
        of(uncompressed.reference, 'writtenMbPerS'),
      ),
      measureOf(
        {
          name: 'record',
          measure: 'uncompressed, closed and on disk',
          unit: 'MB/s',
          target: { of: 'ratio', atLeast: 0.7 },
          against: `${against}, then fdatasync`,
        },
        of(uncompressed.ours, 'syncedMbPerS'),
        of(uncompressed.reference, 'syncedMbPerS'),
      ),
      measureOf(
        {
          name: 'record',
          measure: 'uncompressed, written',
          unit: 'MB/s',
          target: { of: 'ratio', atLeast: 0.7 },
          against: `${against} and two SHA-256 of them`,
        },
        of(uncompressed.ours, 'writtenMbPerS'),
        of(hashed, 'writtenMbPerS'),
      ),
      measureOf(
        {
          name: 'record',
          measure: 'uncompressed, written into memory that the run before has freed',
          unit: 'MB/s',
          target: { of: 'ratio', atLeast: 0.7 },
          against,
        },
        of(warm.ours, 'writtenMbPerS'),
        of(warm.reference, 'writtenMbPerS'),
      ),
      measureOf(
        { name: 'record', measure: 'uncompressed, processor time of all threads', unit: 'ms/MB', against },
        of(uncompressed.ours, 'cpuMsPerMb'),
        of(uncompressed.reference, 'cpuMsPerMb'),
      ),
      measureOf(
        { name: 'record', measure: 'one SHA-256 of the bytes, one core; the record has two', unit: 'MB/s', against },
        hashing,
        of(uncompressed.reference, 'writtenMbPerS'),
      ),
      measureOf(
        {
          name: 'record',
          measure: 'zstd, written',
          unit: 'MB/s',
          target: { of: 'ours', atLeast: liveMegabytesPerSecond },
          against: 'two live planes give 63 MB/s',
        },
        of(zstd, 'writtenMbPerS'),
        null,
      ),
      measureOf(
        {
          name: 'record',
          measure: 'zstd, processor time',
          unit: 'ms/MB',
          target: { of: 'ours', atMost: Math.round(1000 / liveMegabytesPerSecond) },
          against: 'one core at 63 MB/s',
        },
        of(zstd, 'cpuMsPerMb'),
        null,
      ),
    ];
  },
};
