import { type Angulation, endOnAngulation, profileAngulation } from '../geometry/angulation.ts';
import { type CArmView, project } from '../geometry/cArm.ts';
import { trajectoryFromViews } from '../geometry/triangulate.ts';
import type { Vector3 } from '../geometry/vector.ts';
import type { ImagePoint, Plan } from '../sample/index.ts';

/** A planned line in the patient: LPS mm relative to the isocentre where the files name none. */
export interface PatientTrajectory {
  readonly side: 'left' | 'right' | null;
  readonly entryPatientMm: Vector3;
  readonly targetPatientMm: Vector3;
  /** How far the rays of both drawings pass each other, the worse of entry and target. */
  readonly residualMm: number;
}

/** Two drawings whose rays pass each other by more than this are not of one line, mm. */
const mostResidualMm = 8;

/**
 * The plan's trajectories in the patient, from both planes' drawings and the views they were drawn on. Lines belong together by
 * their side; where none is named, those whose rays meet best. Empty when one plane has none or no pair meets.
 */
export function planInPatient(plan: Plan, viewA: CArmView, viewB: CArmView): readonly PatientTrajectory[] {
  const left = [...(plan.planes.b?.trajectories ?? [])];
  return (plan.planes.a?.trajectories ?? []).flatMap((inA) => {
    const pairs = left
      .filter((inB) => inA.side === undefined || inB.side === undefined || inA.side === inB.side)
      .flatMap((inB) => {
        const line = trajectoryFromViews({ view: viewA, entry: inA.entry, target: inA.target }, { view: viewB, entry: inB.entry, target: inB.target });
        return line === null || line.residualMm > mostResidualMm ? [] : [{ inB, line }];
      })
      .sort((p, q) => p.line.residualMm - q.line.residualMm);
    const [best] = pairs;
    if (best === undefined) return [];
    left.splice(left.indexOf(best.inB), 1);
    return [{ side: inA.side ?? best.inB.side ?? null, ...best.line }];
  });
}

/** Where a planned line appears in another view, when the C-arm has turned; null when it is behind the source. */
export function trajectoryInView(
  { entryPatientMm, targetPatientMm }: PatientTrajectory,
  view: CArmView,
): { readonly entry: ImagePoint; readonly target: ImagePoint } | null {
  const entry = project(view, entryPatientMm);
  const target = project(view, targetPatientMm);
  return entry === null || target === null ? null : { entry, target };
}

/** How to turn the C-arm for a planned line: end-on (bull's eye), and at full length beside it (progression). */
export interface AngulationAdvice {
  readonly bullsEye: Angulation | null;
  readonly progression: Angulation | null;
}

/** `present` decides between the two opposite beams and gives the nearest profile. */
export const angulationAdvice = ({ entryPatientMm, targetPatientMm }: PatientTrajectory, present: Angulation): AngulationAdvice => ({
  bullsEye: endOnAngulation(entryPatientMm, targetPatientMm, present),
  progression: profileAngulation(entryPatientMm, targetPatientMm, present),
});
