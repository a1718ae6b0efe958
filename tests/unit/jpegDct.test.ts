import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codedAs, startOfFrame } from '../../src/dicom/codeStream.ts';
import { decodeJpegDct } from '../../src/dicom/jpegDct.ts';
import { inverseDct } from '../../src/dicom/jpegIdct.ts';

/** The inverse DCT by its definition (T.81 A.3.3). */
function byDefinition(coefficients: Int32Array): number[] {
  const scale = (k: number) => (k === 0 ? Math.SQRT1_2 : 1);
  return Array.from({ length: 64 }, (_, at) => {
    const [y, x] = [at >> 3, at & 7];
    let sum = 0;
    for (let v = 0; v < 8; v++)
      for (let u = 0; u < 8; u++)
        sum += scale(u) * scale(v) * (coefficients[v * 8 + u] ?? 0) * Math.cos(((2 * x + 1) * u * Math.PI) / 16) * Math.cos(((2 * y + 1) * v * Math.PI) / 16);
    return sum / 4;
  });
}

test.each([8, 12])('the inverse transform of %i-bit blocks is that of the definition, within one (seed 5)', (precision) => {
  const coefficient = fc.integer({ min: -(2 ** (precision - 1)), max: 2 ** (precision - 1) });
  fc.assert(
    fc.property(fc.array(coefficient, { minLength: 64, maxLength: 64 }), (values) => {
      const block = Int32Array.from(values);
      const exact = byDefinition(block);
      inverseDct(block, precision);
      expect(Math.max(...exact.map((value, index) => Math.abs(value - (block[index] ?? 0))))).toBeLessThanOrEqual(1);
    }),
    { seed: 5, numRuns: 100 },
  );
});

/**
 * A grey JPEG of flat 8 × 8 blocks: DC differences with a table of twelve 4-bit codes (the code is the category), and an
 * AC table whose only code, one zero bit, ends the block.
 */
function flatBlocks(precision: number, columns: number, rows: number, dcLevels: readonly number[]): Uint8Array {
  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let i = count - 1; i >= 0; i--) bits.push((value >> i) & 1);
  };
  dcLevels.forEach((level, index) => {
    const difference = level - (dcLevels[index - 1] ?? 0);
    const category = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    put(category, 4);
    put(difference < 0 ? difference + 2 ** category - 1 : difference, category);
    put(0, 1);
  });
  while (bits.length % 8 !== 0) bits.push(1);
  const coded: number[] = [];
  for (let i = 0; i < bits.length; i += 8) {
    const byte = bits.slice(i, i + 8).reduce((value, bit) => value * 2 + bit, 0);
    coded.push(byte);
    if (byte === 0xff) coded.push(0);
  }
  const segment = (code: number, body: readonly number[]) => [0xff, code, (body.length + 2) >> 8, (body.length + 2) & 0xff, ...body];
  const dcCounts = [0, 0, 0, 12, ...Array.from({ length: 12 }, () => 0)];
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xdb, [0, ...Array.from({ length: 64 }, () => 8)]),
    ...segment(0xc1, [precision, rows >> 8, rows & 0xff, columns >> 8, columns & 0xff, 1, 1, 0x11, 0]),
    ...segment(0xc4, [0x00, ...dcCounts, ...Array.from({ length: 12 }, (_, index) => index)]),
    ...segment(0xc4, [0x10, 1, ...Array.from({ length: 15 }, () => 0), 0]),
    ...segment(0xda, [1, 1, 0x00, 0, 63, 0]),
    ...coded,
    ...[0xff, 0xd9],
  ]);
}

describe('a DCT-coded JPEG', () => {
  test.each([
    [12, 2048, [-500, 100, 1700, 0]],
    [8, 128, [-100, 20, 60, 0]],
  ])('of %i bits gives its samples, cropped to rows and columns', (precision, middle, levels) => {
    const image = decodeJpegDct(flatBlocks(precision, 13, 10, levels));
    expect([image.rows, image.columns, image.precision, image.components]).toEqual([10, 13, precision, 1]);
    const [a, b, c, d] = levels.map((level) => middle + level);
    expect([image.samples[0], image.samples[12], image.samples[9 * 13], image.samples[9 * 13 + 12]]).toEqual([a, b, c, d]);
  });

  test('says its process and size before it is decoded', () => {
    const stream = flatBlocks(12, 13, 10, [0, 0, 0, 0]);
    expect(startOfFrame(stream)).toEqual({ code: 0xc1, precision: 12, rows: 10, columns: 13, components: 1 });
    expect(codedAs(stream, 'jpeg-lossless')).toBe('jpeg');
  });

  test('that ends early, or is damaged anywhere, is an error with words or a picture (seed 6)', () => {
    const stream = flatBlocks(
      12,
      64,
      64,
      Array.from({ length: 64 }, (_, index) => (index * 37) % 1000),
    );
    fc.assert(
      fc.property(fc.nat(stream.length - 1), fc.nat(255), fc.nat(stream.length), (at, value, keep) => {
        const bytes = stream.slice(0, Math.max(keep, 2));
        bytes[at] = value;
        // Sizes are checked against the header before decoding; here they must not take all memory.
        const start = startOfFrame(bytes);
        if (start !== null && start.rows * start.columns > 1e6) return;
        try {
          decodeJpegDct(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error instanceof TypeError).toBe(false);
        }
      }),
      { seed: 6, numRuns: 500 },
    );
  });
});
