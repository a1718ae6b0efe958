import { decodeRunLengths } from '../../src/base/runLength.ts';
import type { PlaneObservation } from '../../src/guidance/observation.ts';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import { boundsOf } from '../../src/guidance/zones.ts';
import type { Plan, PlaneId, PlanePlan } from '../../src/sample/index.ts';
import { type FrameTruth, groundTruthAt } from '../../src/simulation/groundTruth.ts';
import { createPlaneRenderer, frameAttributes, frameTimeMs } from '../../src/simulation/planeRenderer.ts';
import { type Scenario, scenarioByName } from '../../src/simulation/scenario.ts';
import { viewOf } from '../../src/simulation/view.ts';

/** Seconds of a scenario. */
export type Stretches = readonly (readonly [fromS: number, toS: number])[];

/** Half the usual resolution: every size is given in millimetres, and the test takes a quarter of the time. */
export const usualSizePx = 512;

export interface Seen {
  readonly tMs: number;
  readonly mmPerPx: number;
  readonly truth: FrameTruth;
  readonly observation: PlaneObservation;
  readonly pixels: Uint16Array;
}

/** What a scenario is changed to before it is watched. */
export type Change = (scenario: Scenario) => Scenario;

/** Guidance on the frames of these stretches of a scenario (seconds), with the truth beside each. Between them the beam is off. */
export function watch(
  name: string,
  seed: number,
  plane: PlaneId,
  fps: number,
  stretches: Stretches,
  sizePx = usualSizePx,
  change: Change = (scenario) => scenario,
): readonly Seen[] {
  const built = scenarioByName(name, seed, { sizePx });
  if (!built.ok) throw new Error(built.fault.message);
  const scenario = change(built.value);
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
      return { tMs, mmPerPx: renderer.view.mmPerPxAtIsocentre, truth: groundTruthAt(renderer, index, fps), observation, pixels };
    }),
  );
}

export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;

/** Distance from each needle tip that guidance gives to the nearest true one, mm; frames without one are left out. */
export function tipErrorsMm(seen: readonly Seen[]): number[] {
  return seen.flatMap(({ observation, truth, mmPerPx }) => {
    const found = observation.needle.needle;
    if (found === null || truth.needles.length === 0) return [];
    const away = truth.needles.map(({ tipImagePx: [x, y] }) => Math.hypot(found.tip[0] - x, found.tip[1] - y) * mmPerPx);
    return [Math.min(...away)];
  });
}

export function dice({ observation, truth }: Seen): number {
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
export function needlesFound(seen: readonly Seen[]): number {
  const wanted = seen.flatMap(({ truth, observation, mmPerPx }) =>
    truth.needles
      .filter(({ inserted, tipInField }) => inserted && tipInField)
      .map(({ tipImagePx: [x, y] }) => observation.needle.needles.some(({ tip }) => Math.hypot(tip[0] - x, tip[1] - y) * mmPerPx < 5)),
  );
  return wanted.filter(Boolean).length / wanted.length;
}

export const beforeCement = (seen: readonly Seen[]): readonly Seen[] => seen.filter(({ truth }) => truth.cement.volumeMl === 0);
export const mostClaimedPx = (seen: readonly Seen[]): number => Math.max(0, ...seen.map(({ observation }) => observation.cement.areaPx));
export const falseLeaks = (seen: readonly Seen[]): number => seen.filter(({ observation, truth }) => observation.cement.leak && !truth.leak.visible).length;
/** Seconds from the first cement that an eye could tell to the first that guidance tells. */
export function cementLateS(seen: readonly Seen[]): number {
  const real = seen.find(({ truth }) => truth.cement.areaPx > 50)?.tMs ?? Number.NaN;
  return ((seen.find(({ observation }) => observation.cement.areaPx > 0)?.tMs ?? Number.POSITIVE_INFINITY) - real) / 1000;
}

/** The same scenario with the vertebral body's outline drawn so much too wide on every side, mm. */
export const drawnTooWide =
  (byMm: number): Change =>
  (scenario) => ({
    ...scenario,
    operator: scenario.operator.map((one) =>
      one.event.kind === 'plan' ? { ...one, event: { ...one.event, plan: widened(one.event.plan, scenario, byMm) } } : one,
    ),
  });

function widened(plan: Plan, scenario: Scenario, byMm: number): Plan {
  const planeOf = (plane: PlaneId): PlanePlan => {
    const drawn = plan.planes[plane] ?? {};
    const outline = drawn.vertebralBody;
    if (outline === undefined) return drawn;
    const byPx = byMm / viewOf(scenario.views[plane]).mmPerPxAtIsocentre;
    const { x0, y0, x1, y1 } = boundsOf(outline);
    const pushed = outline.map(([x, y]) => [x + (byPx * (2 * x - x0 - x1)) / (x1 - x0), y + (byPx * (2 * y - y0 - y1)) / (y1 - y0)] as const);
    return { ...drawn, vertebralBody: pushed };
  };
  return { ...plan, planes: { a: planeOf('a'), b: planeOf('b') } };
}

/** The same scenario with a patient who starts, and without its leak: what is injected fills the body to its walls. */
export const startingAndFull =
  (atMs: number, byMm: readonly [number, number, number], timesMl: number): Change =>
  (scenario) => {
    const { cement, motion } = scenario;
    const fuller =
      cement === null ? null : { leak: null, volumeMl: cement.volumeMl.map((curve) => curve.map((key) => ({ ...key, value: timesMl * key.value }))) };
    return { ...scenario, operator: scenario.operator, cement: fuller, motion: { ...motion, jerks: [...motion.jerks, { atMs, byMm }] } };
  };
