import { describe, expect, it } from 'vitest';
import { decodeRunLengths } from '../../src/base/runLength.ts';
import type { PlaneObservation } from '../../src/guidance/observation.ts';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import { type FrameTruth, groundTruthAt } from '../../src/simulation/groundTruth.ts';
import { createPlaneRenderer, frameAttributes, frameTimeMs } from '../../src/simulation/planeRenderer.ts';
import { scenarioByName } from '../../src/simulation/scenario.ts';

/** Seconds of a scenario. */
type Stretches = readonly (readonly [fromS: number, toS: number])[];

/** Half the usual resolution: every size is given in millimetres, and the test takes a quarter of the time. */
const usualSizePx = 512;

interface Seen {
  readonly tMs: number;
  readonly mmPerPx: number;
  readonly truth: FrameTruth;
  readonly observation: PlaneObservation;
}

/** Guidance on the frames of these stretches of a scenario (seconds), with the truth beside each. Between them the beam is off. */
function watch(name: string, seed: number, plane: PlaneId, fps: number, stretches: Stretches, sizePx = usualSizePx): readonly Seen[] {
  const built = scenarioByName(name, seed, { sizePx });
  if (!built.ok) throw new Error(built.fault.message);
  const scenario = built.value;
  const renderer = createPlaneRenderer(scenario, plane, fps);
  const guidance = createPlaneGuidance(plane);
  const events = [...scenario.operator];
  return stretches.flatMap(([fromS, toS]) =>
    Array.from({ length: Math.round((toS - fromS) * fps) }, (_, i) => {
      const index = fromS * fps + i;
      const tMs = frameTimeMs(index, fps);
      for (let next = events[0]; next !== undefined && next.atMs <= tMs; next = events[0]) {
        guidance.operator(next.event);
        events.shift();
      }
      const pixels = new Uint16Array(sizePx * sizePx);
      renderer.render(index, pixels);
      const observation = guidance.frame({ attributes: frameAttributes(scenario, plane, index, index, fps), pixels }, tMs);
      return { tMs, mmPerPx: renderer.view.mmPerPxAtIsocentre, truth: groundTruthAt(renderer, index, fps), observation };
    }),
  );
}

const quantile = (values: readonly number[], share: number): number => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;

/** Distance from each needle tip that guidance gives to the nearest true one, mm; frames without one are left out. */
function tipErrorsMm(seen: readonly Seen[]): number[] {
  return seen.flatMap(({ observation, truth, mmPerPx }) => {
    const found = observation.needle.needle;
    if (found === null || truth.needles.length === 0) return [];
    const away = truth.needles.map(({ tipImagePx: [x, y] }) => Math.hypot(found.tip[0] - x, found.tip[1] - y) * mmPerPx);
    return [Math.min(...away)];
  });
}

function dice({ observation, truth }: Seen): number {
  const { mask } = observation.cement;
  if (mask === null) return 0;
  const found = decodeRunLengths(mask);
  const real = decodeRunLengths(truth.cement.mask);
  let both = 0;
  let sum = 0;
  found.forEach((on, i) => {
    both += on & (real[i] ?? 0);
    sum += on + (real[i] ?? 0);
  });
  return (2 * both) / sum;
}

/** Share of the frames in which each true needle whose tip is in bone and in the field has one within 5 mm. */
function needlesFound(seen: readonly Seen[]): number {
  const wanted = seen.flatMap(({ truth, observation, mmPerPx }) =>
    truth.needles
      .filter(({ inserted, tipInField }) => inserted && tipInField)
      .map(({ tipImagePx: [x, y] }) => observation.needle.needles.some(({ tip }) => Math.hypot(tip[0] - x, tip[1] - y) * mmPerPx < 5)),
  );
  return wanted.filter(Boolean).length / wanted.length;
}

const beforeCement = (seen: readonly Seen[]): readonly Seen[] => seen.filter(({ truth }) => truth.cement.volumeMl === 0);
const mostClaimedPx = (seen: readonly Seen[]): number => Math.max(0, ...seen.map(({ observation }) => observation.cement.areaPx));
const falseLeaks = (seen: readonly Seen[]): number => seen.filter(({ observation, truth }) => observation.cement.leak && !truth.leak.visible).length;
/** Seconds from the first cement that an eye could tell to the first that guidance tells. */
function cementLateS(seen: readonly Seen[]): number {
  const real = seen.find(({ truth }) => truth.cement.areaPx > 50)?.tMs ?? Number.NaN;
  return ((seen.find(({ observation }) => observation.cement.areaPx > 0)?.tMs ?? Number.POSITIVE_INFINITY) - real) / 1000;
}

