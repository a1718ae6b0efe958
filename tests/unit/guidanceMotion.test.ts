import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { findField } from '../../src/guidance/image/field.ts';
import { createGrid, type Grid, halve } from '../../src/guidance/image/grid.ts';
import { createMotionTracker, type MotionEstimate } from '../../src/guidance/image/motion.ts';

const size = 200;
/** Of the coarse grid. */
const mmPerPx = 0.5;
const middle = { x0: 50, y0: 50, x1: 150, y1: 150 };

/** Bone of one patient and view: waves of a few millimetres, 0.007 nepers each, fixed by the seed. */
function bone(seed: number): (x: number, y: number) => number {
  const random = seededRandom(seed);
  const unit = (): number => random.uint32() / 2 ** 32;
  const waves = Array.from({ length: 14 }, () => {
    const angle = 2 * Math.PI * unit();
    const perPx = (2 * Math.PI * mmPerPx) / (2.5 + 5 * unit());
    return { kx: perPx * Math.cos(angle), ky: perPx * Math.sin(angle), phase: 6.28 * unit() };
  });
  return (x, y) => waves.reduce((sum, w) => sum + 0.007 * Math.sin(w.kx * x + w.ky * y + w.phase), 2);
}

/** A frame of that bone, moved, with noise; `open` is half of the width that the shutters leave. */
function frame(of: (x: number, y: number) => number, shift: readonly [number, number], open: number, seed: number): Grid {
  const random = seededRandom(seed);
  const grid = createGrid(size, size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const inside = Math.abs(x - size / 2) < open && Math.abs(y - size / 2) < open;
      grid.data[y * size + x] = inside ? of(x - shift[0], y - shift[1]) + 0.003 * random.gaussian() : 5;
    }
  return grid;
}

function follow(frames: readonly Grid[]): MotionEstimate[] {
  const tracker = createMotionTracker(size, size);
  const excluded = new Uint8Array(size * size);
  return frames.map((grid, i) => {
    const small = createGrid(size / 2, size / 2);
    halve(grid, small);
    if (i === 0) tracker.setReference(grid, small, mmPerPx);
    return tracker.track(grid, small, findField(grid, 5, 0, null), middle, excluded);
  });
}

describe('motion of the bone', () => {
  it('is told to a tenth of a pixel, at the shutters too, which stand still', () => {
    const shifts = [0, 0.5, 1.2, 2, 2.6].map((d) => [0.3 * d, d] as const);
    for (const open of [95, 40])
      follow(shifts.map((shift, i) => frame(bone(3), shift, open, 20 + i))).forEach((motion, i) => {
        expect(motion.trusted).toBe(true);
        expect(Math.hypot(motion.dx - (shifts[i]?.[0] ?? 0), motion.dy - (shifts[i]?.[1] ?? 0))).toBeLessThan(0.1);
      });
  });

  it('is not told from another view, however faint both are: the C-arm was moved (seeds 4 to 6)', () => {
    for (let seed = 4; seed < 7; seed++) {
      const seen = follow([3, 3, 3, seed, seed].map((view, i) => frame(bone(view), [0, 0], 95, 40 + i)));
      expect(seen.map(({ trusted }) => trusted)).toEqual([true, true, true, false, false]);
    }
  });
});
