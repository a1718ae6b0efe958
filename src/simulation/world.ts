import type { LeakSite } from '../sample/index.ts';
import { slopeAt, valueAt } from './keyframes.ts';
import type { NeedleScript, Scenario } from './scenario.ts';
import { add, type PatientMm, scale, smoothStep, subtract, unit } from './vector.ts';

export interface NeedleInWorld {
  readonly script: NeedleScript;
  /** The foremost metal: the stylet's point while it is in, the cannula's end after. */
  readonly tipPatientMm: PatientMm;
  readonly cannulaEndPatientMm: PatientMm;
  readonly hubPatientMm: PatientMm;
  /** Tip beyond the skin, so that there is something to guide. */
  readonly inserted: boolean;
  readonly lumen: 'stylet' | 'empty' | 'cement';
}

export interface BalloonInWorld {
  readonly volumeMl: number;
  readonly ruptured: boolean;
  readonly centerPatientMm: PatientMm;
  /** Along the cannula. */
  readonly axis: PatientMm;
  /** Along the axis and across it; null while it is empty. */
  readonly semiAxesMm: readonly [along: number, across: number] | null;
  /** How much contrast is left in it, 1 before any rupture. */
  readonly contrast: number;
  readonly markersPatientMm: readonly [PatientMm, PatientMm];
}

/** Everything that is somewhere at one moment. Patient mm; the patient's own motion is already in every point. */
export interface World {
  readonly tMs: number;
  readonly beamOn: boolean;
  /** How far the spine and all that sits in it has moved from where it lay at first. */
  readonly motionMm: PatientMm;
  readonly needles: readonly NeedleInWorld[];
  /** Index into `needles` of the one being worked with; null when none is there. */
  readonly advancing: number | null;
  readonly balloon: BalloonInWorld | null;
  readonly cement: {
    /** Through each needle of the scenario. */
    readonly perNeedleMl: readonly number[];
    readonly volumeMl: number;
    readonly leakMl: number;
    readonly leakSite: LeakSite | null;
  };
}

/** The patient lies prone: breathing moves the spine mostly along itself, a little up and down. */
export function motionAt(scenario: Scenario, tMs: number): PatientMm {
  const { motion } = scenario;
  const phase = (((tMs / motion.breathingPeriodMs + motion.breathingPhase) % 1) + 1) % 1;
  // Breathing in takes about 40 % of a cycle, with a rest at the end of breathing out.
  const breath = phase < 0.4 ? smoothStep(0, 0.4, phase) : 1 - smoothStep(0.4, 0.85, phase);
  let moved: PatientMm = scale(motion.breathingMm, breath - 0.5);
  for (const jerk of motion.jerks) {
    if (tMs < jerk.atMs) continue;
    const there = smoothStep(jerk.atMs, jerk.atMs + 250, tMs) - 0.6 * smoothStep(jerk.atMs + 400, jerk.atMs + 1400, tMs);
    moved = add(moved, scale(jerk.byMm, there));
  }
  return moved;
}

/** How far the stylet's point stands out of the cannula, mm. */
export const styletBeyondCannulaMm = 3.5;

function needleAt(script: NeedleScript, motionMm: PatientMm, tMs: number): NeedleInWorld {
  const axis = unit(subtract(script.targetPatientMm, script.entryPatientMm));
  const depthMm = valueAt(script.depthMm, tMs);
  const at = (mm: number): PatientMm => add(add(script.entryPatientMm, scale(axis, mm)), motionMm);
  const filled = script.cementInLumenAtMs !== null && tMs >= script.cementInLumenAtMs;
  const lumen = tMs < script.styletOutAtMs ? 'stylet' : filled ? 'cement' : 'empty';
  const cannulaEndMm = depthMm - styletBeyondCannulaMm;
  return {
    script,
    tipPatientMm: at(lumen === 'stylet' ? depthMm : cannulaEndMm),
    cannulaEndPatientMm: at(cannulaEndMm),
    hubPatientMm: at(cannulaEndMm - script.lengthMm),
    inserted: depthMm > -33,
    lumen,
  };
}

