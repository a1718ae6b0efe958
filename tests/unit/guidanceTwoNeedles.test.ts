import { describe, expect, it } from 'vitest';
import { styletState } from '../../src/guidance/needle/rest.ts';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { Plan } from '../../src/procedure/plan.ts';
import { mmPerPx, needle, picture } from './guidancePicture.ts';

const plan: Plan = { version: 1, needle: { outerDiameterMm: 3 }, planes: { a: {} } };
const direction = [-0.97, 0.243] as const;
const across = [-0.243, -0.97] as const;

/** A tip so many pixels behind the place where both needles end, on an axis so many pixels beside that of the first one. */
const tipAt = (backPx: number, asidePx: number): readonly [number, number] => [
  250 - direction[0] * backPx + across[0] * asidePx,
  250 + -direction[1] * backPx + across[1] * asidePx,
];

describe('two needles that come in beside each other at the same time', () => {
  it.each([18, -16])('are both followed although one darkens the side of the other (%i px between their axes, 12 px wide)', (asidePx) => {
    const guidance = createPlaneGuidance('a');
    guidance.operator({ kind: 'plan', plan });
    const near = (seen: readonly (readonly [number, number])[], tip: readonly [number, number]): boolean =>
      seen.some(([x, y]) => Math.hypot(x - tip[0], y - tip[1]) * mmPerPx < 2);
    let followed = 0;
    const frames = 22;
    for (let i = 0; i < frames; i++) {
      const first = tipAt(Math.max(0, 150 - 9 * i), 0);
      const second = tipAt(Math.max(0, 190 - 12 * i), asidePx);
      const frame = picture(700 + i, [needle(first, direction, 12, false, 0.6), needle(second, direction, 12, false, 0.6)]);
      const tips = guidance.frame(frame, i * 125).needle.needles.map(({ tip }) => tip);
      followed += Number(near(tips, first)) + Number(near(tips, second));
    }
    expect(followed / (2 * frames)).toBeGreaterThan(0.8);
  });
});

describe('the stylet', () => {
  const needleSeen = { stylet: true, cameOpen: false, doubts: 0, seenFrames: 6, lengthPx: 300, widthPx: 20, solidContrast: 1, solidOpenContrast: 1.1 };

  it('has left when the shaft stops less against both of its sides', () => {
    expect(styletState(needleSeen, { fullContrast: 0.6, openContrast: 0.7 }, false).doubts).toBe(1);
  });

  it('has not left when another needle darkens one side and the other one shows all of the shaft', () => {
    expect(styletState(needleSeen, { fullContrast: 0.3, openContrast: 1.08 }, false).doubts).toBe(0);
  });

  it('has left in the second frame already when a long shaft loses a third, but not when hardly more than a point was seen', () => {
    const fresh = { ...needleSeen, seenFrames: 1 };
    expect(styletState(fresh, { fullContrast: 0.6, openContrast: 0.7 }, false).doubts).toBe(1);
    expect(styletState({ ...fresh, lengthPx: 60 }, { fullContrast: 0.6, openContrast: 0.7 }, false).doubts).toBe(0);
  });
});
