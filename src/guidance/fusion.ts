import type { XrayFrameAttributes } from '../dicom/xrayFrame.ts';
import { cArmView } from '../geometry/cArm.ts';
import { triangulate } from '../geometry/triangulate.ts';
import { dot, subtract } from '../geometry/vector.ts';
import type { CementObservation, DetectedNeedle, NeedleObservation, Pose } from './observation.ts';

/** What one plane saw of needles, in which frame, with that frame's attributes. */
export interface PlaneSighting {
  readonly needle: NeedleObservation;
  readonly attributes: XrayFrameAttributes;
  /** The frame's number as the pose is to name it (its sequence in the session). */
  readonly frame: number;
}

/** Rays of one tip that pass each other by more than this saw two different points, mm. */
const mostResidualMm = 6;

/**
 * The needle's tip in the patient from one frame of each plane, taken within a short time of each other (the caller decides
 * how short: a breath moves the spine by 1.5 mm in about a second). Of several needles it takes the pair whose rays meet best,
 * preferring the ones being advanced. Patient LPS mm relative to the isocentre. Null without geometry, without a needle in
 * both, or when no pair of rays meets.
 */
export function poseFromPlanes(a: PlaneSighting, b: PlaneSighting): Pose | null {
  const viewA = cArmView(a.attributes);
  const viewB = cArmView(b.attributes);
  if (viewA === null || viewB === null) return null;
  const pairs = pairsOf(a.needle, b.needle).flatMap(([inA, inB]) => {
    const point = triangulate([
      { view: viewA, pointImagePx: inA.tip },
      { view: viewB, pointImagePx: inB.tip },
    ]);
    return point !== null && point.residualMm <= mostResidualMm ? [point] : [];
  });
  const [active] = pairs;
  if (active === undefined) return null;
  // Another pair is taken only when it fits clearly better than the needles being advanced.
  const best = pairs.reduce((found, pair) => (pair.residualMm + 2 < found.residualMm ? pair : found), active);
  return { tipPatientMm: best.pointPatientMm, residualMm: best.residualMm, frames: { a: a.frame, b: b.frame } };
}

/** A new pose moves the place that volumes are measured at by this share: a pair of two different needles must not throw it about. */
const followShare = 0.1;

/** Where the tip has been seen lately: cement is about there, and so is what a pixel covers. Null before the first pose. */
export function followedTip(before: Pose['tipPatientMm'] | null, pose: Pose): Pose['tipPatientMm'] {
  if (before === null) return pose.tipPatientMm;
  const follow = (was: number, now: number): number => was + followShare * (now - was);
  return [follow(before[0], pose.tipPatientMm[0]), follow(before[1], pose.tipPatientMm[1]), follow(before[2], pose.tipPatientMm[2])];
}

/** A patient lies within this of the isocentre: a depth beyond it is a fault of the pose, as a share of the area. */
const mostAreaShare = 1.25;

/**
 * Cement with its area and volume at the depth where it is, instead of at the isocentre: a pixel covers less the nearer it is to
 * the source, by the square of the distance. Unchanged without geometry or without a pose.
 */
export function cementAtDepth(
  cement: CementObservation,
  attributes: Pick<XrayFrameAttributes, 'rows' | 'columns' | 'geometry'>,
  tipPatientMm: Pose['tipPatientMm'] | null,
): CementObservation {
  const view = tipPatientMm === null ? null : cArmView(attributes);
  if (view === null || tipPatientMm === null) return cement;
  const depthShare = 1 + dot(view.beam, subtract(tipPatientMm, view.isocentrePatientMm)) / view.sodMm;
  const areaShare = Math.max(1 / mostAreaShare, Math.min(mostAreaShare, depthShare * depthShare));
  const scaled = (value: number | null): number | null => (value === null ? null : value * areaShare);
  const bound = cement.volumeBound95Ml === undefined ? {} : { volumeBound95Ml: cement.volumeBound95Ml * areaShare };
  return { ...cement, areaMm2: scaled(cement.areaMm2), volumeMl: scaled(cement.volumeMl), ...bound };
}

/** Volumes of the two planes that differ by more than this factor are not of the same cement: one plane has not found it yet, or does not see all of it. */
const mostVolumeRatio = 2;

/** How much of one plane's 95 % bound is left of the mean's: what the cement itself is wrong by stays, what views differ by gets less. */
const meanBoundLeft = 0.75;

/**
 * Cement with the volume that both planes see on average, each by attenuation at its own depth: views of the same cement differ by a fifth, one too much
 * and one too little (geometric mean). Unchanged where the other plane says nothing, or something too different; `otherVolumeMl` is of the same moment.
 */
