import { describe, expect, it } from 'vitest';
import { decodeRunLengths } from '../../src/base/runLength.ts';
import type { PlaneObservation } from '../../src/guidance/observation.ts';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { Plan } from '../../src/procedure/plan.ts';
import { balloon, cement, mmPerPx, needle, type Paint, picture, sizePx } from './guidancePicture.ts';

const tip = [300, 256] as const;
const direction = [-1, 0] as const;
const plan: Plan = {
  version: 1,
  needle: { outerDiameterMm: 3 },
  planes: {
    a: {
      vertebralBody: [
        [190, 206],
        [322, 206],
        [322, 306],
        [190, 306],
      ],
      posteriorWall: [
        [322, 306],
        [322, 206],
      ],
    },
  },
};
const solid = needle(tip, direction);
const hollow = needle(tip, direction, 12, true);
const centre = [262, 256] as const;

interface Story {
  readonly paints: readonly Paint[];
  readonly shift?: readonly [number, number];
}
const rest: readonly Story[] = [...Array.from({ length: 6 }, () => ({ paints: [solid] })), ...Array.from({ length: 3 }, () => ({ paints: [hollow] }))];

function run(story: readonly Story[], withPlan = true): PlaneObservation[] {
  const guidance = createPlaneGuidance('a');
  if (withPlan) guidance.operator({ kind: 'plan', plan });
  return story.map(({ paints, shift }, i) => guidance.frame(picture(300 + i, paints, shift ? { shift } : {}), i * 125));
}
const growing = (frames: number, from = 10, step = 3): Story[] =>
  Array.from({ length: frames }, (_, i) => ({ paints: [hollow, cement(centre[0], centre[1], from + step * i)] }));

/** Overlap with what was drawn thicker than 1 mm, the shaft's row left out. */
function dice(seen: PlaneObservation | undefined, paint: Paint): number {
  const mask = seen?.cement.mask ? decodeRunLengths(seen.cement.mask) : new Uint8Array(sizePx * sizePx);
  let both = 0;
  let sum = 0;
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      if (x > tip[0] - 4 && Math.abs(y - tip[1]) < 9) continue;
      const truth = paint(x, y) > 0.092 ? 1 : 0;
      const found = mask[y * sizePx + x] ?? 0;
      both += truth & found;
      sum += truth + found;
    }
  }
  return sum > 0 ? (2 * both) / sum : 1;
}

