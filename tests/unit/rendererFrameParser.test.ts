import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFrameParser, type StreamedFrame } from '../../renderer/link/frameParser.ts';
import type { FrameHeader } from '../../src/link/link.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';

const seed = 7301;

function header(seq: number, rows: number, columns: number, bitsAllocated: 8 | 16): FrameHeader {
  return {
    plane: 'a',
    seq,
    tMs: seq * 66.7,
    attributes: frameAttributes({ rows, columns, bitsAllocated, bitsStored: bitsAllocated === 8 ? 8 : 12, frameNumber: seq }),
    observation: null,
    stampedEpochMs: 0,
    dropped: 0,
  };
}

function encode(frame: FrameHeader, pixels: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(frame));
  const bytes = new Uint8Array(8 + json.length + pixels.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 4 + json.length + pixels.length, true);
  view.setUint32(4, json.length, true);
  bytes.set(json, 8);
  bytes.set(pixels, 8 + json.length);
  return bytes;
}

const frameArbitrary = fc
  .record({
    rows: fc.integer({ min: 1, max: 6 }),
    columns: fc.integer({ min: 1, max: 6 }),
    bitsAllocated: fc.constantFrom(8 as const, 16 as const),
    seed: fc.nat(),
  })
  .map(({ rows, columns, bitsAllocated, seed: value }) => ({
    frame: header(value % 1000, rows, columns, bitsAllocated),
    pixels: Uint8Array.from({ length: (rows * columns * bitsAllocated) / 8 }, (_, i) => (value + i * 31) & 0xff),
  }));

test(`frames come out whole however the stream is cut (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      fc.array(frameArbitrary, { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 30 }),
      (frames, cuts) => {
        const stream = Uint8Array.from(frames.flatMap(({ frame, pixels }) => [...encode(frame, pixels)]));
        const out: StreamedFrame[] = [];
        const parse = createFrameParser((frame) => out.push(frame));
        let at = 0;
        for (let i = 0; at < stream.length; i++) {
          const size = cuts[i % cuts.length] ?? 1;
          parse(stream.subarray(at, at + size));
          at += size;
        }
        expect(out.map(({ header: { seq } }) => seq)).toEqual(frames.map(({ frame }) => frame.seq));
        expect(out.map(({ pixels }) => [...new Uint8Array(pixels)])).toEqual(frames.map(({ pixels }) => [...pixels]));
      },
    ),
    { seed, numRuns: 200 },
  );
});

test('a frame that is not shown any more lends its buffer to the next', () => {
  const spares = [new ArrayBuffer(4)];
  const lent = spares[0];
  const out: StreamedFrame[] = [];
  const parse = createFrameParser((frame) => out.push(frame), { spare: () => spares.pop() });
  parse(encode(header(0, 2, 2, 8), Uint8Array.of(1, 2, 3, 4)));
  expect(out[0]?.pixels).toBe(lent);
});

test('a stream whose sizes contradict its header is refused rather than shown', () => {
  const parse = createFrameParser(() => {});
  expect(() => parse(encode(header(0, 4, 4, 16), new Uint8Array(7)))).toThrow(/announced/);
  const garbage = new Uint8Array(64).fill(0xff);
  expect(() => createFrameParser(() => {})(garbage)).toThrow(/not a frame/);
});

const completion = (seq: number): Uint8Array => {
  const json = new TextEncoder().encode(JSON.stringify({ completes: seq, observation: null }));
  const bytes = new Uint8Array(8 + json.length);
  new DataView(bytes.buffer).setUint32(0, 4 + json.length, true);
  new DataView(bytes.buffer).setUint32(4, json.length, true);
  bytes.set(json, 8);
  return bytes;
};

test(`a frame that went ahead is whole only with what guidance saw in it, however the stream is cut (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.array(frameArbitrary, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 700 }), (frames, cut) => {
      const stream = Uint8Array.from(
        frames.flatMap(({ frame, pixels }) => [...encode({ ...frame, observationFollows: true }, pixels), ...completion(frame.seq)]),
      );
      const told: string[] = [];
      const parse = createFrameParser(({ header: { seq } }) => told.push(`whole ${seq}`), { onAhead: ({ header: { seq } }) => told.push(`ahead ${seq}`) });
      for (let at = 0; at < stream.length; at += cut) parse(stream.subarray(at, at + cut));
      expect(told).toEqual(frames.flatMap(({ frame: { seq } }) => [`ahead ${seq}`, `whole ${seq}`]));
    }),
    { seed, numRuns: 100 },
  );
});

test('a completion of a frame that did not go ahead is refused', () => {
  expect(() => createFrameParser(() => {})(completion(3))).toThrow(/did not go ahead/);
});
