import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { bodyEdge, edgeDistances, isTold } from '../../src/guidance/cement/bodyEdge.ts';
import { createGrid } from '../../src/guidance/image/grid.ts';

const size = 200;
const mmPerPx = 0.25;
const [left, top, right, bottom] = [50, 60, 150, 140];

/** A block of bone whose edges are blurred over a millimetre, with noise; `contrast` of its right side is another one's. */
function picture(contrast: number, rightContrast: number, seed: number) {
  const random = seededRandom(seed);
  const grid = createGrid(size, size);
  const ramp = (mm: number): number => Math.max(0, Math.min(1, mm + 0.5));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const rightSide = rightContrast + (contrast - rightContrast) * ramp((right - x) * mmPerPx);
      const inside = ramp((x - left) * mmPerPx) * ramp((y - top) * mmPerPx) * ramp((bottom - y) * mmPerPx);
      grid.data[y * size + x] = 1 + inside * rightSide + 0.01 * random.gaussian();
    }
  }
  return { grid, known: new Uint8Array(size * size).fill(1), sigma: 0.01 };
}

const outlineWiderByMm = (mm: number): (readonly [number, number])[] => {
  const by = mm / mmPerPx;
  return [
    [left - by, top - by],
    [right + by, top - by],
    [right + by, bottom + by],
    [left - by, bottom + by],
  ];
};

describe('the edge of the bone under an outline drawn by hand', () => {
  it.each([-1.5, 0, 2])('is found within 0.3 mm on the sides of a block when the outline is %d mm too wide (seed 4)', (wide) => {
    const stations = bodyEdge(picture(0.3, 0, 4), outlineWiderByMm(wide), mmPerPx);
    const clear = stations.filter(({ offsetPx }) => offsetPx !== null);
    expect(clear.length).toBeGreaterThan(0.7 * stations.length);
    for (const { offsetPx } of clear) expect(Math.abs((offsetPx ?? Number.NaN) * mmPerPx + wide)).toBeLessThan(0.3);
  });

  it('is not told where the picture does not show it (seed 5)', () => {
    const stations = bodyEdge(picture(0.3, 0.3, 5), outlineWiderByMm(1), mmPerPx);
    const onRight = stations.filter(({ at: [x, y] }) => x > right && y > top + 20 && y < bottom - 20);
    expect(onRight.length).toBeGreaterThan(10);
    expect(onRight.filter(({ offsetPx }) => offsetPx !== null)).toHaveLength(0);
    expect(bodyEdge(picture(0, 0, 5), outlineWiderByMm(1), mmPerPx).filter(({ offsetPx }) => offsetPx !== null)).toHaveLength(0);
  });

  it('is not told where nothing is known of the picture, as under a needle', () => {
    const seen = picture(0.3, 0, 6);
    seen.known.fill(0);
    expect(bodyEdge(seen, outlineWiderByMm(0), mmPerPx).filter(({ offsetPx }) => offsetPx !== null)).toHaveLength(0);
  });

  it('gives distances from itself, not from the line that was drawn, and none where it is not told', () => {
    const drawn = outlineWiderByMm(2);
    const stations = bodyEdge(picture(0.3, 0, 7), drawn, mmPerPx);
    const outlineMm = new Float32Array(size * size).fill(-1e3);
    for (let y = 20; y < size - 20; y++) {
      for (let x = 20; x < size - 20; x++) {
        const [dx, dy] = [Math.max(left - x, x - right), Math.max(top - y, y - bottom)];
        outlineMm[y * size + x] = Math.max(dx, dy) * mmPerPx - 2;
      }
    }
    const edgeMm = edgeDistances(stations, outlineMm, { x0: 20, y0: 20, x1: size - 20, y1: size - 20 }, size, mmPerPx);
    const onePastTheTop = (top - 1.5 / mmPerPx) * size + 100;
    expect(edgeMm[onePastTheTop]).toBeGreaterThan(1.1);
    expect(edgeMm[onePastTheTop]).toBeLessThan(1.9);
    expect(isTold(edgeMm[100 * size + 100] ?? Number.NaN)).toBe(false);
  });
});
