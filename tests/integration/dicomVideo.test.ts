import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFrameSource } from '../../native-bridge/sources/open.ts';
import type { SourceEvent } from '../../native-bridge/sources/source.ts';
import { describeVideoLibrary } from '../../native-bridge/sources/videoLibrary.ts';
import { buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';
import { programPath } from './videoPeers.ts';

const library = await describeVideoLibrary();
const lacking = !library.ok ? 'node-av is not installed' : programPath('ffmpeg') === null ? 'ffmpeg is not installed' : null;
const width = 96;
const height = 64;
const count = 12;
let folder = '';

const ffmpeg = (...args: readonly string[]): Buffer => {
  const { status, stdout, stderr } = spawnSync('ffmpeg', ['-loglevel', 'error', '-y', ...args], { maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout;
};
const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=25`, '-frames:v', String(count)];

interface Coding {
  readonly name: string;
  readonly syntax: string;
  readonly file: string;
  readonly encode: readonly string[];
  readonly bits: 8 | 10;
}
const codings: readonly Coding[] = [
  { name: 'MPEG-2', syntax: '4.100', file: 'a.m2v', encode: ['-c:v', 'mpeg2video', '-pix_fmt', 'yuv420p', '-bf', '2'], bits: 8 },
  { name: 'MPEG-2 in a transport stream', syntax: '4.101', file: 'a.ts', encode: ['-c:v', 'mpeg2video', '-pix_fmt', 'yuv420p'], bits: 8 },
  { name: 'H.264', syntax: '4.102', file: 'a.264', encode: ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'], bits: 8 },
  { name: 'H.264 in MP4', syntax: '4.104', file: 'a.mp4', encode: ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'], bits: 8 },
  { name: 'HEVC', syntax: '4.107', file: 'a.265', encode: ['-c:v', 'libx265', '-x265-params', 'log-level=none', '-pix_fmt', 'yuv420p'], bits: 8 },
  {
    name: 'HEVC of 10 bits',
    syntax: '4.108',
    file: 'a10.265',
    encode: ['-c:v', 'libx265', '-x265-params', 'log-level=none', '-pix_fmt', 'yuv420p10le'],
    bits: 10,
  },
];

/** The stream as a DICOM file: one item, or several. */
function dicomOf(stream: Uint8Array, syntax: string, bits: 8 | 10, frames = count, pieceBytes = stream.length): Uint8Array {
  const blank = bits === 8 ? new Uint8Array(0) : new Uint16Array(0);
  const fragments = Array.from({ length: Math.ceil(stream.length / pieceBytes) }, (_, index) => stream.subarray(index * pieceBytes, (index + 1) * pieceBytes));
  const run = xrayRun({
    rows: height,
    columns: width,
    bitsStored: bits,
    samplesPerPixel: 3,
    photometric: 'YBR_PARTIAL_420',
    frames: Array.from({ length: frames }, () => blank),
    coded: { frames: [fragments], offsetTable: false },
    also: [element(0x00181063, 'DS', '40')],
  });
  return buildPart10(run, { transferSyntax: `1.2.840.10008.1.2.${syntax}` });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-dicom-video-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function play(bytes: Uint8Array): Promise<readonly SourceEvent[]> {
  const path = join(folder, 'run.dcm');
  await writeFile(path, bytes);
  const opened = await openFrameSource(`dicom:${path}`, 'a');
  if (!opened.ok) throw new Error(opened.fault.message);
  const events: SourceEvent[] = [];
  for await (const event of opened.value.events(new AbortController().signal)) events.push(event);
  return events;
}
const framesOf = (events: readonly SourceEvent[]) => events.flatMap((event) => (event.topic === '/plane/a/frame' ? [event.data] : []));

describe.skipIf(lacking !== null)(`video inside DICOM${lacking === null ? '' : ` (skipped: ${lacking})`}`, () => {
  test.each(codings)('$name: every frame has the luma that another decoder gives', async ({ syntax, file, encode, bits }) => {
    const path = join(folder, file);
    ffmpeg(...picture, ...encode, path);
    const luma = ffmpeg('-i', path, '-vf', 'extractplanes=y', '-f', 'rawvideo', '-');
    const events = await play(dicomOf(await readFile(path), syntax, bits, count, 3000));
    const frames = framesOf(events);
    expect(frames.map(({ attributes }) => [attributes.rows, attributes.columns, attributes.bitsStored])).toEqual(frames.map(() => [height, width, bits]));
    const played = Buffer.concat(frames.map(({ pixels }) => Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength)));
    expect(played.equals(luma)).toBe(true);
    expect(events.flatMap((event) => (event.topic === '/plane/a/frame' ? [event.atMs] : []))).toEqual(Array.from({ length: count }, (_, index) => index * 40));
  });

  test('a video that ends before its header says: the missing frames are a gap, with a word', async () => {
    const path = join(folder, 'short.264');
    ffmpeg(...picture, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', path);
    const events = await play(dicomOf(await readFile(path), '4.102', 8, count + 2));
    expect(framesOf(events)).toHaveLength(count);
    expect(events.filter((event) => event.topic === '/gap')).toHaveLength(2);
    const notices = events.flatMap((event) => (event.topic === '/device' && event.data.state === 'notice' ? [event.data.message] : []));
    expect(notices[0]).toBe('Frame 13 is missing: the video ends after 12 frames.');
  });

  test('bytes that are no video: no frame, and each missing one is said to be', async () => {
    const events = await play(dicomOf(new Uint8Array(500).fill(7), '4.102', 8, 2));
    expect(framesOf(events)).toHaveLength(0);
    expect(events.filter((event) => event.topic === '/gap')).toHaveLength(2);
  });
});
