import { combineSeeds, seededRandom } from '../../../src/base/random.ts';
import { emptyBalloon, foldBalloon, type Inflation, leaveBalloon } from '../../../src/injector/balloon.ts';

/** One noisy inflation, drawn from its seed: how it is filled, held, measured, and how it ends. */
export interface TestInflation {
  readonly readings: readonly { readonly tMs: number; readonly pressureKpa: number; readonly volumeMl: number }[];
  readonly rupturedAtMs: number | null;
}

/**
 * Stepwise inflation against bone whose stiffness, relaxation and yielding are drawn by chance, measured at 10 to 100 Hz with
 * noise and single bad readings, held, and withdrawn slowly or fast; or ruptured somewhere above 250 kPa, at the earliest 0.8 s after the first push.
 */
export function testInflation(seed: number, ruptures: boolean): TestInflation {
  const random = seededRandom(combineSeeds(77, seed, ruptures ? 1 : 0));
  const between = (low: number, high: number) => low + (high - low) * random.next();
  const stepMs = [10, 10, 20, 50, 100][Math.floor(random.next() * 5)] ?? 10;
  const noiseKpa = between(2, 22);
  const noiseMl = between(0.0005, 0.005);
  const stiffness = between(120, 600);
  const cornerMl = between(1.5, 3);
  const relaxMs = between(500, 4000);
  const overshootKpa = between(0, 900);
  const fillMlPerS = between(0.1, 1.5);
  const pushMl = between(0.1, 0.5);
  const restMs = between(400, 3000);
  const fullMl = between(1.5, 4.2);
  const holdMs = between(1000, 6000);
  const withdrawMlPerS = between(0.4, 6);
  /** On withdrawing the stiff fluid lets go at once of this part of the pressure for each hundredth of a mL. */
  const letGoPerMl = between(2, 12);
  const ruptureAtKpa = between(250, 1500);
  const fallMs = between(15, 120);
  const remainKpa = between(-5, 60);
  const resting = (volumeMl: number) => 200 * (1 - Math.exp(-volumeMl / 0.2)) + stiffness * volumeMl + 500 * Math.max(0, volumeMl - cornerMl) ** 2;

  const readings: { tMs: number; pressureKpa: number; volumeMl: number }[] = [];
  let tMs = 0;
  let volumeMl = 0;
  let extraKpa = 0;
  let rupturedAtMs: number | null = null;
  let kpaAtRupture = 0;
  let phase: 'push' | 'rest' | 'hold' | 'withdraw' | 'empty' = 'push';
  let phaseEndsMs = 0;
  let pushedMl = 0;
  let heldKpa = 0;
  let heldMl = 0;
  const yieldsAtMl = random.next() < 0.4 ? between(1, 3.5) : null;
  while (tMs < 120_000) {
    tMs += stepMs;
    const dtS = stepMs / 1000;
    extraKpa *= Math.exp(-stepMs / relaxMs);
    if (phase === 'push') {
      volumeMl += fillMlPerS * dtS;
      pushedMl += fillMlPerS * dtS;
      extraKpa += overshootKpa * fillMlPerS * dtS;
      // Bone that yields lets go of what stood above rest, over some hundred milliseconds.
      if (yieldsAtMl !== null && volumeMl > yieldsAtMl) extraKpa *= Math.exp(-stepMs / 400);
      if (volumeMl >= fullMl) {
        phase = 'hold';
        phaseEndsMs = tMs + holdMs;
      } else if (pushedMl >= pushMl) {
        phase = 'rest';
        phaseEndsMs = tMs + restMs;
      }
    } else if (phase === 'rest' && tMs >= phaseEndsMs) {
      phase = 'push';
      pushedMl = 0;
    } else if (phase === 'hold' && tMs >= phaseEndsMs) {
      phase = 'withdraw';
      heldKpa = resting(volumeMl) + extraKpa;
      heldMl = volumeMl;
    } else if (phase === 'withdraw') {
      volumeMl = Math.max(0, volumeMl - withdrawMlPerS * dtS);
      if (volumeMl === 0) {
        phase = 'empty';
        phaseEndsMs = tMs + 1500;
      }
    } else if (phase === 'empty' && tMs >= phaseEndsMs) break;
    let pressureKpa = resting(volumeMl) + extraKpa;
    if (phase === 'withdraw') pressureKpa = heldKpa * Math.exp(-letGoPerMl * (heldMl - volumeMl)) - 40 * (1 - volumeMl / heldMl);
    if (phase === 'empty') pressureKpa = -40;
    const whole = phase === 'push' || phase === 'rest' || phase === 'hold';
    if (ruptures && rupturedAtMs === null && whole && tMs >= 800 && (pressureKpa >= ruptureAtKpa || (phase === 'hold' && tMs > phaseEndsMs - holdMs * 0.5))) {
      rupturedAtMs = tMs;
      kpaAtRupture = pressureKpa;
    }
    if (rupturedAtMs !== null) {
      pressureKpa = remainKpa + (kpaAtRupture - remainKpa) * Math.exp(-(tMs - rupturedAtMs) / fallMs);
      if (tMs > rupturedAtMs + 1500) break;
    }
    const bad = random.next() < 0.002 ? between(-1, 2) * pressureKpa : 0;
    readings.push({ tMs, pressureKpa: pressureKpa + bad + noiseKpa * random.gaussian(), volumeMl: volumeMl + noiseMl * random.gaussian() });
  }
  return { readings, rupturedAtMs };
}

/** The inflations that the console makes of these readings. */
export function inflationsOf(test: TestInflation): readonly Inflation[] {
  const folded = test.readings.reduce((balloon, { tMs, pressureKpa, volumeMl }) => foldBalloon(balloon, pressureKpa, volumeMl, tMs), emptyBalloon);
  return leaveBalloon(folded, test.readings.at(-1)?.tMs ?? 0).history;
}
