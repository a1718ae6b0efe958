import { describe, expect, it } from 'vitest';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { Plan } from '../../src/procedure/plan.ts';
import { mmPerPx, needle, type Paint, picture } from './guidancePicture.ts';

const plan: Plan = { version: 1, needle: { outerDiameterMm: 3 }, planes: { a: {} } };

/** Where the round field of these pictures ends, in a direction from its middle, and so many millimetres in from there. */
const inFromBorder = (fromMiddle: readonly [number, number], mm: number): readonly [number, number] => [
  255.5 + fromMiddle[0] * (245 - mm / mmPerPx),
  255.5 + fromMiddle[1] * (245 - mm / mmPerPx),
];
const unit = (deg: number): readonly [number, number] => [Math.cos((deg * Math.PI) / 180), Math.sin((deg * Math.PI) / 180)];

function firstSight(paint: Paint, seed: number) {
  const guidance = createPlaneGuidance('a');
  guidance.operator({ kind: 'plan', plan });
  return guidance.frame(picture(seed, [paint]), 0).needle.needle;
}

describe('a needle that has just come in', () => {
  it.each([
    [-20, 0],
    [12, 25],
    [160, -20],
    [200, 10],
  ])('is shown in the first frame in which 4.5 mm of it are in the field (from %i°, slanted by %i°)', (fromDeg, slantDeg) => {
    const tip = inFromBorder(unit(fromDeg), 4.5);
    const [dx, dy] = unit(fromDeg + 180 + slantDeg);
    const seen = firstSight(needle(tip, [dx, dy]), 300 + fromDeg);
    expect(seen).not.toBeNull();
    if (seen === null) return;
    const offMm = Math.hypot(seen.tip[0] - tip[0], seen.tip[1] - tip[1]) * mmPerPx;
    expect(offMm).toBeLessThan(1);
    expect(offMm).toBeLessThan(1.96 * seen.tipSigmaPx * mmPerPx);
    expect(seen.direction[0] * dx + seen.direction[1] * dy).toBeGreaterThan(Math.cos((5 * Math.PI) / 180));
  });

  it('is not taken from bone that ends near the border: as dark as a faint needle and as wide, but blunt or with soft edges', () => {
    const [dx, dy] = unit(-20);
    const [ex, ey] = inFromBorder([dx, dy], 5);
    const stub =
      (soft: number, taper: boolean): Paint =>
      (x, y) => {
        const along = (x - ex) * dx + (y - ey) * dy;
        const across = Math.abs(-(x - ex) * dy + (y - ey) * dx);
        const half = taper ? Math.min(6, 6 * Math.max(0, along / 14)) : 6;
        return 0.45 * Math.max(0, Math.min(1, (half - across) / soft + 0.5)) * Math.max(0, Math.min(1, along / soft + 0.5));
      };
    expect(firstSight(stub(8, true), 41)).toBeNull();
    expect(firstSight(stub(5, false), 42)).toBeNull();
  });
});