export function withBothPlanes(cement: CementObservation, otherVolumeMl: number | null): CementObservation {
  const own = cement.volumeMl;
  if (own === null || otherVolumeMl === null || own <= 0 || otherVolumeMl <= 0 || cement.volumeFrom !== 'attenuation') return cement;
  if (Math.max(own, otherVolumeMl) > mostVolumeRatio * Math.min(own, otherVolumeMl)) return cement;
  const volumeMl = Math.sqrt(own * otherVolumeMl);
  const bound = cement.volumeBound95Ml === undefined ? {} : { volumeBound95Ml: (meanBoundLeft * cement.volumeBound95Ml * volumeMl) / own };
  return { ...cement, volumeMl, ...bound };
}

/** Every combination, the two needles being advanced first. */
function pairsOf(a: NeedleObservation, b: NeedleObservation): [DetectedNeedle, DetectedNeedle][] {
  const activeFirst = (o: NeedleObservation) => [...o.needles].sort((p, q) => Number(q.tip === o.needle?.tip) - Number(p.tip === o.needle?.tip));
  return activeFirst(a).flatMap((inA) => activeFirst(b).map((inB): [DetectedNeedle, DetectedNeedle] => [inA, inB]));
}

/** Running calibration of one plane's seen volume by the injector's own; plain data, kept by the session. */
export interface VolumeCalibration {
  /** Injected over seen, once enough has been compared; 1 before. */
  readonly scale: number;
  readonly pairs: number;
  readonly sumSeenInjected: number;
  readonly sumSeenSeen: number;
  readonly lastInjectedMl: number;
}

export const uncalibratedVolume: VolumeCalibration = { scale: 1, pairs: 0, sumSeenInjected: 0, sumSeenSeen: 0, lastInjectedMl: 0 };

const calibrationRules = {
  /** Below this the picture is mostly threshold, and the cannula is still filling. */
  leastMl: 0.4,
  /** Beyond this the scale is fixed: a later difference is then a sign of cement that went where nobody looks. */
  settledMl: 1.5,
  stepMl: 0.05,
  /** 95 % bound of a calibrated volume, as a share of it: the injector's own, and what the view loses behind steel and bone. */
  boundShare: 0.15,
  leastPairs: 3,
  leastScale: 0.5,
  mostScale: 2,
} as const;

/** The volume to show, the new state, and how it was scaled. */
export interface CalibratedVolume {
  readonly state: VolumeCalibration;
  readonly volumeMl: number;
  readonly volumeFrom: 'attenuation' | 'injector';
  /** 95 % bound, as a share of the volume, once calibrated; null before: then it is what the picture alone says. */
  readonly boundShare: number | null;
  /** Injected less seen, mL, once calibrated: what the picture misses. Null before. */
  readonly unseenMl: number | null;
}

/**
 * Volume seen by attenuation, scaled within the run by what the injector delivered: least squares through zero over pairs
 * between 0.4 and 1.5 mL, then fixed, so that cement leaving the picture later shows as a difference instead of being scaled
 * away. The scale is bounded to 0.5 … 2: cement products and views differ by a third, more is a fault. `injectorVolumeMl` is
 * cement delivered since the last zero; null when no injector says.
 */
export function calibrateVolume(state: VolumeCalibration, seenAttenuationVolumeMl: number, injectorVolumeMl: number | null): CalibratedVolume {
  const next = injectorVolumeMl === null ? state : withPair(state, seenAttenuationVolumeMl, injectorVolumeMl);
  const calibrated = next.pairs >= calibrationRules.leastPairs;
  const volumeMl = calibrated ? seenAttenuationVolumeMl * next.scale : seenAttenuationVolumeMl;
  return {
    state: next,
    volumeMl,
    volumeFrom: calibrated ? 'injector' : 'attenuation',
    boundShare: calibrated ? calibrationRules.boundShare : null,
    unseenMl: calibrated && injectorVolumeMl !== null ? injectorVolumeMl - volumeMl : null,
  };
}

function withPair(state: VolumeCalibration, seenMl: number, injectedMl: number): VolumeCalibration {
  // The injector was zeroed: a new run of cement.
  if (injectedMl < state.lastInjectedMl - 0.2) return withPair(uncalibratedVolume, seenMl, injectedMl);
  const { leastMl, settledMl, stepMl, leastPairs, leastScale, mostScale } = calibrationRules;
  const settled = injectedMl > settledMl && state.pairs >= leastPairs;
  if (settled || injectedMl < leastMl || seenMl <= 0.05 || injectedMl < state.lastInjectedMl + stepMl) return state;
  const sumSeenInjected = state.sumSeenInjected + seenMl * injectedMl;
  const sumSeenSeen = state.sumSeenSeen + seenMl * seenMl;
  const scale = Math.max(leastScale, Math.min(mostScale, sumSeenInjected / sumSeenSeen));
  return { scale, pairs: state.pairs + 1, sumSeenInjected, sumSeenSeen, lastInjectedMl: injectedMl };
}
