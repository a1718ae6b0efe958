import { describe, expect, test } from 'vitest';
import { describeFile } from '../../native-bridge/sources/dicomFile.ts';
import { expandSegments } from '../../src/dicom/palette.ts';
import { type BuiltElement, buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';

const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const words = (...values: readonly number[]) => Uint16Array.from(values);

describe('a colour table in segments is written out', () => {
  test('discrete and linear ones, of bytes', () => {
    expect([...(expandSegments(bytes(0, 2, 10, 20, 1, 4, 40, 0, 1, 7), 7, true) ?? [])]).toEqual([10, 20, 25, 30, 35, 40, 7]);
  });

  test('of words, falling', () => {
    expect([...(expandSegments(words(0, 1, 4000, 1, 4, 0), 5, false) ?? [])]).toEqual([4000, 3000, 2000, 1000, 0]);
  });

  test('an indirect one repeats earlier segments from where the table then is', () => {
    // From byte 6 on: the linear segment, whose start is now the end of the table.
    expect([...(expandSegments(words(0, 1, 0, 1, 2, 100, 0, 1, 50, 2, 1, 6, 0), 6, false) ?? [])]).toEqual([0, 50, 100, 50, 75, 100]);
    expect([...(expandSegments(bytes(0, 1, 0, 1, 2, 100, 0, 1, 50, 2, 2, 3, 0, 0, 0), 7, true) ?? [])]).toEqual([0, 50, 100, 50, 75, 100, 50]);
  });

  test.each([
    ['a table that they do not fill', bytes(0, 2, 10, 20), 3],
    ['a line from nowhere', bytes(1, 4, 40), 4],
    ['an unknown kind', bytes(0, 1, 5, 9, 3, 1), 4],
    ['one that repeats itself', bytes(0, 1, 5, 2, 1, 3, 0, 0, 0), 9],
  ])('%s is none', (_, segments, entries) => {
    expect(expandSegments(segments, entries, true)).toBeNull();
  });
});

test('an image whose colours are in segments is shown by their luma', () => {
  const grey = (tag: number): BuiltElement => element(tag, 'OW', bytes(0, 1, 0, 1, 255, 255));
  const descriptor = [1, 2, 3].map((colour) => element(0x00281100 + colour, 'US', [256, 0, 8]));
  const also = [...descriptor, grey(0x00281221), grey(0x00281222), grey(0x00281223)];
  const file = describeFile('FILE', buildPart10(xrayRun({ rows: 1, columns: 3, photometric: 'PALETTE COLOR', frames: [bytes(0, 100, 255)], also })));
  if (!file.ok) throw new Error(file.fault.message);
  expect(file.value.palette?.luma.length).toBe(256);
  expect([0, 100, 255].map((index) => file.value.palette?.luma[index])).toEqual([0, 100, 255]);
});
