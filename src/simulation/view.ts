import type { ImagePoint } from '../sample/index.ts';
import { add, dot, type PatientMm, scale, subtract } from './vector.ts';

/** How one plane of the virtual C-arm stands. Angles as in DICOM (0018,1510) +LAO and (0018,1511) +CRAN, relative to the patient. */
export interface ViewSetting {
  readonly primaryAngleDeg: number;
  readonly secondaryAngleDeg: number;
  readonly sidMm: number;
  readonly sodMm: number;
  /** On the detector, square pixels. */
  readonly imagerPixelSpacingMm: number;
  /** Rows = columns. */
  readonly sizePx: number;
}

/** A C-arm view ready to project with: directions in patient space, distances in mm. */
export interface View {
  readonly setting: ViewSetting;
  readonly right: PatientMm;
  readonly down: PatientMm;
  readonly towardsDetector: PatientMm;
  readonly sourcePatientMm: PatientMm;
  readonly centerPx: number;
  readonly mmPerPxAtIsocentre: number;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/**
 * The view of one setting (DICOM PS3.17 FFF.1.2.4, PS3.3 C.8.7.5): at 0/0 the detector is in front of the patient and
 * image right is patient left; LAO turns the detector to the patient's left, CRAN to the head.
 */
export function viewOf(setting: ViewSetting): View {
  const p = radians(setting.primaryAngleDeg);
  const s = radians(setting.secondaryAngleDeg);
  const level: PatientMm = [Math.sin(p), -Math.cos(p), 0];
  const towardsDetector = add(scale(level, Math.cos(s)), [0, 0, Math.sin(s)]);
  const down = subtract(scale(level, Math.sin(s)), [0, 0, Math.cos(s)]);
  return {
    setting,
    right: [Math.cos(p), Math.sin(p), 0],
    down,
    towardsDetector,
    sourcePatientMm: scale(towardsDetector, -setting.sodMm),
    centerPx: (setting.sizePx - 1) / 2,
    mmPerPxAtIsocentre: (setting.imagerPixelSpacingMm * setting.sodMm) / setting.sidMm,
  };
}

/** Pixels of the image for one mm at the depth of this point. */
export const pxPerMmAt = (view: View, point: PatientMm): number =>
  view.setting.sidMm / (view.setting.sodMm + dot(point, view.towardsDetector)) / view.setting.imagerPixelSpacingMm;

/** Where a point of the patient falls in the image: [column, row], (0, 0) the centre of the top-left pixel. */
export function project(view: View, point: PatientMm): ImagePoint {
  const k = pxPerMmAt(view, point);
  return [view.centerPx + dot(point, view.right) * k, view.centerPx + dot(point, view.down) * k];
}

/** Where the detector pixel [column, row] is in patient space, mm. */
export function detectorPoint(view: View, columnPx: number, rowPx: number): PatientMm {
  const { sidMm, sodMm, imagerPixelSpacingMm } = view.setting;
  const u = (columnPx - view.centerPx) * imagerPixelSpacingMm;
  const v = (rowPx - view.centerPx) * imagerPixelSpacingMm;
  return add(scale(view.towardsDetector, sidMm - sodMm), add(scale(view.right, u), scale(view.down, v)));
}
