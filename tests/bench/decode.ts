import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDicomFrames } from '../../native-bridge/sources/dicom.ts';
import { type EncodableCoding, encodeLosslessly } from '../../test-data/codecEncoders.ts';
import { buildPart10, xrayRun } from '../../test-data/dicomBuilder.ts';
import { alternate, type Benchmark, type Measure, measureOf } from './benchmark.ts';
import { noiseFrames } from './frames.ts';

const size = 1024;
const frames = 12;

interface Coding {
  readonly name: string;
  readonly coding: EncodableCoding;
  readonly syntax: string;
  /** How Debian's FFmpeg calls its decoder; null where it has none. */
  readonly ffmpeg: { readonly decoder: string; readonly extension: string } | null;
}
const codings: readonly Coding[] = [
  { name: 'JPEG-LS', coding: 'jpeg-ls', syntax: '1.2.840.10008.1.2.4.80', ffmpeg: { decoder: 'jpegls', extension: 'jls' } },
  { name: 'HTJ2K', coding: 'htj2k', syntax: '1.2.840.10008.1.2.4.201', ffmpeg: null },
  { name: 'JPEG 2000', coding: 'jpeg-2000', syntax: '1.2.840.10008.1.2.4.90', ffmpeg: { decoder: 'libopenjpeg', extension: 'j2k' } },
];

/**
 * Plays a run twice, as fast as it goes; ms a frame of the second time. The clock starts with the last frame of the first time: then
 * threads run, and nothing of the second is being decoded yet.
 */
async function play(path: string): Promise<number> {
  const opened = await openDicomFrames(`dicom:${path}?loop=1`, 'a');
  if (!opened.ok) throw new Error(opened.fault.message);
  const stop = new AbortController();
  let startMs = 0;
  let tookMs = 0;
  let seen = 0;
  for await (const event of opened.value.events(stop.signal)) {
    if (event.topic === '/gap') throw new Error('a frame could not be decoded');
    if (event.topic !== '/plane/a/frame') continue;
    seen++;
    if (seen === frames) startMs = performance.now();
    if (seen < 2 * frames) continue;
    tookMs = performance.now() - startMs;
    stop.abort();
  }
  return tookMs / frames;
}

/** The same code streams through FFmpeg; ms a frame by its own clock, which leaves its start out. */
function playThere({ decoder, extension }: NonNullable<Coding['ffmpeg']>, folder: string): number {
  const { stderr, status } = spawnSync('ffmpeg', ['-hide_banner', '-benchmark', '-c:v', decoder, '-i', join(folder, `%03d.${extension}`), '-f', 'null', '-'], {
    encoding: 'utf8',
  });
  const seconds = Number(/rtime=([\d.]+)s/.exec(stderr)?.[1]);
  if (status !== 0 || !Number.isFinite(seconds)) throw new Error(`ffmpeg ended with ${status}`);
  return (seconds * 1000) / frames;
}

async function measureCoding(folder: string, rounds: number, { name, coding, syntax, ffmpeg }: Coding): Promise<Measure> {
  const own = join(folder, coding);
  mkdirSync(own);
  const pictures = noiseFrames().slice(0, 3);
  const streams: Uint8Array[] = [];
  for (const samples of pictures)
    streams.push(await encodeLosslessly(coding, { width: size, height: size, bitsPerSample: 12, componentCount: 1, isSigned: false, samples }));
  const coded = Array.from({ length: frames }, (_, index) => streams[index % streams.length] ?? new Uint8Array(0));
  const path = join(own, 'run.dcm');
  const blank = new Uint16Array(0);
  const run = xrayRun({
    rows: size,
    columns: size,
    bitsStored: 12,
    frames: coded.map(() => blank),
    coded: { frames: coded.map((stream) => [stream]), offsetTable: true },
  });
  writeFileSync(path, buildPart10(run, { transferSyntax: syntax }));
  const options = { name: 'decode', measure: `${name}, 1024² of 12 bits, all threads`, unit: 'ms a frame' };
  const there = ffmpeg !== null && spawnSync('ffmpeg', ['-version']).status === 0 ? ffmpeg : null;
  if (there === null) {
    const ours: number[] = [];
    for (let round = 0; round < rounds; round++) ours.push(await play(path));
    return measureOf({ ...options, against: 'nothing here decodes it besides' }, ours, null);
  }
  for (const [index, stream] of coded.entries()) writeFileSync(join(own, `${String(index + 1).padStart(3, '0')}.${there.extension}`), stream);
  const figures = await alternate(
    rounds,
    () => play(path),
    () => playThere(there, own),
  );
  return measureOf({ ...options, against: `FFmpeg's ${there.decoder}, native, on the same streams` }, figures.ours, figures.reference);
}

/** How fast compressed DICOM frames become pictures. */
export const decodeBenchmark: Benchmark = {
  name: 'decode',
  what: 'decoding of compressed DICOM frames against native decoders',
  async run({ folder, rounds }) {
    const measures: Measure[] = [];
    for (const coding of codings) measures.push(await measureCoding(folder, rounds, coding));
    return measures;
  },
};
