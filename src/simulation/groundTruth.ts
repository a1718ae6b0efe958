import { encodeRunLengths, type RunLengthMask } from '../base/runLength.ts';
import type { ImagePoint, LeakSite, PlaneId } from '../sample/index.ts';
import { type CementImage, thicknessPerMm } from './cementImage.ts';
import { roundCollimator } from './detector.ts';
import { bodyOutlinePx, isLateral, posteriorWallPx } from './drawnPlan.ts';
import { frameTimeMs, type PlaneRenderer, type Shift } from './planeRenderer.ts';
import type { Scenario } from './scenario.ts';
import type { PatientMm } from './vector.ts';
import { project, type View, viewOf } from './view.ts';
import type { NeedleInWorld } from './world.ts';

/** Cement thicker than this along a ray can be told by eye, mm. */
const discernibleMm = 1;
/** Cement thicker than this is there at all, mm. */
const anyMm = 0.3;

export interface NeedleTruth {
  readonly side: 'left' | 'right';
  readonly tipImagePx: ImagePoint;
  readonly hubImagePx: ImagePoint;
  readonly tipPatientMm: PatientMm;
  readonly hubPatientMm: PatientMm;
  readonly inserted: boolean;
  /** The tip is inside the collimated field. */
  readonly tipInField: boolean;
  readonly stylet: boolean;
}

/** What is really in one frame. Masks are whole frames of run lengths, rows × columns. */
export interface FrameTruth {
  readonly frame: number;
  readonly tMs: number;
  readonly needles: readonly NeedleTruth[];
  /** Index into `needles` of the one being worked with. */
  readonly advancing: number | null;
  readonly balloon: { readonly volumeMl: number; readonly centerImagePx: ImagePoint; readonly semiAxesMm: readonly [number, number] | null } | null;
  readonly cement: { readonly volumeMl: number; readonly areaPx: number; readonly mask: RunLengthMask; readonly maskAny: RunLengthMask };
  readonly leak: {
    readonly flag: boolean;
    readonly volumeMl: number;
    readonly site: LeakSite | null;
    /** Any of it is thick enough in this view to be told. */
    readonly visible: boolean;
    /** Pixels of it outside what the rest of the cement covers. */
    readonly distinctPx: number;
    readonly mask: RunLengthMask;
  };
  readonly motionMm: PatientMm;
}

/** What stays the same through a run. */
export interface PlaneTruth {
  readonly sizePx: number;
  readonly pixelAtIsocentreMm: number;
  readonly field: { readonly shape: 'round'; readonly cx: number; readonly cy: number; readonly r: number };
  readonly bodyOutlinePx: readonly ImagePoint[];
  /** Bottom to top; null in a view that does not show it. */
  readonly posteriorWallPx: readonly ImagePoint[] | null;
  readonly sidMm: number;
  readonly sodMm: number;
  readonly imagerPixelSpacingMm: number;
  readonly imageRight: PatientMm;
  readonly imageDown: PatientMm;
}

/** The anatomy of one plane where the patient lies at first. */
export function planeTruth(scenario: Scenario, plane: PlaneId): PlaneTruth {
  const view = viewOf(scenario.views[plane]);
  const { sizePx, sidMm, sodMm, imagerPixelSpacingMm } = view.setting;
  return {
    sizePx,
    pixelAtIsocentreMm: view.mmPerPxAtIsocentre,
    field: { shape: 'round', cx: view.centerPx, cy: view.centerPx, r: roundCollimator(sizePx).radiusPx },
    bodyOutlinePx: bodyOutlinePx(view, scenario.treated, 60),
    posteriorWallPx: isLateral(view.setting) ? posteriorWallPx(view, scenario.treated) : null,
    sidMm,
    sodMm,
    imagerPixelSpacingMm,
    imageRight: view.right,
    imageDown: view.down,
  };
}

