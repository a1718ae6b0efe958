import { viewAxes } from '../geometry/cArm.ts';
import type { ImagePoint } from '../sample/index.ts';
import { add, dot, type PatientMm, scale } from './vector.ts';

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

/** The view of one setting, centred on the isocentre. */
export function viewOf(setting: ViewSetting): View {
  const { right, down, beam } = viewAxes(setting.primaryAngleDeg, setting.secondaryAngleDeg);
  return {
    setting,
    right,
    down,
    towardsDetector: beam,
    sourcePatientMm: scale(beam, -setting.sodMm),
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
