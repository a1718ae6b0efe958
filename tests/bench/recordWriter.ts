/**
 * The record writer against plain writing of the same bytes: two planes of 1024² 16 bit, alternating, as fast as it goes, with and
 * without the final sync. Prints one JSON object. Run: `node tests/bench/recordWriter.ts [frames per plane] [folder]`.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FrameCompression, openRecordWriter } from '../../native-bridge/record/writer.ts';
import { seededRandom } from '../../src/base/random.ts';
import { noGeometry } from '../../src/dicom/xrayFrame.ts';
import { testHeader, testSummary } from '../unit/recordFixture.ts';

const frames = Number(process.argv[2] ?? 60);
const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), 'pedicle-bench-'));
const size = 1024;

/** 12-bit noise around a gradient: what fluoroscopy looks like to a compressor. */
const random = seededRandom(1);
const pictures = Array.from({ length: 8 }, () => {
  const pixels = new Uint16Array(new SharedArrayBuffer(size * size * 2));
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.max(0, Math.min(4095, 800 + ((i >> 10) & 1023) + Math.round(40 * random.gaussian())));
  return pixels;
});
const megabytes = (frames * 2 * size * size * 2) / 1e6;

/** MB/s until everything was handed to the system, until it was on disk, and ms of processor time for each MB. */
interface Speed {
  readonly written: number;
  readonly synced: number;
  readonly cpuMsPerMb: number;
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function plain(name: string): Speed {
  const files = ['a', 'b'].map((plane) => openSync(join(folder, `${name}-${plane}`), 'w'));
  const startMs = performance.now();
  const startCpuMs = cpuMs();
  for (let i = 0; i < frames; i++) {
    for (const file of files) writeSync(file, new Uint8Array((pictures[i % pictures.length] ?? new Uint16Array()).buffer));
  }
  const written = performance.now() - startMs;
  for (const file of files) fdatasyncSync(file);
  const synced = performance.now() - startMs;
  for (const file of files) closeSync(file);
  return { written: megabytes / (written / 1000), synced: megabytes / (synced / 1000), cpuMsPerMb: (cpuMs() - startCpuMs) / megabytes };
}

async function ours(name: string, compression: FrameCompression): Promise<Speed> {
  const opened = await openRecordWriter({ folder: join(folder, name) }, testHeader, (message) => process.stderr.write(`${message}\n`), { compression });
  if (!opened.ok) throw new Error(opened.fault.message);
  const startMs = performance.now();
  const startCpuMs = cpuMs();
  for (let i = 0; i < frames; i++) {
    for (const [k, plane] of (['a', 'b'] as const).entries()) {
      const attributes = {
        rows: size,
        columns: size,
        bitsAllocated: 16,
        bitsStored: 12,
        photometric: 'MONOCHROME2',
        pixelIntensityRelationship: null,
        frameNumber: i,
        deviceTimeMs: null,
        frameTimeMs: null,
        windowCenter: null,
        windowWidth: null,
        geometry: noGeometry,
        simulated: true,
      } as const;
      const pixels = pictures[i % pictures.length] ?? new Uint16Array();
      opened.value.write({ topic: `/plane/${plane}/frame`, seq: 2 * i + k, tMs: i * 66, data: { attributes, pixels } });
    }
    await opened.value.drained(16 << 20);
  }
  await opened.value.drained(0);
  const written = performance.now() - startMs;
  const closed = await opened.value.close(testSummary);
  if (!closed.ok) throw new Error(closed.fault.message);
  return { written: megabytes / (written / 1000), synced: megabytes / ((performance.now() - startMs) / 1000), cpuMsPerMb: (cpuMs() - startCpuMs) / megabytes };
}

const round = ({ written, synced, cpuMsPerMb }: Speed) => ({
  written: Math.round(written),
  synced: Math.round(synced),
  cpuMsPerMb: Number(cpuMsPerMb.toFixed(2)),
});
plain('warm-up');
const results = [];
for (let run = 0; run < 3; run++) {
  const reference = plain(`plain-${run}`);
  const uncompressed = await ours(`none-${run}`, 'none');
  const zstd = await ours(`zstd-${run}`, 'zstd');
  results.push({
    megabytesPerSecond: { plain: round(reference), uncompressed: round(uncompressed), zstd: round(zstd) },
    ratio: { written: uncompressed.written / reference.written, synced: uncompressed.synced / reference.synced },
  });
}
rmSync(folder, { recursive: true });
process.stdout.write(`${JSON.stringify({ megabytes, results }, null, 1)}\n`);
