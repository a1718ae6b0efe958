import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import { startFrameStream } from '../../native-bridge/server/frameStream.ts';
import { startSession } from '../../native-bridge/session/session.ts';
import type { Source } from '../../native-bridge/sources/source.ts';
import { seededRandom } from '../../src/base/random.ts';
import { defaultInjectorSettings } from '../../src/injector/settings.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';
import { testHeader } from '../unit/recordFixture.ts';

// What a frame costs, in counts that are the same on every machine: copies, messages, bytes on the disk and bytes read again.

const size = 512;
const frameBytes = size * size * 2;
const frames = 24;

function noise(): Uint16Array<SharedArrayBuffer> {
  const random = seededRandom(5);
  const pixels = new Uint16Array(new SharedArrayBuffer(frameBytes));
  for (let i = 0; i < pixels.length; i++) pixels[i] = 1000 + (random.uint32() & 255);
  return pixels;
}
const pictures = Array.from({ length: 4 }, noise);
const pictureOf = (index: number): Uint16Array => pictures[index % pictures.length] ?? new Uint16Array();

const camera: Source = {
  uri: 'test:camera',
  pace: 'paced',
  simulated: true,
  async *events() {
    for (let index = 0; index < frames; index++) {
      const attributes = frameAttributes({ rows: size, columns: size, bitsStored: 12, frameNumber: index });
      yield { topic: '/plane/a/frame', atMs: index * 66, data: { attributes, pixels: pictureOf(index) } };
    }
  },
};

/** Bytes of memory of its own in a message: what posting it copies, beside the text. */
function ownBytes(message: unknown): number {
  if (ArrayBuffer.isView(message)) return message.buffer instanceof SharedArrayBuffer ? 0 : message.byteLength;
  if (message === null || typeof message !== 'object') return 0;
  return Object.values(message).reduce<number>((sum, part) => sum + ownBytes(part), 0);
}

const carriesPixels = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && Object.values(message).some((part) => ArrayBuffer.isView(part) || carriesPixels(part));

let folder: string;
let record: string;
const posted: unknown[] = [];
const seen: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-budget-'));
  record = join(folder, 'record');
  const post = Worker.prototype.postMessage;
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args: Parameters<Worker['postMessage']>) {
    posted.push(args[0]);
    post.apply(this, args);
  });
  const { formatVersion: _, startedAtEpochMs: __, ...describeIt } = testHeader;
  const session = await startSession({
    sources: [camera],
    planes: ['a'],
    speed: 'max',
    injectorSettings: defaultInjectorSettings,
    describe: describeIt,
    openRecord: (header, onTrouble) => openRecordWriter({ folder: record }, header, onTrouble, { compression: 'none' }),
  });
  if (!session.ok) throw new Error(session.fault.message);
  session.value.listen({ onFolded: ({ raw }) => raw.topic === '/plane/a/frame' && seen.push(raw.data.pixels.buffer) });
  const ended = await session.value.run();
  if (!ended.ok) throw new Error(ended.fault.message);
  vi.restoreAllMocks();
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

describe('a frame of a session', () => {
  it('is never copied: every thread and every listener has the memory that the source filled', () => {
    expect(seen).toHaveLength(frames);
    expect(seen.every((buffer) => pictures.some((pixels) => pixels.buffer === buffer))).toBe(true);
    expect(posted.reduce<number>((sum, message) => sum + ownBytes(message), 0)).toBe(0);
  });

  it('is posted to two threads: guidance and the record', () => {
    expect(posted.filter(carriesPixels)).toHaveLength(2 * frames);
  });

  it('costs six messages at the most with everything that follows from it', () => {
    const ticks = posted.filter((message) => (message as { readonly topic?: string }).topic === '/tick').length;
    expect((posted.length - ticks) / frames).toBeLessThanOrEqual(6);
  });

  it('takes its pixels and a kilobyte and a half in the file of its plane, and two in telemetry', async () => {
    expect((await stat(join(record, 'plane-a.mcap'))).size).toBeLessThan(frames * (frameBytes + 1500) + 8192);
    expect((await stat(join(record, 'telemetry.mcap'))).size).toBeLessThan(frames * 2048 + 64 * 1024);
  });
});

describe('a record', () => {
  it('is read once: what is read for all of its samples is no more than its files and a few windows', async () => {
    const probe = await open(join(record, 'telemetry.mcap'), 'r');
    const handles = Object.getPrototypeOf(probe) as typeof probe;
    await probe.close();
    let readBytes = 0;
    const read = handles.read;
    vi.spyOn(handles, 'read').mockImplementation(async function (this: typeof probe, ...args: unknown[]) {
      const done = await (read as (...all: unknown[]) => Promise<{ bytesRead: number; buffer: Buffer }>).apply(this, args);
      readBytes += done.bytesRead;
      return done;
    } as typeof read);
    const reader = await openRecordReader(record);
    if (!reader.ok) throw new Error(reader.fault.message);
    let count = 0;
    for await (const { topic } of reader.value.samples()) if (topic === '/plane/a/frame') count++;
    await reader.value.close();
    expect(count).toBe(frames);
    const files = (await stat(join(record, 'plane-a.mcap'))).size + (await stat(join(record, 'telemetry.mcap'))).size;
    expect(readBytes).toBeLessThan(files + 3 * 2 ** 20);
  });
});

describe('a frame for a console', () => {
  it('goes out in two writes, its pixels from the memory that the source filled', () => {
    const written: Buffer[] = [];
    const response = { writeHead: () => undefined, flushHeaders: () => undefined, socket: null, on: () => undefined, end: () => undefined } as const;
    const write = (bytes: Buffer, done?: () => void) => {
      written.push(bytes);
      done?.();
    };
    const stream = startFrameStream({ ...response, write } as unknown as ServerResponse, () => undefined);
    for (let seq = 0; seq < frames; seq++) {
      const attributes = frameAttributes({ rows: size, columns: size, bitsStored: 12, frameNumber: seq });
      stream.offer({ header: { plane: 'a', seq, tMs: seq * 66, observation: null, stampedEpochMs: 0 }, frame: { attributes, pixels: pictureOf(seq) } });
    }
    expect(written).toHaveLength(2 * frames);
    expect(written.filter(({ buffer }) => pictures.some((pixels) => pixels.buffer === (buffer as unknown))).length).toBe(frames);
    const headBytes = written.reduce((sum, { length }) => sum + length, 0) - frames * frameBytes;
    expect(headBytes / frames).toBeLessThan(1500);
  });
});
