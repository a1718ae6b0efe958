import type { XrayFrame, XrayFrameAttributes } from '../dicom/xrayFrame.ts';
import type { OperatorEvent, Plan, PlaneId, PlanePlan, Stage } from '../sample/index.ts';
import { type CementAnalysis, createCementAnalysis } from './cement/analysis.ts';
import { type AttenuationPyramid, createPyramid, sameStorage, workingFactor } from './image/attenuation.ts';
import { findField, type VisibleField } from './image/field.ts';
import { createMotionTracker, type MotionEstimate, type MotionTracker } from './image/motion.ts';
import { noiseOf } from './image/noise.ts';
import { createImageKernels } from './kernels/imageKernels.ts';
import { createNeedleDetector, type NeedleDetector } from './needle/detect.ts';
import { needleDeviation } from './needle/deviation.ts';
import { restFramesAt } from './needle/rest.ts';
import { asDetected, type NeedleTrack } from './needle/track.ts';
import { createNeedleTracker, type NeedleTracker } from './needle/tracker.ts';
import type { NeedleObservation, PlaneObservation } from './observation.ts';
import { type ImageScale, imageScale, needleWidthsMm } from './scale.ts';
import { createVertebraWatch, type VertebraWatch } from './vertebra/vertebraWatch.ts';
import { warmUp } from './warmUp.ts';
import { boneRegion } from './zones.ts';

/**
 * Guidance of one plane: a fold over that plane's frames and the operator's events, in ingest order. It owns its image
 * buffers, reads no clock and no random numbers, and gives the same observations for the same input on every run.
 * Runs on a worker thread; may not see the other plane or the injector (those are brought together in `session/step`).
 */
export interface PlaneGuidance {
  operator(event: OperatorEvent): void;
  /** `tMs`: the frame's session time. */
  frame(frame: XrayFrame, tMs: number): PlaneObservation;
}

/** Everything that depends on the size and storage of the frames. */
interface Workshop {
  readonly attributes: XrayFrameAttributes;
  readonly pyramid: AttenuationPyramid;
  readonly motion: MotionTracker;
  readonly detector: NeedleDetector;
  readonly tracker: NeedleTracker;
  readonly cement: CementAnalysis;
  readonly vertebra: VertebraWatch;
  field: VisibleField | null;
  darkCount: number;
}

/** Bytes of the pictures that the kernels work on: about 34 for each pixel of the working resolution, and a strip of the frame. */
const roomFor = (attributes: XrayFrameAttributes): number =>
  48 * ((attributes.rows * attributes.columns) / workingFactor(attributes) ** 2) + 128 * attributes.columns;

function openWorkshop(attributes: XrayFrameAttributes): Workshop {
  const kernels = createImageKernels(roomFor(attributes));
  const pyramid = createPyramid(attributes, kernels);
  const { coarse, fine } = pyramid;
  return {
    attributes,
    pyramid,
    motion: createMotionTracker(coarse.width, coarse.height),
    detector: createNeedleDetector(coarse.width, coarse.height, kernels),
    tracker: createNeedleTracker(fine.width, fine.height),
    cement: createCementAnalysis(fine.width, fine.height, kernels),
    vertebra: createVertebraWatch(),
    field: null,
    darkCount: 0,
  };
}

/** Every fifth pixel counts: the widths of pictures are hardly ever multiples of five, so that all columns take part. */
const countStep = 5;

function darkCount(data: Float32Array, limit: number): number {
  let dark = 0;
  for (let i = 0; i < data.length; i += countStep) if ((data[i] ?? 0) >= limit) dark += countStep;
  return dark;
}