/** What every run must hold, whichever patient (seed), plane and frame rate. Two seconds of slack for cement: it is told when its growth has been judged. */
function holds(seen: readonly Seen[], cementComes: boolean): void {
  expect(mostClaimedPx(beforeCement(seen))).toBe(0);
  expect(falseLeaks(seen)).toBe(0);
  const errors = tipErrorsMm(seen.filter(({ truth }) => truth.needles.some(({ inserted, tipInField }) => inserted && tipInField)));
  expect(quantile(errors, 0.5)).toBeLessThan(0.5);
  expect(quantile(errors, 0.9)).toBeLessThan(1.5);
  if (!cementComes) return;
  expect(cementLateS(seen)).toBeLessThan(1);
  const scored = seen.filter(({ truth }) => truth.cement.areaPx > 100).map(dice);
  expect(quantile(scored, 0.5)).toBeGreaterThan(0.9);
}

describe('guidance on simulated procedures', () => {
  it.each([
    { story: 'the balloon of a live frontal view', name: 'kyphoplasty', seed: 1, plane: 'a', fps: 15, stretches: [[15, 23]], cementComes: false },
    { story: 'the balloon of a live lateral view', name: 'kyphoplasty', seed: 1, plane: 'b', fps: 15, stretches: [[15, 23]], cementComes: false },
    { story: 'a balloon that bursts', name: 'balloon-rupture', seed: 3, plane: 'b', fps: 5, stretches: [[14, 31]], cementComes: false },
    {
      story: 'cement in the cavity of a balloon, from the side',
      name: 'kyphoplasty',
      seed: 5,
      plane: 'b',
      fps: 5,
      stretches: [
        [15, 27],
        [31, 42],
      ],
      cementComes: true,
    },
    {
      story: 'cement in the cavity of a balloon, from behind, and a patient who starts',
      name: 'kyphoplasty',
      seed: 4,
      plane: 'a',
      fps: 5,
      stretches: [
        [16, 22],
        [31, 49],
      ],
      cementComes: true,
    },
    {
      story: 'two needles from behind, and their way out full of cement',
      name: 'vertebroplasty',
      seed: 1,
      plane: 'a',
      fps: 5,
      stretches: [
        [20, 32],
        [50, 56],
      ],
      cementComes: true,
    },
    {
      story: 'two needles over each other',
      name: 'vertebroplasty',
      seed: 2,
      plane: 'b',
      fps: 5,
      stretches: [
        [10, 14],
        [18, 36],
        [44, 47],
      ],
      cementComes: true,
    },
    { story: 'a leak into the disc, from behind', name: 'leak-disc', seed: 1, plane: 'a', fps: 5, stretches: [[12, 31]], cementComes: true },
  ] as const)('$story ($name, seed $seed, plane $plane, $fps frames a second)', ({ name, seed, plane, fps, stretches, cementComes }) => {
    const seen = watch(name, seed, plane, fps, stretches);
    holds(seen, cementComes);
    expect(needlesFound(seen)).toBeGreaterThan(0.9);
  });

  it('follows a cannula of two thin walls that is drawn back, at four pixels a millimetre and at two', () => {
    for (const [sizePx, plane, fps, stretches] of [
      [512, 'a', 15, [[16, 19]]],
      [256, 'b', 5, [[14, 24]]],
    ] as const) {
      const seen = watch('kyphoplasty', sizePx === 512 ? 1 : 3, plane, fps, stretches, sizePx);
      expect(needlesFound(seen)).toBe(1);
      expect(quantile(tipErrorsMm(seen.slice(-5)), 1)).toBeLessThan(0.4);
      expect(mostClaimedPx(seen)).toBe(0);
    }
  });

  it.each([
    { name: 'leak-posterior', seed: 1, plane: 'b', withinS: 0.5 },
    { name: 'leak-disc', seed: 2, plane: 'b', withinS: 1 },
  ] as const)('$name: the leak is told within $withinS s of the first pixel that an eye could tell, and not before', ({ name, seed, plane, withinS }) => {
    const seen = watch(name, seed, plane, 5, [[9, 31]]);
    holds(seen, true);
    const first = seen.find(({ truth }) => truth.leak.visible)?.tMs ?? Number.NaN;
    const told = seen.find(({ observation }) => observation.cement.leak)?.tMs ?? Number.NaN;
    expect((told - first) / 1000).toBeLessThanOrEqual(withinS);
  });

  it.each(['a', 'b'] as const)('claims neither needle nor cement nor leak in plane %s of a quiet run', (plane) => {
    const seen = watch('quiet', 1, plane, 5, [[15, 19]]);
    expect(mostClaimedPx(seen)).toBe(0);
    expect(falseLeaks(seen)).toBe(0);
    expect(seen.filter(({ observation }) => observation.needle.needle !== null)).toHaveLength(0);
  });
});
