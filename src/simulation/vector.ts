import { add, norm, scale, subtract, type Vector3 } from '../geometry/vector.ts';

export { add, cross, dot, norm, scale, subtract } from '../geometry/vector.ts';

/** Patient space: DICOM LPS (x to the patient's left, y to the back, z to the head), mm from the isocentre of the C-arm. */
export type PatientMm = Vector3;

/** For vectors that are known not to be null. */
export const unit = (a: PatientMm): PatientMm => scale(a, 1 / norm(a));
/** The point a fraction `t` of the way from a to b. */
export const between = (a: PatientMm, b: PatientMm, t: number): PatientMm => add(a, scale(subtract(b, a), t));

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
/** 0 up to `from`, 1 from `to` on, smooth between (cubic). */
export function smoothStep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}
