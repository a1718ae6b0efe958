import { combineSeeds, seededRandom } from '../base/random.ts';
import { type Keyframe, slopeAt, valueAt } from './keyframes.ts';
import type { BalloonScript, CementScript, Scenario } from './scenario.ts';

/** What the virtual injector measures at one moment. `volumeMl` is its own counter of the syringe in use. */
export interface VirtualInjector {
  readonly pressureKpa: number;
  readonly volumeMl: number;
  readonly rateMlPerMin: number;
  readonly mode: 'idle' | 'balloon' | 'cement';
  readonly temperatureC: number;
  readonly status: 'ok' | 'stopped' | 'paused';
}

/** Volume at which the balloon begins to press on the walls of its cavity. */
const wallContactMl = 2.5;
/** How quickly bone gives way under the balloon, ms. */
const relaxationMs = 1400;

/**
 * Pressure of a balloon in cancellous bone at rest: it fills slack, then compresses bone in proportion, then meets cortex.
 * About 1,300 kPa at 3.5 mL, in the range of bench inflations (175 ± 37 psi).
 */
const restingPressureKpa = (volumeMl: number): number =>
  260 * (1 - Math.exp(-volumeMl / 0.15)) + 170 * volumeMl + 400 * Math.max(0, volumeMl - wallContactMl) ** 2;

/** What is left at `tMs` of the pressure that each past step of inflation added beyond rest. */
function overshootKpa(curve: readonly Keyframe[], tMs: number): number {
  let sum = 0;
  for (let i = 1; i < curve.length; i++) {
    const from = curve[i - 1];
    const to = curve[i];
    if (from === undefined || to === undefined || from.atMs >= tMs) break;
    const slope = (to.value - from.value) / (to.atMs - from.atMs);
    if (slope <= 0) continue;
    const end = Math.min(tMs, to.atMs);
    // ∫ slope · exp(−(t − τ)/relaxation) dτ over the step, 420 kPa for each mL pressed in at once.
    sum += 420 * slope * relaxationMs * (Math.exp(-(tMs - end) / relaxationMs) - Math.exp(-(tMs - from.atMs) / relaxationMs));
  }
  return sum;
}

function balloonPressureKpa(balloon: BalloonScript, tMs: number): number {
  const volumeMl = valueAt(balloon.volumeMl, tMs);
  const deflating = slopeAt(balloon.volumeMl, tMs) < 0;
  const whole = deflating ? 0.5 * restingPressureKpa(volumeMl) - 60 : restingPressureKpa(volumeMl) + overshootKpa(balloon.volumeMl, tMs);
  if (balloon.rupturesAtMs === null || tMs < balloon.rupturesAtMs) return whole;
  const before = balloonPressureKpa({ ...balloon, rupturesAtMs: null }, balloon.rupturesAtMs);
  const fallen = 25 + (before - 25) * Math.exp(-(tMs - balloon.rupturesAtMs) / 60);
  return deflating ? -30 : fallen;
}

/**
 * Dough in a cannula: a yield pressure, a share that grows with the filling, and flow against a viscosity that rises with
 * time. Pressure follows the flow with the delay of a springy syringe.
 */
function cementPressureKpa(cement: CementScript, tMs: number): number {
  const startsAtMs = cementStartMs(cement);
  const volumeMl = cement.volumeMl.reduce((sum, curve) => sum + valueAt(curve, tMs), 0);
  const filling = 110 * (1 - Math.exp(-volumeMl / 0.1)) + 90 * volumeMl + 12 * volumeMl ** 2;
  let rateMlPerMin = 0;
  let weights = 0;
  for (let back = 0; back < 5; back += 0.25) {
    const weight = Math.exp(-back);
    rateMlPerMin += weight * 60_000 * cement.volumeMl.reduce((sum, curve) => sum + slopeAt(curve, tMs - back * springMs), 0);
    weights += weight;
  }
  const flow = 26 * (rateMlPerMin / weights) * (1 + Math.max(0, tMs - startsAtMs) / 20_000);
  const lastMs = Math.max(...cement.volumeMl.map((curve) => curve.at(-1)?.atMs ?? 0));
  // A way out of the body takes some of the back-pressure away.
  const eased = cement.leak !== null && volumeMl > cement.leak.fromMl ? 0.82 : 1;
  return (filling + flow) * eased * (tMs > lastMs ? Math.exp(-(tMs - lastMs) / 1200) : 1);
}

/** Time constant of syringe and tubing, ms. */
const springMs = 350;

const cementStartMs = (cement: CementScript): number => Math.min(...cement.volumeMl.map((curve) => curve[0]?.atMs ?? Number.POSITIVE_INFINITY));

type Quiet = Pick<VirtualInjector, 'pressureKpa' | 'volumeMl' | 'rateMlPerMin' | 'mode'>;

function withoutNoise(scenario: Scenario, tMs: number): Quiet {
  const { balloon, cement } = scenario;
  if (balloon !== null && tMs >= balloon.inAtMs && tMs < balloon.outAtMs) {
    const volumeMl = valueAt(balloon.volumeMl, tMs);
    return { mode: 'balloon', volumeMl, rateMlPerMin: slopeAt(balloon.volumeMl, tMs) * 60_000, pressureKpa: balloonPressureKpa(balloon, tMs) };
  }
  if (cement !== null && tMs >= cementStartMs(cement) - 1000) {
    const volumeMl = cement.volumeMl.reduce((sum, curve) => sum + valueAt(curve, tMs), 0);
    const rateMlPerMin = cement.volumeMl.reduce((sum, curve) => sum + slopeAt(curve, tMs), 0) * 60_000;
    return { mode: 'cement', volumeMl, rateMlPerMin, pressureKpa: cementPressureKpa(cement, tMs) };
  }
  return { mode: 'idle', volumeMl: 0, rateMlPerMin: 0, pressureKpa: 0 };
}

/**
 * What the injector says at session time `tMs`, consistent with the pictures of the same moment. Pure; the sensor's
 * noise comes from the seed and the time in whole microseconds, so that the same moment always reads the same.
 */
export function virtualInjectorAt(scenario: Scenario, tMs: number): VirtualInjector {
  const quiet = withoutNoise(scenario, tMs);
  const random = seededRandom(combineSeeds(scenario.seed, 51, Math.round(tMs * 1000)));
  const pumping = Math.abs(quiet.rateMlPerMin) > 0;
  return {
    mode: quiet.mode,
    pressureKpa: quiet.pressureKpa + random.gaussian() * (pumping ? 6 + 0.006 * Math.abs(quiet.pressureKpa) : 2.5),
    volumeMl: quiet.volumeMl + (quiet.mode === 'idle' ? 0 : random.gaussian() * 0.002),
    rateMlPerMin: quiet.rateMlPerMin,
    temperatureC: 21.5 + tMs / 60_000 + 0.05 * random.gaussian(),
    status: quiet.mode === 'idle' ? 'stopped' : pumping ? 'ok' : 'paused',
  };
}
