import { describe, expect, it } from 'vitest';
import { findTip } from '../../src/guidance/needle/tip.ts';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { Plan } from '../../src/procedure/plan.ts';
import { balloon, mmPerPx, needle, type Paint, picture } from './guidancePicture.ts';

type Point = readonly [number, number];
const direction = [-0.96, 0.28] as const;
const plan: Plan = { version: 1, needle: { outerDiameterMm: 3 }, planes: { a: { trajectories: [{ entry: [340, 200], target: [244, 228] }] } } };

/** What guidance tells of the needle in each frame: how far its tip is off, and how far it says that it may be, mm. */
function follow(frames: readonly { readonly paints: readonly Paint[]; readonly tip: Point }[]): { errorMm: number; bound95Mm: number }[] {
  const guidance = createPlaneGuidance('a');
  guidance.operator({ kind: 'plan', plan });
  return frames.map(({ paints, tip }, i) => {
    const { needle: found } = guidance.frame(picture(300 + i, paints), i * 125).needle;
    if (found === null) throw new Error(`no needle in frame ${i}`);
    return {
      errorMm: Math.hypot(found.tip[0] - tip[0], found.tip[1] - tip[1]) * mmPerPx,
      bound95Mm: 1.96 * found.tipSigmaPx * mmPerPx,
    };
  });
}

/** The same with `strength` times what a Gaussian of `sigmaPx` takes away added: unsharp masking, as many systems do it. */
function withEdges(paint: Paint, sigmaPx: number, strength: number): Paint {
  const offsets = Array.from({ length: 13 }, (_, i) => ((i - 6) * sigmaPx) / 2);
  const weights = offsets.map((offset) => Math.exp(-(offset ** 2) / (2 * sigmaPx ** 2)));
  const sum = weights.reduce((whole, weight) => whole + weight, 0);
  const blurred = (x: number, y: number): number =>
    offsets.reduce(
      (rows, dy, i) => rows + ((weights[i] ?? 0) / sum) * offsets.reduce((row, dx, j) => row + ((weights[j] ?? 0) / sum) * paint(x + dx, y + dy), 0),
      0,
    );
  return (x, y) => paint(x, y) + strength * (paint(x, y) - blurred(x, y));
}

describe('the tip of a needle', () => {
  it('is where the last of it is faintly seen when the detector lags: more than half of each picture is the one before', () => {
    const tipAt = (i: number): Point => [360 - 0.96 * 26 * i, 194 + 0.28 * 26 * i];
    const frames = [0, 0, 1, 2, 3, 4, 4].map((at, i, all) => ({
      tip: tipAt(at),
      paints: [needle(tipAt(at), direction, 12, false, 0.42), needle(tipAt(all[Math.max(0, i - 1)] ?? 0), direction, 12, false, 0.58)],
    }));
    for (const { errorMm, bound95Mm } of follow(frames)) {
      expect(errorMm).toBeLessThan(1);
      expect(errorMm).toBeLessThan(bound95Mm);
    }
  });

  it('is where the shaft ends, however far bone in line with it has carried its edges on', () => {
    const end = 100;
    const axis = { x: 0, y: 0, dx: 1, dy: 0, width: 12 };
    const shaft = needle([end, 0], [1, 0]);
    for (const guess of [90, 100, 130, 180]) {
      const found = findTip(shaft, axis, guess, guess + 150, 1);
      expect(Math.abs((found?.along ?? Number.NaN) - end)).toBeLessThan(2);
    }
  });

  it.each([false, true])('is that of a trocar or of a cannula (%s) whether or not the system makes edges stand out', (hollow) => {
    const axis = { x: 0, y: 0, dx: 1, dy: 0, width: 20 };
    const end = 150;
    const shaft = needle([end, 0], [1, 0], 20, hollow);
    for (const strength of [0, 0.8, 1.5]) {
      const found = findTip(withEdges(shaft, 3, strength), axis, end + 5, end, 1);
      expect(found?.hollow).toBe(hollow);
      expect(Math.abs((found?.along ?? Number.NaN) - end)).toBeLessThan(3);
    }
  });

  it('is told within its bound from the first frame on when the stylet was out before, and stays when a balloon comes before it', () => {
    const tip: Point = [286, 216];
    const open = needle(tip, direction, 12, true);
    const frames = Array.from({ length: 16 }, (_, i) => ({ tip, paints: i < 9 ? [open] : [open, balloon(tip[0] - 26, tip[1] + 7, 2 * (i - 5))] }));
    const seen = follow(frames);
    for (const { errorMm, bound95Mm } of seen) {
      expect(errorMm).toBeLessThan(bound95Mm);
      expect(errorMm).toBeLessThan(1);
    }
    // Nobody has seen the picture without what may lie before the end.
    expect(seen[0]?.bound95Mm).toBeGreaterThan(3);
  });
});
