import type { XrayFrameAttributes } from '../dicom/xrayFrame.ts';
import { mmPerPxOf } from '../geometry/cArm.ts';
import type { Plan, PlanePlan } from '../sample/index.ts';

/** Millimetres a pixel at the isocentre, and who says so. */
export interface ImageScale {
  /** For use inside guidance: known, or guessed when `from` is null. */
  readonly workingMmPerPx: number;
  readonly mmPerPx: number | null;
  readonly from: 'geometry' | 'calibration' | null;
}

/** A picture without any scale is taken to show about 150 mm at the patient, enough to look for things of needle size. */
const guessedFieldMm = 150;

export function imageScale(attributes: XrayFrameAttributes, plan: PlanePlan | null): ImageScale {
  const geometric = mmPerPxOf(attributes.geometry);
  if (geometric !== null) return { workingMmPerPx: geometric, mmPerPx: geometric, from: 'geometry' };
  const calibrated = plan?.calibration?.mmPerPx ?? null;
  if (calibrated !== null) return { workingMmPerPx: calibrated, mmPerPx: calibrated, from: 'calibration' };
  return { workingMmPerPx: guessedFieldMm / Math.max(attributes.rows, attributes.columns), mmPerPx: null, from: null };
}

/** Widths to look for: the planned needle ± what magnification does, else the range of needles in use (13G to 8G). */
export function needleWidthsMm(plan: Plan | null, scale: ImageScale): { readonly leastWidthMm: number; readonly mostWidthMm: number } {
  const planned = plan?.needle?.outerDiameterMm;
  const doubt = scale.from === null ? 1.5 : 1;
  if (planned !== undefined && scale.from !== null) return { leastWidthMm: 0.72 * planned, mostWidthMm: 1.35 * planned };
  return { leastWidthMm: 1.9 / doubt, mostWidthMm: 4.3 * doubt };
}
