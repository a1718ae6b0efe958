import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Source, SourceEvent } from '../../native-bridge/sources/source.ts';
import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';

export interface SourceContractOptions {
  /** Sources that go on for long are read as far as this many events, then aborted. */
  readonly mostEvents?: number;
  /** `false` for sources that have no frames: injectors. */
  readonly frames?: false;
}

const frameOf = (event: SourceEvent): XrayFrame | null => (event.topic === '/plane/a/frame' || event.topic === '/plane/b/frame' ? event.data : null);

const pixelHash = ({ pixels }: XrayFrame) =>
  createHash('sha256')
    .update(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))
    .digest('hex');

function highestOf(pixels: XrayFrame['pixels']): number {
  let highest = 0;
  for (const value of pixels) highest = Math.max(highest, value);
  return highest;
}

/** An event as text, pixels as their hash: equal texts are equal events, to the bit. */
function fingerprint(event: SourceEvent): string {
  const frame = frameOf(event);
  return JSON.stringify(frame === null ? event : { topic: event.topic, atMs: event.atMs, attributes: frame.attributes, pixels: pixelHash(frame) });
}

async function readUpTo(source: Source, most: number, each: (event: SourceEvent) => void | Promise<void> = () => {}): Promise<SourceEvent[]> {
  const stop = new AbortController();
  const events: SourceEvent[] = [];
  for await (const event of source.events(stop.signal)) {
    await each(event);
    events.push(event);
    if (events.length >= most) break;
  }
  stop.abort();
  return events;
}

/** Threads, timers and open files of this process, by kind. */
function held(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const holdsNoMoreThan = (before: Readonly<Record<string, number>>) =>
  ['Worker', 'MessagePort', 'FSReqPromise', 'TTYWrap', 'PipeWrap'].every((kind) => (held()[kind] ?? 0) <= (before[kind] ?? 0));

/** The promises in the docstring of `Source`, as tests. `open` opens the same thing anew each time. */
export function sourceContract(name: string, open: () => Promise<Source>, options: SourceContractOptions = {}): void {
  const most = options.mostEvents ?? 10_000;

  describe(`source contract: ${name}`, () => {
    test('frames are whole: as many pixels as rows and columns say, of the width that bitsAllocated says, within bitsStored', async () => {
      let frames = 0;
      await readUpTo(await open(), most, (event) => {
        const frame = frameOf(event);
        if (frame === null) return;
        frames++;
        const { rows, columns, bitsAllocated, bitsStored } = frame.attributes;
        expect(frame.pixels.length).toBe(rows * columns);
        expect(frame.pixels.BYTES_PER_ELEMENT * 8).toBe(bitsAllocated);
        expect(highestOf(frame.pixels)).toBeLessThan(2 ** bitsStored);
      });
      expect(frames > 0).toBe(options.frames !== false);
    });

    test('frame numbers go up by one, or a gap says which are missing', async () => {
      const events = await readUpTo(await open(), most);
      let next: number | null = null;
      let announced = 0;
      for (const event of events) {
        if (event.topic === '/gap' && event.data.kind === 'frames-missing') announced += event.data.toFrame - event.data.fromFrame + 1;
        const frame = frameOf(event);
        if (frame === null) continue;
        if (next !== null) expect(frame.attributes.frameNumber).toBe(next + announced);
        next = frame.attributes.frameNumber + 1;
        announced = 0;
      }
    });

    test('a paced source says when each event happens, and never goes back in time', async () => {
      const source = await open();
      if (source.pace !== 'paced') return;
      const times = (await readUpTo(source, most)).map((event) => event.atMs);
      expect(times.every((time) => time !== null && Number.isFinite(time))).toBe(true);
      expect(times).toEqual(times.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    });

    test('a paced source yields the same events again, to the bit, also to a slow reader', async () => {
      const source = await open();
      if (source.pace !== 'paced') return;
      const quick = (await readUpTo(source, most)).map(fingerprint);
      let pauses = 5;
      const slow = await readUpTo(await open(), most, async () => {
        if (pauses-- > 0) await sleep(20);
      });
      expect(slow.map(fingerprint)).toEqual(quick);
    });

    test('pixels are never written again after they were yielded', async () => {
      const then: string[] = [];
      const events = await readUpTo(await open(), most, (event) => {
        const frame = frameOf(event);
        if (frame !== null) then.push(pixelHash(frame));
      });
      const now = events.flatMap((event) => frameOf(event) ?? []).map(pixelHash);
      expect(now).toEqual(then);
    });

    test('it ends when it is aborted, and then holds no thread and no file', async () => {
      const before = held();
      const stop = new AbortController();
      let after = 0;
      for await (const _ of (await open()).events(stop.signal)) {
        if (stop.signal.aborted) after++;
        stop.abort();
      }
      expect(after).toBeLessThanOrEqual(1);
      for (let i = 0; i < 100 && !holdsNoMoreThan(before); i++) await sleep(20);
      expect(holdsNoMoreThan(before)).toBe(true);
    });

    test('it ends when it was aborted before it began', async () => {
      const events: SourceEvent[] = [];
      for await (const event of (await open()).events(AbortSignal.abort())) events.push(event);
      expect(events.filter((event) => frameOf(event) !== null)).toHaveLength(0);
    });
  });
}