/** A prolate ellipsoid that grows mostly sideways once it fills its length. */
export function balloonSemiAxes(volumeMl: number): readonly [number, number] | null {
  if (volumeMl < 0.03) return null;
  const along = 7.5 + 0.75 * volumeMl;
  return [along, Math.sqrt((volumeMl * 1000) / ((4 / 3) * Math.PI * along))];
}

/** Where the middle of the balloon lies beyond the cannula's tip, mm. */
export const balloonBeyondTipMm = 11;

function balloonAt(scenario: Scenario, needles: readonly NeedleInWorld[], tMs: number): BalloonInWorld | null {
  const script = scenario.balloon;
  if (script === null || tMs < script.inAtMs || tMs >= script.outAtMs) return null;
  const needle = needles.find((one) => one.script === scenario.needles[script.needle]);
  if (needle === undefined) return null;
  const axis = unit(subtract(needle.tipPatientMm, needle.hubPatientMm));
  const center = add(needle.tipPatientMm, scale(axis, balloonBeyondTipMm));
  const volumeMl = valueAt(script.volumeMl, tMs);
  const ruptured = script.rupturesAtMs !== null && tMs >= script.rupturesAtMs;
  const left = script.rupturesAtMs !== null && ruptured ? Math.exp(-(tMs - script.rupturesAtMs) / 700) : 1;
  return {
    volumeMl,
    ruptured,
    centerPatientMm: center,
    axis,
    semiAxesMm: balloonSemiAxes(volumeMl * left),
    contrast: ruptured ? 0.35 + 0.65 * left : 1,
    markersPatientMm: [add(center, scale(axis, -8)), add(center, scale(axis, 8))],
  };
}

/** What has left the vertebral body of `volumeMl` in all. */
export function leakedMl(scenario: Scenario, volumeMl: number): number {
  const leak = scenario.cement?.leak ?? null;
  return leak === null ? 0 : leak.share * Math.max(0, volumeMl - leak.fromMl);
}

function cementAt(scenario: Scenario, tMs: number): World['cement'] {
  const perNeedleMl = scenario.cement === null ? [] : scenario.cement.volumeMl.map((curve) => valueAt(curve, tMs));
  const volumeMl = perNeedleMl.reduce((sum, ml) => sum + ml, 0);
  const leakMl = leakedMl(scenario, volumeMl);
  return { perNeedleMl, volumeMl, leakMl, leakSite: leakMl > 0 ? (scenario.cement?.leak?.site ?? null) : null };
}

/** The needle that moves, else the one cement flows through, else the one that came last. */
function advancingOf(scenario: Scenario, needles: readonly NeedleInWorld[], tMs: number): number | null {
  if (needles.length === 0) return null;
  const moving = needles.findIndex((one) => slopeAt(one.script.depthMm, tMs) !== 0);
  if (moving >= 0) return moving;
  const flowing = needles.findIndex((one) => slopeAt(scenario.cement?.volumeMl[scenario.needles.indexOf(one.script)] ?? [], tMs) > 0);
  return flowing >= 0 ? flowing : needles.length - 1;
}

/** The state of everything at session time `tMs`: a pure function, so that any frame can be made by itself. */
export function worldAt(scenario: Scenario, tMs: number): World {
  const motionMm = motionAt(scenario, tMs);
  const needles = scenario.needles.filter((one) => tMs >= one.presentFromMs && tMs < one.presentToMs).map((one) => needleAt(one, motionMm, tMs));
  return {
    tMs,
    beamOn: !scenario.beamOff.some((off) => tMs >= off.fromMs && tMs < off.toMs),
    motionMm,
    needles,
    advancing: advancingOf(scenario, needles, tMs),
    balloon: balloonAt(scenario, needles, tMs),
    cement: cementAt(scenario, tMs),
  };
}
