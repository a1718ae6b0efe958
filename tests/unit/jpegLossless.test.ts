import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codedAs } from '../../src/dicom/codeStream.ts';
import { decodeJpegLossless } from '../../src/dicom/jpegLossless.ts';

interface Picture {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  readonly precision: number;
  readonly samples: readonly number[];
}

/** What T.81 table H.1 predicts from the samples to the left (a), above (b) and above to the left (c). */
const predictions = [
  (a: number) => a,
  (_: number, b: number) => b,
  (_a: number, _b: number, c: number) => c,
  (a: number, b: number, c: number) => a + b - c,
  (a: number, b: number, c: number) => a + Math.floor((b - c) / 2),
  (a: number, b: number, c: number) => b + Math.floor((a - c) / 2),
  (a: number, b: number) => Math.floor((a + b) / 2),
];

/** Lossless JPEG with one table of seventeen 5-bit codes: the code is the category. `restartRows` 0: no restarts. */
function encode({ rows, columns, components, precision, samples }: Picture, predictor: number, restartRows: number): Uint8Array {
  const coded: number[] = [];
  let bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let i = count - 1; i >= 0; i--) bits.push((value >> i) & 1);
  };
  const flush = () => {
    while (bits.length % 8 !== 0) bits.push(1);
    for (let i = 0; i < bits.length; i += 8) {
      const byte = bits.slice(i, i + 8).reduce((value, bit) => value * 2 + bit, 0);
      coded.push(byte, ...(byte === 0xff ? [0] : []));
    }
    bits = [];
  };
  const sample = (row: number, column: number, component: number) => samples[(row * columns + column) * components + component] ?? 0;
  for (let row = 0; row < rows; row++) {
    const first = restartRows > 0 ? row % restartRows === 0 : row === 0;
    if (first && row > 0) {
      flush();
      coded.push(0xff, 0xd0 + ((row / restartRows - 1) % 8));
    }
    for (let column = 0; column < columns; column++)
      for (let component = 0; component < components; component++) {
        const [a, b, c] = [sample(row, column - 1, component), sample(row - 1, column, component), sample(row - 1, column - 1, component)];
        const guess = first ? (column === 0 ? 2 ** (precision - 1) : a) : column === 0 ? b : (predictions[predictor - 1]?.(a, b, c) ?? 0);
        // Differences are modulo 65536, from −32767 to 32768.
        const wrapped = (((sample(row, column, component) - guess) % 65536) + 65536) % 65536;
        const difference = wrapped > 32768 ? wrapped - 65536 : wrapped;
        const category = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
        put(category, 5);
        if (category < 16) put(difference < 0 ? difference + 2 ** category - 1 : difference, category);
      }
  }
  flush();
  const segment = (code: number, body: readonly number[]) => [0xff, code, (body.length + 2) >> 8, (body.length + 2) & 0xff, ...body];
  const ids = Array.from({ length: components }, (_, index) => index + 1);
  const interval = restartRows * columns;
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xc3, [precision, rows >> 8, rows & 0xff, columns >> 8, columns & 0xff, components, ...ids.flatMap((id) => [id, 0x11, 0])]),
    ...segment(0xc4, [0, 0, 0, 0, 0, 17, ...Array.from({ length: 11 }, () => 0), ...Array.from({ length: 17 }, (_, index) => index)]),
    ...(restartRows > 0 ? segment(0xdd, [interval >> 8, interval & 0xff]) : []),
    ...segment(0xda, [components, ...ids.flatMap((id) => [id, 0]), predictor, 0, 0]),
    ...coded,
    ...[0xff, 0xd9],
  ]);
}

const pictures = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 9 }),
    components: fc.constantFrom(1, 3),
    precision: fc.constantFrom(8, 12, 16),
  })
  .chain((size) => {
    const count = size.rows * size.columns * size.components;
    return fc.array(fc.nat(2 ** size.precision - 1), { minLength: count, maxLength: count }).map((samples): Picture => ({ ...size, samples }));
  });

test('whatever is coded comes back, with every predictor, depth and restart interval (seed 14)', () => {
  fc.assert(
    fc.property(pictures, fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 3 }), (picture, predictor, restartRows) => {
      const stream = encode(picture, predictor, restartRows);
      const decoded = decodeJpegLossless(stream);
      expect([decoded.rows, decoded.columns, decoded.components, decoded.precision]).toEqual([
        picture.rows,
        picture.columns,
        picture.components,
        picture.precision,
      ]);
      expect([...decoded.samples]).toEqual(picture.samples);
      expect(codedAs(stream, 'jpeg')).toBe('jpeg-lossless');
    }),
    { seed: 14, numRuns: 400 },
  );
});

test('a stream that ends early is an error with words (seed 15)', () => {
  const picture = { rows: 64, columns: 64, components: 1, precision: 12, samples: Array.from({ length: 4096 }, (_, index) => (index * 977) % 4096) };
  const stream = encode(picture, 1, 0);
  fc.assert(
    fc.property(fc.integer({ min: 2, max: stream.length - 200 }), (keep) => {
      expect(() => decodeJpegLossless(stream.subarray(0, keep))).toThrow(/ends early|no picture|impossible|comes before|not given/);
    }),
    { seed: 15, numRuns: 200 },
  );
});
