import type { RunLengthMask } from '../../base/runLength.ts';
import type { XrayFrameAttributes } from '../../dicom/xrayFrame.ts';
import type { Plan, PlanePlan, Stage } from '../../sample/index.ts';
import { type AttenuationPyramid, relationshipOf } from '../image/attenuation.ts';
import type { VisibleField } from '../image/field.ts';
import type { MotionEstimate, Region } from '../image/motion.ts';
import type { ImageKernels } from '../kernels/imageKernels.ts';
import type { NeedleTrack } from '../needle/track.ts';
import type { CementObservation } from '../observation.ts';
import type { ImageScale } from '../scale.ts';
import { boundsOf, type ZoneMap, zoneMap, zonesAbout } from '../zones.ts';
import { blockNeedles, boneAxis, fillAcrossShafts } from './blocked.ts';
import { bodyEdge, edgeDistances } from './bodyEdge.ts';
import { type CementJudge, createCementJudge } from './judge.ts';
import { createLeakWatch, type LeakWatch } from './leak.ts';
import { markedExtent, runLengthsInImage, unionOf } from './maskImage.ts';
import { fitOutline, fittedOutline } from './outlineFit.ts';
import { createReferencePicture } from './reference.ts';
import { createRegionBuffers, type DarkRegion, darkRegions } from './regions.ts';

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
  /** As counted by the needles' `movedAt`. */
  readonly frameCount: number;
  /** How many frames make a rest at this frame rate. */
  readonly restFrames: number;
  /** Time between frames, followed slowly. */
  readonly intervalMs: number;
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
  /** Cement has been found, also before the last reset. */
  everSeen(): boolean;
  /** Pixels not to follow bone by (needle, cement), coarse grid, reference coordinates. */
  excludedCoarse(): Uint8Array;
}

/**
 * Nepers a millimetre of radio-opaque bone cement beyond the marrow it displaces, as a detector sees it: PMMA with 30 % barium
 * sulphate stops about 0.2 of a narrow beam at 60 keV, and scatter as large as what comes straight leaves half of that. Products and
 * views differ by a third; the injector's own volume corrects it within the run.
 */
export const cementNepersPerMm = 0.092;

/**
 * 95 % bound of a volume by attenuation alone, as a share of it. Cements and views differ by a third, scatter comes on top; how many nepers
 * display values span is in no tag, and may be half or twice of what is assumed.
 */
const volumeBoundShare = { LIN: 0.4, LOG: 0.4, DISP: 1 } as const;

/** What was seen of the bone under a drawn outline: the outline as it lies on it, and how far each place is beyond its edge, mm. Null: nothing. */
interface BoneUnder {
  readonly onBone: ZoneMap | null;
  readonly edgeMm: Float32Array | null;
}

/** How far beyond the planned body, or around the tip when no body was drawn, cement is looked for. */
const watchMarginMm = { body: 20, tip: 32 } as const;

/** Bone that goes farther than this from one frame to the next is a patient who starts, not a breath: no leak is judged then, mm. */
const startMm = 0.8;

/** Least thickness called cement, mm. */
const discernibleMm = 1;

