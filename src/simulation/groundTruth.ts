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

/** Which pixels of the frame have more than `mm` behind them, as zeros and ones. */
function thickerThan(image: Int32Array, sidePx: number, shift: Shift, sizePx: number, mm: number): Uint8Array {
  const mask = new Uint8Array(sizePx * sizePx);
  const limit = mm * thicknessPerMm;
  const ix = Math.round(shift.x);
  const iy = Math.round(shift.y);
  for (let y = 0; y < sizePx; y++) for (let x = 0; x < sizePx; x++) if ((image[(y + iy) * sidePx + x + ix] ?? 0) > limit) mask[y * sizePx + x] = 1;
  return mask;
}

const count = (mask: Uint8Array): number => mask.reduce((sum, on) => sum + on, 0);

function leakTruth(image: CementImage, sidePx: number, shift: Shift, sizePx: number): { visible: boolean; distinctPx: number; mask: RunLengthMask } {
  const mask = thickerThan(image.leak, sidePx, shift, sizePx, discernibleMm);
  const inside = image.all.map((all, i) => all - (image.leak[i] ?? 0));
  const covered = thickerThan(inside, sidePx, shift, sizePx, anyMm);
  const distinctPx = mask.reduce((sum, on, i) => sum + (on === 1 && covered[i] === 0 ? 1 : 0), 0);
  return { visible: count(mask) > 0, distinctPx, mask: encodeRunLengths(mask, sizePx, sizePx) };
}

/** What is really in frame `frameIndex` of this renderer's plane. */
export function groundTruthAt(renderer: PlaneRenderer, frameIndex: number, fps: number): FrameTruth {
  const { view } = renderer;
  const sizePx = view.setting.sizePx;
  const world = renderer.world(frameIndex);
  const { image, sidePx, shiftPx } = renderer.cement(frameIndex);
  const mask = thickerThan(image.all, sidePx, shiftPx, sizePx, discernibleMm);
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
      maskAny: encodeRunLengths(thickerThan(image.all, sidePx, shiftPx, sizePx, anyMm), sizePx, sizePx),
    },
    leak: {
      flag: world.cement.leakMl > 0,
      volumeMl: world.cement.leakMl,
      site: world.cement.leakSite,
      ...leakTruth(image, sidePx, shiftPx, sizePx),
    },
    motionMm: world.motionMm,
  };
}