function needleTruth(view: View, fieldRadiusPx: number, needle: NeedleInWorld): NeedleTruth {
  const tip = project(view, needle.tipPatientMm);
  return {
    side: needle.script.side,
    tipImagePx: tip,
    hubImagePx: project(view, needle.hubPatientMm),
    tipPatientMm: needle.tipPatientMm,
    hubPatientMm: needle.hubPatientMm,
    inserted: needle.inserted,
    tipInField: Math.hypot(tip[0] - view.centerPx, tip[1] - view.centerPx) < fieldRadiusPx,
    stylet: needle.lumen === 'stylet',
  };
}

/**
 * Which pixels of the frame have more than `mm` of `image` (less `without`, when given) behind them, as zeros and ones.
 * Nothing but cement is in these images, so an empty one is answered at once.
 */
function thickerThan(image: Int32Array, without: Int32Array | null, place: Place, mm: number): Uint8Array {
  const { sidePx, shift, sizePx, empty } = place;
  const mask = new Uint8Array(sizePx * sizePx);
  if (empty) return mask;
  const limit = mm * thicknessPerMm;
  const first = Math.round(shift.y) * sidePx + Math.round(shift.x);
  for (let y = 0; y < sizePx; y++) {
    const row = first + y * sidePx;
    for (let x = 0; x < sizePx; x++) {
      const units = (image[row + x] as number) - (without === null ? 0 : (without[row + x] as number));
      if (units > limit) mask[y * sizePx + x] = 1;
    }
  }
  return mask;
}

/** Where a frame lies in an image with a margin. */
interface Place {
  readonly sidePx: number;
  readonly shift: Shift;
  readonly sizePx: number;
  readonly empty: boolean;
}

function count(mask: Uint8Array): number {
  let sum = 0;
  for (const on of mask) sum += on;
  return sum;
}

function leakTruth(image: CementImage, place: Place): { visible: boolean; distinctPx: number; mask: RunLengthMask } {
  const mask = thickerThan(image.leak, null, place, discernibleMm);
  const covered = thickerThan(image.all, image.leak, place, anyMm);
  let distinctPx = 0;
  for (let i = 0; i < mask.length; i++) distinctPx += (mask[i] as number) & (1 - (covered[i] as number));
  return { visible: count(mask) > 0, distinctPx, mask: encodeRunLengths(mask, place.sizePx, place.sizePx) };
}

/** What is really in frame `frameIndex` of this renderer's plane. */
export function groundTruthAt(renderer: PlaneRenderer, frameIndex: number, fps: number): FrameTruth {
  const { view } = renderer;
  const sizePx = view.setting.sizePx;
  const world = renderer.world(frameIndex);
  const { image, sidePx, shiftPx } = renderer.cement(frameIndex);
  const place: Place = { sidePx, shift: shiftPx, sizePx, empty: world.cement.volumeMl === 0 };
  const mask = thickerThan(image.all, null, place, discernibleMm);
  const radiusPx = roundCollimator(sizePx).radiusPx;
  return {
    frame: frameIndex,
    tMs: frameTimeMs(frameIndex, fps),
    needles: world.needles.map((needle) => needleTruth(view, radiusPx, needle)),
    advancing: world.advancing,
    balloon:
      world.balloon === null
        ? null
        : { volumeMl: world.balloon.volumeMl, centerImagePx: project(view, world.balloon.centerPatientMm), semiAxesMm: world.balloon.semiAxesMm },
    cement: {
      volumeMl: world.cement.volumeMl,
      areaPx: count(mask),
      mask: encodeRunLengths(mask, sizePx, sizePx),
      maskAny: encodeRunLengths(thickerThan(image.all, null, place, anyMm), sizePx, sizePx),
    },
    leak: {
      flag: world.cement.leakMl > 0,
      volumeMl: world.cement.leakMl,
      site: world.cement.leakSite,
      ...leakTruth(image, { ...place, empty: world.cement.leakMl === 0 }),
    },
    motionMm: world.motionMm,
  };
}