describe('cement', () => {
  it('is found where it is, with and without a plan (Dice at least 0.9), and not before it comes', () => {
    for (const withPlan of [true, false]) {
      const seen = run([...rest, ...growing(8)], withPlan);
      for (const observation of seen.slice(0, rest.length)) expect(observation.cement.areaPx).toBe(0);
      expect(dice(seen[rest.length + 7], cement(centre[0], centre[1], 31))).toBeGreaterThan(0.9);
    }
  });

  it('has the volume that its attenuation says, within 15 %', () => {
    const last = run([...rest, ...growing(8)]).at(-1);
    const paint = cement(centre[0], centre[1], 31);
    let nepers = 0;
    for (let y = 0; y < sizePx; y++) for (let x = 0; x < sizePx; x++) nepers += paint(x, y);
    const truthMl = (nepers * mmPerPx ** 2) / 0.092 / 1000;
    expect(Math.abs((last?.cement.volumeMl ?? 0) / truthMl - 1)).toBeLessThan(0.15);
    expect(last?.cement.volumeFrom).toBe('attenuation');
    expect((last?.cement.volumeBound95Ml ?? 0) / (last?.cement.volumeMl ?? 0)).toBeCloseTo(0.4, 6);
  });

  it('is not what a balloon is, which comes, stays round and goes; what fills its cavity then is', () => {
    const balloonFrames = [6, 14, 20, 26, 30, 32, 32, 24, 12].map((radius): Story => ({ paints: [hollow, balloon(centre[0], centre[1], radius)] }));
    const gone: Story[] = [{ paints: [hollow] }, { paints: [hollow] }];
    const story = [...rest, ...balloonFrames, ...gone, ...growing(6)];
    const seen = run(story);
    for (const observation of seen.slice(0, rest.length + balloonFrames.length + gone.length)) expect(observation.cement.areaPx).toBe(0);
    expect(dice(seen.at(-1), cement(centre[0], centre[1], 25))).toBeGreaterThan(0.85);
  });

  it('is not what a jerk of the patient makes of the anatomy', () => {
    const moved = (x: number, y: number): Story => ({ paints: [needle([tip[0] + x, tip[1] + y], direction, 12, true)], shift: [x, y] });
    const seen = run([...rest, moved(8, -9), moved(8, -9), moved(3, 2), moved(0, 0), moved(-6, 5)]);
    for (const observation of seen) {
      expect(observation.cement.areaPx).toBe(0);
      expect(observation.cement.leak).toBe(false);
    }
  });

  it('is not what a diaphragm makes that breathes for the first time once cement is there', () => {
    const diaphragm =
      (upPx: number): Paint =>
      (x, y) =>
        0.4 * Math.max(0, Math.min(1, (y - 345 + upPx - (x - 256) ** 2 / 700) / 8));
    const held = ({ paints }: Story): Story => ({ paints: [...paints, diaphragm(0)] });
    const breath = [5, 10, 14, 17, 19, 20, 19, 17].map((upPx): Story => ({ paints: [hollow, cement(centre[0], centre[1], 25), diaphragm(upPx)] }));
    const seen = run([...[...rest, ...growing(6)].map(held), ...breath]);
    for (const observation of seen) expect(observation.cement.leak).toBe(false);
    expect(dice(seen.at(-1), cement(centre[0], centre[1], 25))).toBeGreaterThan(0.85);
  });

  it('that stays inside the drawn vertebra raises no leak, and its way into the posterior quarter is said', () => {
    const seen = run([...rest, ...growing(7)]);
    for (const observation of seen) expect(observation.cement.leak).toBe(false);
    expect(seen[rest.length + 2]?.cement.zone).toBe('body');
    expect(seen[rest.length + 2]?.cement.toPosteriorWallMm).toBeGreaterThan(8);
    expect(seen.at(-1)?.cement.zone).toBe('posterior-quarter');
  });

  it('that passes the posterior wall is an epidural leak, from then on', () => {
    const leaking = Array.from({ length: 6 }, (_, i): Story => {
      const reach = 306 + 8 * i;
      const tongue: Paint = (x, y) => (x > 262 && x < reach && Math.abs(y - 284) < 8 ? 0.5 : 0);
      return { paints: [hollow, cement(centre[0], centre[1], 31), tongue] };
    });
    const seen = run([...rest, ...growing(8), ...leaking, ...growing(1, 31)]);
    const flags = seen.map((observation) => observation.cement.leak);
    const first = flags.indexOf(true);
    // The tongue ends at the wall in its third frame and 16 px (4 mm) behind it in its fifth.
    expect(first).toBeGreaterThanOrEqual(rest.length + 8 + 3);
    expect(first).toBeLessThanOrEqual(rest.length + 8 + 5);
    expect(flags.slice(first)).not.toContain(false);
    expect(seen[first]?.cement.leakSite).toBe('epidural');
    expect(seen[first]?.cement.zone).toBe('outside');
  });

  it('starts again when the operator takes a new reference', () => {
    const guidance = createPlaneGuidance('a');
    guidance.operator({ kind: 'plan', plan });
    const story = [...rest, ...growing(6)];
    const before = story.map(({ paints }, i) => guidance.frame(picture(500 + i, paints), i * 125)).at(-1);
    guidance.operator({ kind: 'reference', plane: 'a' });
    const after = guidance.frame(picture(600, story.at(-1)?.paints ?? []), 5000);
    expect(before?.cement.areaPx).toBeGreaterThan(500);
    expect(after.cement.areaPx).toBe(0);
  });
});
