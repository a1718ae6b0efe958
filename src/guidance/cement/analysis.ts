import type { RunLengthMask } from '../../base/runLength.ts';
import type { XrayFrameAttributes } from '../../dicom/xrayFrame.ts';
import type { Plan, PlanePlan, Stage } from '../../sample/index.ts';
import type { AttenuationPyramid } from '../image/attenuation.ts';
import type { VisibleField } from '../image/field.ts';
import type { MotionEstimate } from '../image/motion.ts';
import type { NeedleTrack } from '../needle/tracker.ts';
import type { CementObservation } from '../observation.ts';
import type { ImageScale } from '../scale.ts';
import { blockNeedles, fillAcrossShafts } from './blocked.ts';
import { type CementJudge, createCementJudge } from './judge.ts';
import { createLeakWatch, type LeakWatch } from './leak.ts';
import { runLengthsInImage } from './maskImage.ts';
import { createReferencePicture } from './reference.ts';
import { createRegionBuffers, darkRegions } from './regions.ts';

export interface CementContext {
  readonly pyramid: AttenuationPyramid;
  readonly field: VisibleField;
  readonly attributes: XrayFrameAttributes;
  readonly scale: ImageScale;
  readonly noise: number;
  /** Bone's shift since the reference, full pixels. */
  readonly shiftPx: readonly [number, number];
  readonly motion: MotionEstimate;
  readonly tracks: readonly NeedleTrack[];
  readonly plan: Plan | null;
  readonly planePlan: PlanePlan | null;
  /** From plan coordinates to reference coordinates, full pixels. */
  readonly planOffsetPx: readonly [number, number];
}

export interface CementAnalysis {
  frame(context: CementContext): CementObservation;
  /** The operator said which stage it is: helps, is never needed. */
  stage(stage: Stage): void;
  reset(): void;
  seen(): boolean;
  /** Pixels not to follow bone by (needle, cement), coarse grid, reference coordinates. */
  excludedCoarse(): Uint8Array;
}

/**
 * Nepers a millimetre of radio-opaque bone cement beyond the marrow it displaces: PMMA with about 30 % barium sulphate at
 * 50–60 keV. Products differ by a third; the injector's own volume corrects it within the run.
 */
export const cementNepersPerMm = 0.092;

/** Least thickness called cement, mm. */
const discernibleMm = 1;

const nothing: CementObservation = {
  areaPx: 0,
  areaMm2: null,
  volumeMl: null,
  volumeFrom: null,
  zone: 'none',
  leak: false,
  leakSite: null,
  toPosteriorWallPx: null,
  toPosteriorWallMm: null,
  mask: null,
};

export function createCementAnalysis(width: number, height: number): CementAnalysis {
  const size = width * height;
  const reference = createReferencePicture(width, height);
  const blocked = new Uint8Array(size);
  const held = new Uint8Array(size);
  const mask = new Uint8Array(size);
  const filled = new Uint8Array(size);
  const coarseExcluded = new Uint8Array((width >> 1) * (height >> 1));
  const buffers = createRegionBuffers(size);
  const judge: CementJudge = createCementJudge(width, height);
  const leakWatch: LeakWatch = createLeakWatch(width, height);

  function reset(): void {
    reference.reset();
    mask.fill(0);
    held.fill(0);
    coarseExcluded.fill(0);
    judge.reset();
    leakWatch.reset();
  }

  function excludeFromMotion(): void {
    const coarseWidth = width >> 1;
    coarseExcluded.fill(0);
    for (let y = 0; y < height - 1; y++) {
      for (let x = 0, at = y * width; x < width - 1; x++, at++) {
        if (blocked[at] !== 0 || held[at] !== 0) coarseExcluded[(y >> 1) * coarseWidth + (x >> 1)] = 1;
      }
    }
  }

  function frame(context: CementContext): CementObservation {
    const { pyramid, field, scale, motion, shiftPx } = context;
    const { factor } = pyramid;
    const shift: readonly [number, number] = [shiftPx[0] / factor, shiftPx[1] / factor];
    const mmPerFinePx = scale.workingMmPerPx * factor;
    blockNeedles(blocked, width, height, context.tracks, shiftPx, factor, mmPerFinePx);
    if (!motion.trusted) return observe(context, shift, mmPerFinePx);
    reference.compare(pyramid.fine, field, shift, blocked);
    const low = Math.max(discernibleMm * cementNepersPerMm, 3 * reference.sigma);
    const high = Math.max(1.6 * discernibleMm * cementNepersPerMm, 5 * reference.sigma);
    const regions = darkRegions(reference.difference, blocked, low, high, 1.5 / (mmPerFinePx * mmPerFinePx), buffers);
    const verdict = judge.frame({ ...context, regions, labels: buffers.labels, blocked, mmPerFinePx, difference: reference.difference, low, mask });
    holdBack(verdict.claimable);
    reference.learn(blocked, held, verdict.absorb);
    excludeFromMotion();
    return observe(context, shift, mmPerFinePx);
  }

  /** What may be cement or balloon, and its surroundings, must not be learnt as background. */
  function holdBack(claimable: boolean): void {
    held.fill(0);
    if (!claimable) return;
    for (let y = 3; y < height - 3; y++) {
      for (let x = 3, at = y * width + 3; x < width - 3; x++, at++) {
        if (buffers.labels[at] === 0 && mask[at] === 0) continue;
        for (let dy = -2; dy <= 2; dy++) held.fill(1, at + dy * width - 2, at + dy * width + 3);
      }
    }
  }

  function observe(context: CementContext, shift: readonly [number, number], mmPerFinePx: number): CementObservation {
    const { scale, attributes, pyramid, tracks } = context;
    const { areaPx: filledPx, mass } = fillAcrossShafts(mask, filled, reference.difference, width, height, tracks, context.shiftPx, pyramid.factor);
    const leak = leakWatch.frame(context, mask, filled, reference.difference, mmPerFinePx);
    const image: RunLengthMask | null = filledPx > 0 ? runLengthsInImage(filled, width, height, pyramid.factor, shift, attributes) : null;
    if (image === null) return nothing;
    const areaPx = image.counts.reduce((sum, run, i) => (i % 2 === 1 ? sum + run : sum), 0);
    const known = scale.mmPerPx !== null;
    return {
      areaPx,
      areaMm2: known ? areaPx * scale.workingMmPerPx ** 2 : null,
      volumeMl: known ? (mass * mmPerFinePx ** 2) / cementNepersPerMm / 1000 : null,
      volumeFrom: known ? 'attenuation' : null,
      ...leak,
      mask: image,
    };
  }

  return { frame, stage: (stage) => judge.stage(stage), reset, seen: () => judge.seen(), excludedCoarse: () => coarseExcluded };
}
