import { viewAxes } from './cArm.ts';
import { dot, unit, type Vector3 } from './vector.ts';

/** Positioner angles relative to the patient: +LAO, +CRAN. */
export interface Angulation {
  readonly primaryAngleDeg: number;
  readonly secondaryAngleDeg: number;
}

const degrees = (radians: number): number => (radians * 180) / Math.PI;

/** Positioner angles whose beam runs along `direction` (source to detector, patient LPS); null for a zero vector. */
export function angulationAlong(direction: Vector3): Angulation | null {
  const beam = unit(direction);
  if (beam === null) return null;
  return {
    primaryAngleDeg: degrees(Math.atan2(beam[0], -beam[1])),
    secondaryAngleDeg: degrees(Math.asin(Math.max(-1, Math.min(1, beam[2])))),
  };
}

/**
 * Bull's eye: the angulation that shows the line from entry to target end-on. Of the two opposite beams it gives the one
 * nearest to `present`, so that the tube stays on its side of the table.
 */
export function endOnAngulation(entryPatientMm: Vector3, targetPatientMm: Vector3, present: Angulation): Angulation | null {
  const along: Vector3 = [targetPatientMm[0] - entryPatientMm[0], targetPatientMm[1] - entryPatientMm[1], targetPatientMm[2] - entryPatientMm[2]];
  const beam = viewAxes(present.primaryAngleDeg, present.secondaryAngleDeg).beam;
  const sign = dot(along, beam) < 0 ? -1 : 1;
  return angulationAlong([along[0] * sign, along[1] * sign, along[2] * sign]);
}

/**
 * Progression view: the angulation nearest to `present` that shows the line at full length (beam perpendicular to it): the
 * present beam with its part along the line taken away. Null when the present view is end-on or the line has no length.
 */
export function profileAngulation(entryPatientMm: Vector3, targetPatientMm: Vector3, present: Angulation): Angulation | null {
  const along = unit([targetPatientMm[0] - entryPatientMm[0], targetPatientMm[1] - entryPatientMm[1], targetPatientMm[2] - entryPatientMm[2]]);
  if (along === null) return null;
  const beam = viewAxes(present.primaryAngleDeg, present.secondaryAngleDeg).beam;
  const part = dot(beam, along);
  if (Math.abs(part) > 0.999) return null;
  return angulationAlong([beam[0] - part * along[0], beam[1] - part * along[1], beam[2] - part * along[2]]);
}

/** Angle between two angulations' beams, degrees: how far the C-arm would turn. */
export function angulationDistanceDeg(a: Angulation, b: Angulation): number {
  const beamA = viewAxes(a.primaryAngleDeg, a.secondaryAngleDeg).beam;
  const beamB = viewAxes(b.primaryAngleDeg, b.secondaryAngleDeg).beam;
  return degrees(Math.acos(Math.max(-1, Math.min(1, dot(beamA, beamB)))));
}
