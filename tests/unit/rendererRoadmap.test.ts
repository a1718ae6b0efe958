import { describe, expect, test } from 'vitest';
import { createRoadmap } from '../../renderer/viewport/roadmap.ts';

const size = 200;
const shape = { rows: size, columns: size, bitsAllocated: 16, bitsStored: 12, pixelIntensityRelationship: 'LOG' } as const;

/** Structure in both directions, as bone has it. */
function bone(dx: number, dy: number): Uint16Array {
  const pixels = new Uint16Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++)
      pixels[y * size + x] = 2000 + 600 * Math.sin((x - dx) / 9) + 500 * Math.sin((y - dy) / 11) + 200 * Math.sin((x - dx + y - dy) / 5);
  }
  return pixels;
}
const inner = (pixels: Uint8Array | Uint16Array): number[] =>
  Array.from({ length: 60 * 60 }, (_, i) => pixels[(70 + Math.floor(i / 60)) * size + 70 + (i % 60)] ?? 0);

describe('the roadmap', () => {
  test('leaves mid-grey where nothing changed', () => {
    const result = createRoadmap(bone(0, 0), shape).subtract(bone(0, 0));
    expect(result?.movedPx).toEqual([0, 0]);
    expect(new Set(inner(result?.pixels ?? new Uint16Array()))).toEqual(new Set([2048]));
  });

  test('follows a patient who moved, and shows what is new in its place', () => {
    const live = bone(5, -4);
    for (let y = 95; y < 105; y++) for (let x = 95; x < 105; x++) live[y * size + x] = (live[y * size + x] ?? 0) - 900;
    const result = createRoadmap(bone(0, 0), shape).subtract(live);
    expect(result?.movedPx).toEqual([5, -4]);
    const pixels = result?.pixels ?? new Uint16Array();
    expect(pixels[100 * size + 100]).toBe(2048 - 900);
    expect(inner(pixels).filter((value) => Math.abs(value - 2048) > 3)).toHaveLength(100);
  });

  test('takes the logarithm of a linear detector, so that half the beam is the same everywhere', () => {
    const linear = { ...shape, pixelIntensityRelationship: 'LIN' } as const;
    const reference = new Uint16Array(size * size).fill(3000);
    reference.fill(1000, 0, (size * size) / 2);
    const result = createRoadmap(reference, linear).subtract(reference.map((value) => value / 2));
    const [bright, dark] = [result?.pixels[0] ?? 0, result?.pixels[size * size - 1] ?? 0];
    expect(Math.abs(bright - dark)).toBeLessThan(4);
    expect(bright).toBeLessThan(2048 - 500);
  });

  test('does not subtract a frame of another shape', () => {
    expect(createRoadmap(bone(0, 0), shape).subtract(new Uint16Array(10))).toBeNull();
  });
});