/** What is seen before any cement is. */
export const noCement: CementObservation = {
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

export function createCementAnalysis(width: number, height: number, kernels: ImageKernels): CementAnalysis {
  const size = width * height;
  const reference = createReferencePicture(width, height, kernels);
  const blocked = kernels.bytes(size);
  const held = kernels.bytes(size);
  const mask = new Uint8Array(size);
  const filled = new Uint8Array(size);
  const coarseExcluded = new Uint8Array((width >> 1) * (height >> 1));
  const buffers = createRegionBuffers(size);
  const judge: CementJudge = createCementJudge(width, height);
  const leakWatch: LeakWatch = createLeakWatch();

  let watched: Region | null = null;
  let zones: ZoneMap | null = null;
  let zonesFor: { readonly plan: PlanePlan | null; readonly offset: readonly [number, number]; readonly box: Region } | null = null;

  let seenBone: (BoneUnder & { readonly of: ZoneMap }) | null = null;

  let everSeen = false;
  let lastShift: readonly [number, number] = [0, 0];
  /** What a start leaves (edges that lie a little differently now) is learnt at once. */
  let framesSinceStart = 0;

  function reset(): void {
    everSeen ||= judge.seen();
    watched = null;
    zonesFor = null;
    seenBone = null;
    reference.reset();
    mask.fill(0);
    held.fill(0);
    coarseExcluded.fill(0);
    judge.reset();
    leakWatch.reset();
  }

  function excludeFromMotion(): void {
    const coarseWidth = width >> 1;
    for (let y = 0; y < height >> 1; y++) {
      for (let x = 0, at = 2 * y * width; x < coarseWidth; x++, at += 2) {
        coarseExcluded[y * coarseWidth + x] = (blocked[at] ?? 0) | (held[at] ?? 0) | (blocked[at + width + 1] ?? 0) | (held[at + width + 1] ?? 0);
      }
    }
  }

  function frame(context: CementContext): CementObservation {
    const { pyramid, field, scale, motion, shiftPx } = context;
    const { factor } = pyramid;
    const shift: readonly [number, number] = [shiftPx[0] / factor, shiftPx[1] / factor];
    const mmPerFinePx = scale.workingMmPerPx * factor;
    blockNeedles(blocked, width, height, context.tracks, shiftPx, factor, mmPerFinePx);
    const box = watchedBox(context, mmPerFinePx);
    const starts = moved(shift, mmPerFinePx) > startMm || motion.jumped;
    if (!motion.trusted || box === null) return observe(context, shift, mmPerFinePx, starts);
    reference.compare(pyramid.fine, field, shift, blocked, box, discernibleMm * cementNepersPerMm);
    const low = Math.max(discernibleMm * cementNepersPerMm, 3 * reference.sigma);
    const high = Math.max(1.6 * discernibleMm * cementNepersPerMm, 5 * reference.sigma);
    const regions = darkRegions(reference.evidence, blocked, box, low, high, 1.5 / (mmPerFinePx * mmPerFinePx), buffers);
    const verdict = judge.frame({
      ...context,
      zones: () => zonesOf(context, box, mmPerFinePx),
      regions,
      buffers,
      blocked,
      box,
      mmPerFinePx,
      difference: reference.difference,
      evidence: reference.evidence,
      low,
      high,
      starts,
      mask,
    });
    holdBack(verdict.held, box);
    framesSinceStart = starts ? 0 : framesSinceStart + 1;
    reference.learn(blocked, held, verdict.absorb, context.intervalMs, judge.seen() && framesSinceStart > context.restFrames);
    excludeFromMotion();
    return observe(context, shift, mmPerFinePx, starts);
  }

  /** What may be cement or balloon, and its surroundings, must not be learnt as background. */
  function holdBack(regions: readonly DarkRegion[], box: Region): void {
    held.fill(0);
    const extent = regions.reduce<Region | null>(
      (whole, { x0, y0, x1, y1 }) => unionOf(whole, { x0, y0, x1: x1 + 1, y1: y1 + 1 }),
      markedExtent(mask, width, box),
    );
    if (extent === null) return;
    const { labels } = buffers;
    const heldLabels = new Set(regions.map(({ label }) => label));
    const isHeld = (at: number): boolean => {
      const label = labels[at] ?? 0;
      return mask[at] !== 0 || (label !== 0 && heldLabels.has(label));
    };
    const [x0, y0, x1, y1] = [
      Math.max(extent.x0, box.x0 + 3),
      Math.max(extent.y0, box.y0 + 3),
      Math.min(extent.x1, box.x1 - 3),
      Math.min(extent.y1, box.y1 - 3),
    ];
    for (let y = y0; y < y1; y++) {
      for (let x = x0, at = y * width + x0; x < x1; x++, at++) {
        if (!isHeld(at)) continue;
        // The surroundings of its rim are those of the whole.
        const isInside = x > x0 && x < x1 - 1 && y > y0 && y < y1 - 1 && isHeld(at - 1) && isHeld(at + 1) && isHeld(at - width) && isHeld(at + width);
        if (isInside) held[at] = 1;
        else for (let dy = -2; dy <= 2; dy++) held.fill(1, at + dy * width - 2, at + dy * width + 3);
      }
    }
  }

  /**
   * The part of the picture (bone coordinates, fine grid) that is watched for cement: the planned body and what a leak of it
   * can reach, else around the needle's tip; what was watched once cement is there does not change any more.
   */
  function watchedBox({ planePlan, planOffsetPx, tracks, shiftPx, pyramid }: CementContext, mmPerFinePx: number): Region | null {
    if (watched !== null && judge.seen()) return watched;
    const body = (planePlan?.vertebralBody ?? []).map(([x, y]) => [x + planOffsetPx[0], y + planOffsetPx[1]] as const);
    const tips = tracks.map((track) => [track.tip[0] - shiftPx[0], track.tip[1] - shiftPx[1]] as const);
    const points = body.length > 0 ? body : tips;
    if (points.length === 0) return watched;
    const bounds = boundsOf(points);
    const margin = (body.length > 0 ? watchMarginMm.body : watchMarginMm.tip) / mmPerFinePx;
    const clamp = (v: number, most: number) => Math.max(0, Math.min(most, Math.round(v)));
    const next = {
      x0: clamp(bounds.x0 / pyramid.factor - margin, width),
      y0: clamp(bounds.y0 / pyramid.factor - margin, height),
      x1: clamp(bounds.x1 / pyramid.factor + margin, width),
      y1: clamp(bounds.y1 / pyramid.factor + margin, height),
    };
    if (next.x1 - next.x0 <= 8 || next.y1 - next.y0 <= 8) return null;
    const same = watched !== null && watched.x0 === next.x0 && watched.y0 === next.y0 && watched.x1 === next.x1 && watched.y1 === next.y1;
    if (!same) watched = next;
    return watched;
  }

  /** The zones change only with the plan, its place and the watched box. */
  function zonesOf({ planePlan, planOffsetPx, pyramid }: CementContext, box: Region, mmPerFinePx: number): ZoneMap | null {
    const same = zonesFor !== null && zonesFor.plan === planePlan && zonesFor.offset === planOffsetPx && zonesFor.box === box;
    if (same) return zones;
    zonesFor = { plan: planePlan, offset: planOffsetPx, box };
    const centre = (pyramid.factor - 1) / 2;
    const toFine = ([x, y]: readonly [number, number]) =>
      [(x + planOffsetPx[0] - centre) / pyramid.factor, (y + planOffsetPx[1] - centre) / pyramid.factor] as const;
    zones = zoneMap(planePlan, toFine, box, width, height, mmPerFinePx);
    return zones;
  }

  /**
   * Where the bone is under the drawn outline, as the reference showed it when cement was first seen: cement hides it later. The outline's place is looked for in
   * the first frame, its edges in the second: both in one would be the longest frame of all.
   */
  function boneUnder(of: ZoneMap | null, mmPerFinePx: number): BoneUnder {
    if (of === null) return { onBone: null, edgeMm: null };
    const picture = { grid: reference.background, known: reference.age, sigma: reference.sigma };
    if (seenBone?.of !== of) {
      const fit = fitOutline(picture, of.outline, mmPerFinePx);
      const wall = of.wall?.map(([x, y]) => [x + (fit?.shiftPx[0] ?? 0), y + (fit?.shiftPx[1] ?? 0)] as const) ?? null;
      const onBone = fit === null ? null : zonesAbout(fittedOutline(of.outline, fit), wall, of.box, width, height, mmPerFinePx);
      seenBone = { of, onBone, edgeMm: null };
    } else if (seenBone.edgeMm === null) {
      const { outline, outlineMm, box } = seenBone.onBone ?? of;
      seenBone = { ...seenBone, edgeMm: edgeDistances(bodyEdge(picture, outline, mmPerFinePx), outlineMm, box, width, mmPerFinePx) };
    }
    return seenBone;
  }

  /** How far the bone has gone since the last frame; a detector still shows a little of where steel was then. */
  function moved(shift: readonly [number, number], mmPerFinePx: number): number {
    const mm = Math.hypot(shift[0] - lastShift[0], shift[1] - lastShift[1]) * mmPerFinePx;
    lastShift = shift;
    return mm;
  }

  function observe(context: CementContext, shift: readonly [number, number], mmPerFinePx: number, starts: boolean): CementObservation {
    const { scale, attributes, pyramid, tracks } = context;
    const box = watched;
    if (box === null || !judge.seen()) return noCement;
    const cement = fillAcrossShafts(mask, filled, reference.difference, box, tracks, context.shiftPx, pyramid.factor);
    const zonesNow = zonesOf(context, box, mmPerFinePx);
    const leak = leakWatch.frame({
      zones: zonesNow,
      ...boneUnder(zonesNow, mmPerFinePx),
      mask: filled,
      extent: cement?.extent ?? null,
      width,
      mmPerFinePx,
      factor: pyramid.factor,
      scaleKnown: scale.mmPerPx !== null,
      moving: tracks.filter((track) => track.movedAt === context.frameCount).map((track) => boneAxis(track, context.shiftPx, pyramid.factor)),
      unsettled: !context.motion.trusted || starts,
    });
    if (cement === null) return noCement;
    const image: RunLengthMask = runLengthsInImage(filled, width, cement.extent, pyramid.factor, shift, attributes);
    const areaPx = image.counts.reduce((sum, run, i) => (i % 2 === 1 ? sum + run : sum), 0);
    const known = scale.mmPerPx !== null;
    const volumeMl = known ? (cement.mass * mmPerFinePx ** 2) / cementNepersPerMm / 1000 : null;
    return {
      areaPx,
      areaMm2: known ? areaPx * scale.workingMmPerPx ** 2 : null,
      volumeMl,
      volumeFrom: known ? 'attenuation' : null,
      ...(volumeMl === null ? {} : { volumeBound95Ml: volumeBoundShare[relationshipOf(attributes)] * volumeMl }),
      ...leak,
      mask: image,
    };
  }

  return { frame, stage: (stage) => judge.stage(stage), reset, everSeen: () => everSeen || judge.seen(), excludedCoarse: () => coarseExcluded };
}
