import { describe, expect, test } from 'vitest';
import { greyTable as printedGreys, windowOf as printedWindow } from '../../native-bridge/export/picture/window.ts';
import { createFrameDeveloper, type Look } from '../../renderer/link/frameDeveloper.ts';
import { develop, greyTable } from '../../renderer/viewport/develop.ts';
import { createRoadmap } from '../../renderer/viewport/roadmap.ts';
import { firstWindow, rangeOf, windowFromPixels } from '../../renderer/viewport/window.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';

const plain = { range: { lower: 1000, upper: 3000 }, voiFunction: 'LINEAR_EXACT', inverted: false, padding: null } as const;
const greyOf = (table: Uint32Array, value: number) => (table[value] ?? 0) & 255;

const attributes = frameAttributes({ rows: 64, columns: 64, pixelIntensityRelationship: 'LOG', simulated: false });
const frame = (shift: number) => Uint16Array.from({ length: 64 * 64 }, (_, i) => (1000 + i * 7 + shift) & 4095);
const look = (change: Partial<Look> = {}): Look => ({ id: 1, development: plain, reference: null, ...change });

describe('stored values become greys', () => {
  test('black at and below the window, white at and above, a straight line between, opaque throughout', () => {
    const table = greyTable(16, plain);
    expect([0, 1000, 2000, 3000, 65_535].map((value) => greyOf(table, value))).toEqual([0, 0, 128, 255, 255]);
    expect(table.every((word) => word >>> 24 === 255)).toBe(true);
  });

  test('inverted is the negative; padding stays black either way', () => {
    const table = greyTable(8, { ...plain, range: { lower: 0, upper: 255 }, inverted: true, padding: [7, 7] });
    expect([0, 7, 8, 255].map((value) => greyOf(table, value))).toEqual([255, 0, 247, 0]);
  });

  test('a range of padding is black throughout, and no part of a window that is taken from the picture', () => {
    const table = greyTable(16, { ...plain, padding: [2500, 70_000] });
    expect([1999, 2499, 2500, 4000, 65_535].map((value) => greyOf(table, value))).toEqual([127, 191, 0, 0, 0]);
    const pixels = Uint16Array.from({ length: 4000 }, (_, index) => (index < 2000 ? 4000 : 1000 + (index % 500)));
    expect(windowFromPixels(pixels, [3000, 4000]).upper).toBeLessThan(1500);
    const padded = { ...attributes, paddingValue: 4000, paddingLimit: 3000 };
    expect(firstWindow(padded, pixels)).toEqual(windowFromPixels(pixels, [3000, 4000]));
    expect(printedWindow({ attributes: padded, pixels }).upper).toBeLessThan(1500);
    expect(printedGreys({ lower: 1000, upper: 3000, voiFunction: 'LINEAR' }, true, [3000, 4000]).subarray(3000, 4001)).toEqual(new Uint8Array(1001));
  });

  test('a window without width is a threshold', () => {
    const table = greyTable(8, { ...plain, range: rangeOf(100, 1), voiFunction: 'LINEAR' });
    expect([98, 99, 100, 101].map((value) => greyOf(table, value))).toEqual([0, 0, 255, 255]);
  });
});

describe('frames developed beside the main thread', () => {
  test('the same greys as the main thread makes, under the look of that number', () => {
    const developer = createFrameDeveloper();
    expect(developer.develop(attributes, frame(0).buffer)).toBeNull();
    developer.setLook(look({ id: 5 }));
    const developed = developer.develop(attributes, frame(0).buffer);
    const expected = new Uint32Array(64 * 64);
    develop(frame(0), greyTable(16, plain), expected);
    expect(developed).toMatchObject({ look: 5, movedPx: null });
    expect(new Uint32Array(developed?.rgba ?? new ArrayBuffer(0))).toEqual(expected);
  });

  test('with a reference: live minus reference, as the main thread subtracts', () => {
    const developer = createFrameDeveloper();
    developer.setReference({ id: 3, attributes, pixels: frame(0) });
    developer.setLook(look({ reference: 3 }));
    const developed = developer.develop(attributes, frame(50).buffer);
    const subtracted = createRoadmap(frame(0), attributes).subtract(frame(50));
    const expected = new Uint32Array(64 * 64);
    develop(subtracted?.pixels ?? new Uint16Array(), greyTable(16, plain), expected);
    expect(developed?.movedPx).toEqual(subtracted?.movedPx);
    expect(new Uint32Array(developed?.rgba ?? new ArrayBuffer(0))).toEqual(expected);
  });

  test('a reference that is not there yet, or of another shape, is left to the main thread', () => {
    const developer = createFrameDeveloper();
    developer.setLook(look({ reference: 4 }));
    expect(developer.develop(attributes, frame(0).buffer)).toBeNull();
    developer.setReference({ id: 4, attributes: { ...attributes, rows: 32, columns: 128 }, pixels: frame(0) });
    expect(developer.develop(attributes, frame(0).buffer)).toBeNull();
  });

  test('a buffer that was given back is used again, and never while it is shown', () => {
    const developer = createFrameDeveloper();
    developer.setLook(look());
    const first = developer.develop(attributes, frame(0).buffer);
    const second = developer.develop(attributes, frame(1).buffer);
    expect(second?.rgba).not.toBe(first?.rgba);
    if (first) developer.recycle(first.rgba);
    expect(developer.develop(attributes, frame(2).buffer)?.rgba).toBe(first?.rgba);
  });
});