/** The visible field changes rarely: it is looked for again when the number of dark pixels changes by more than half a percent of the picture. */
function visibleField(shop: Workshop): VisibleField {
  const { coarse, ofStoredValue } = shop.pyramid;
  const first = ofStoredValue[0] ?? 0;
  const last = ofStoredValue[2 ** shop.attributes.bitsStored - 1] ?? 0;
  const darkest = Math.max(first, last);
  const brightest = Math.min(first, last);
  const limit = darkest - 0.035 * (darkest - brightest);
  const dark = darkCount(coarse.data, limit);
  if (shop.field === null || Math.abs(dark - shop.darkCount) > 0.005 * coarse.data.length) {
    shop.field = findField(coarse, darkest, brightest, shop.field);
    shop.darkCount = dark;
  }
  return shop.field;
}

/** Starts cold state for one plane; the first call in a thread takes about half a second to get the code compiled. */
export function createPlaneGuidance(plane: PlaneId): PlaneGuidance {
  warmUp(() => openPlaneGuidance('a'));
  return openPlaneGuidance(plane);
}

function openPlaneGuidance(plane: PlaneId): PlaneGuidance {
  let plan: Plan | null = null;
  let planShiftPx: readonly [number, number] = [0, 0];
  let planIsNew = false;
  let retakeReference = false;
  let stage: Stage | null = null;
  let shop: Workshop | null = null;
  let frameCount = 0;
  let shiftPx: readonly [number, number] = [0, 0];

  /** After the C-arm has moved the drawn points mean nothing any more; a calibration still does. */
  let planStale = false;
  const planOfPlane = (): PlanePlan | null => (planStale ? calibrationOnly(plan, plane) : (plan?.planes[plane] ?? null));

  function operator(event: OperatorEvent): void {
    if (event.kind === 'plan') {
      plan = event.plan;
      planIsNew = true;
      planStale = false;
    } else if (event.kind === 'reference' && (event.plane === undefined || event.plane === plane)) retakeReference = true;
    else if (event.kind === 'endplates') {
      if (event.plane === plane) shop?.vertebra.place(event);
    } else if (event.kind === 'stage') {
      stage = event.stage;
      shop?.cement.stage(stage);
      shop?.vertebra.stage(stage);
    }
  }

  /** Aligns with the reference; takes a new one when there is none, when asked to, or when the picture is another. */
  function align(open: Workshop, field: VisibleField, scale: ImageScale): MotionEstimate {
    const { coarse, small } = open.pyramid;
    const coarsePx = 2 * open.pyramid.factor;
    const coarseMm = coarsePx * scale.workingMmPerPx;
    const restart = () => {
      open.motion.setReference(coarse, small, coarseMm);
      // The plan was drawn where the bone was then; the new reference is where it is now.
      planShiftPx = [planShiftPx[0] + shiftPx[0], planShiftPx[1] + shiftPx[1]];
      open.tracker.rebase(shiftPx);
      open.vertebra.rebase(shiftPx);
      shiftPx = [0, 0];
    };
    if (!open.motion.hasReference()) {
      open.motion.setReference(coarse, small, coarseMm);
      return { dx: 0, dy: 0, residual: 0, trusted: true, jumped: false };
    }
    const region = boneRegion(planOfPlane(), planShiftPx, scale, coarsePx, coarse.width, coarse.height);
    const motion = open.motion.track(coarse, small, field, region, open.cement.excludedCoarse());
    if (motion.trusted) shiftPx = [motion.dx * coarsePx, motion.dy * coarsePx];
    if (retakeReference) {
      restart();
      open.cement.reset();
      return { dx: 0, dy: 0, residual: 0, trusted: true, jumped: false };
    }
    return motion;
  }

  /** A picture unlike the reference for several frames: the C-arm was moved. */
  let strangeFrames = 0;
  function sceneChanged(motion: MotionEstimate): boolean {
    strangeFrames = motion.trusted ? 0 : strangeFrames + 1;
    return strangeFrames >= 2;
  }

  /** Time between frames, followed slowly: a pause of the beam is not a slow series. */
  let lastMs: number | null = null;
  let intervalMs = 125;
  function paceAt(tMs: number): number {
    const since = lastMs === null ? intervalMs : tMs - lastMs;
    lastMs = tMs;
    if (since > 0 && since < 1500) intervalMs += 0.2 * (since - intervalMs);
    return restFramesAt(intervalMs);
  }

  function frame(picture: XrayFrame, tMs: number): PlaneObservation {
    const restFrames = paceAt(tMs);
    if (shop === null || !sameStorage(shop.attributes, picture.attributes)) {
      shop = openWorkshop(picture.attributes);
      if (stage !== null) {
        shop.cement.stage(stage);
        shop.vertebra.stage(stage);
      }
      shiftPx = [0, 0];
      planShiftPx = [0, 0];
      strangeFrames = 0;
    }
    const { pyramid } = shop;
    pyramid.load(picture);
    let field = visibleField(shop);
    const scale = imageScale(picture.attributes, planOfPlane());
    const noise = noiseOf(pyramid.fine, field);
    let motion = align(shop, field, scale);
    if (sceneChanged(motion)) {
      // Shutters that are as wide as before may stand elsewhere.
      shop.darkCount = Number.POSITIVE_INFINITY;
      field = visibleField(shop);
      shop.motion.setReference(pyramid.coarse, pyramid.small, 2 * pyramid.factor * scale.workingMmPerPx);
      shop.tracker.reset();
      shop.cement.reset();
      shop.vertebra.moved();
      planStale = plan !== null;
      shiftPx = [0, 0];
      strangeFrames = 0;
      motion = { dx: 0, dy: 0, residual: 0, trusted: true, jumped: false };
    }
    retakeReference = false;
    if (planIsNew) {
      planShiftPx = [-shiftPx[0], -shiftPx[1]];
      planIsNew = false;
    }
    const fromPlanPx: readonly [number, number] = [shiftPx[0] + planShiftPx[0], shiftPx[1] + planShiftPx[1]];
    const tracks = shop.tracker.update(
      {
        frame: picture,
        pyramid,
        field,
        scale: { mmPerPx: scale.workingMmPerPx, ...needleWidthsMm(plan, scale), noise },
        plan: planOfPlane(),
        shift: shiftPx,
        shiftTrusted: motion.trusted,
        cementSeen: shop.cement.everSeen(),
        scaleKnown: scale.from !== null,
        frameCount,
        restFrames,
      },
      shop.detector,
    );
    const cement = shop.cement.frame({
      pyramid,
      field,
      attributes: picture.attributes,
      scale,
      noise,
      shiftPx,
      motion,
      tracks,
      frameCount,
      restFrames,
      intervalMs,
      plan,
      planePlan: planOfPlane(),
      planOffsetPx: planShiftPx,
    });
    frameCount++;
    const vertebra = shop.vertebra.frame({ pyramid, field, scale, noise, shiftPx, shiftTrusted: motion.trusted });
    const seen = needleObservation(tracks, planOfPlane(), fromPlanPx, scale);
    const needle = motion.trusted && !planStale ? { ...seen, planShiftPx: [hundredths(fromPlanPx[0]), hundredths(fromPlanPx[1])] as const } : seen;
    return vertebra === null ? { needle, cement } : { needle, cement, vertebra };
  }

  return { operator, frame };
}

/** Finer than bone is followed, short in the record, and never a negative zero. */
const hundredths = (value: number): number => Math.round(value * 100) / 100 + 0;

function calibrationOnly(plan: Plan | null, plane: PlaneId): PlanePlan | null {
  const calibration = plan?.planes[plane]?.calibration;
  return calibration === undefined ? null : { calibration };
}

/** The needle being advanced: the one that moved last. */
function needleObservation(tracks: readonly NeedleTrack[], plan: PlanePlan | null, shift: readonly [number, number], scale: ImageScale): NeedleObservation {
  const [active] = [...tracks].sort((p, q) => q.movedAt - p.movedAt || p.id - q.id);
  return {
    needle: active === undefined ? null : asDetected(active),
    needles: tracks.map(asDetected),
    deviation: active === undefined ? null : needleDeviation(active, plan, shift, scale),
    mmPerPx: scale.mmPerPx,
    scaleFrom: scale.from,
  };
}
