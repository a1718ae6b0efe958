/** Patient space: DICOM LPS (x to the patient's left, y to the back, z to the head), mm from the isocentre of the C-arm. */
export type PatientMm = readonly [x: number, y: number, z: number];

export const add = (a: PatientMm, b: PatientMm): PatientMm => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: PatientMm, b: PatientMm): PatientMm => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a: PatientMm, k: number): PatientMm => [a[0] * k, a[1] * k, a[2] * k];
export const dot = (a: PatientMm, b: PatientMm): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: PatientMm, b: PatientMm): PatientMm => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
export const length = (a: PatientMm): number => Math.sqrt(dot(a, a));
export const unit = (a: PatientMm): PatientMm => scale(a, 1 / length(a));
/** The point a fraction `t` of the way from a to b. */
export const between = (a: PatientMm, b: PatientMm, t: number): PatientMm => add(a, scale(subtract(b, a), t));

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
/** 0 up to `from`, 1 from `to` on, smooth between (cubic). */
export function smoothStep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}
