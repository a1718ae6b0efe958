import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { fitOutline, fittedOutline } from '../../src/guidance/cement/outlineFit.ts';
import { createGrid } from '../../src/guidance/image/grid.ts';

const size = 240;
const mmPerPx = 0.25;
const [left, top, right, bottom] = [60, 70, 180, 170];

/** A block of bone blurred over a millimetre, with noise. */
function bone(contrast: number, seed: number) {
  const random = seededRandom(seed);
  const grid = createGrid(size, size);
  const ramp = (px: number): number => Math.max(0, Math.min(1, px * mmPerPx + 0.5));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const inside = ramp(x - left) * ramp(right - x) * ramp(y - top) * ramp(bottom - y);
      grid.data[y * size + x] = 1 + contrast * inside + 0.01 * random.gaussian();
    }
  }
  return { grid, known: new Uint8Array(size * size).fill(1), sigma: 0.01 };
}

const drawn = (dxMm: number, dyMm: number, widerMm: number): (readonly [number, number])[] => {
  const [dx, dy, by] = [dxMm / mmPerPx, dyMm / mmPerPx, widerMm / mmPerPx];
  return [
    [left - by + dx, top - by + dy],
    [right + by + dx, top - by + dy],
    [right + by + dx, bottom + by + dy],
    [left - by + dx, bottom + by + dy],
  ];
};

describe('an outline drawn by hand', () => {
  it.each([
    [2, 0, 0],
    [-1.5, 1.5, 0],
    [0, -2.5, 0],
    [1, 1, -1],
  ])('is put back on the bone within 0.8 mm when it was drawn %d, %d mm off and %d mm too wide (seed 4)', (dx, dy, wider) => {
    const outline = drawn(dx, dy, wider);
    const fit = fitOutline(bone(0.3, 4), outline, mmPerPx);
    if (fit === null) throw new Error('the bone is seen all round');
    expect(Math.abs(fit.shiftPx[0] * mmPerPx + dx)).toBeLessThanOrEqual(0.8);
    expect(Math.abs(fit.shiftPx[1] * mmPerPx + dy)).toBeLessThanOrEqual(0.8);
    expect(Math.abs(fit.widerPx * mmPerPx + wider)).toBeLessThanOrEqual(0.8);
  });

  it('stays as drawn where no bone is seen (seed 5)', () => {
    expect(fitOutline(bone(0, 5), drawn(1, 0, 0), mmPerPx)).toBeNull();
  });

  it('stays as drawn where nothing is known of the picture', () => {
    const picture = bone(0.3, 6);
    picture.known.fill(0);
    expect(fitOutline(picture, drawn(1, 0, 0), mmPerPx)).toBeNull();
  });

  it.each([1, -1])('gets wider all round whichever way it was drawn (turn %d)', (turn) => {
    const outline = turn > 0 ? drawn(0, 0, 0) : drawn(0, 0, 0).toReversed();
    const area = (points: readonly (readonly [number, number])[]): number => {
      const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
      return (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
    };
    expect(area(fittedOutline(outline, { shiftPx: [3, 0], widerPx: 4 }))).toBeGreaterThan(area(outline));
  });
});
