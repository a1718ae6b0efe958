import { describe, expect, it } from 'vitest';
import { noGeometry } from '../../src/dicom/xrayFrame.ts';
import { type CArmView, cArmView, project, viewAxes } from '../../src/geometry/cArm.ts';
import { angulationAdvice, planInPatient, trajectoryInView } from '../../src/guidance/planInPatient.ts';
import type { Plan } from '../../src/sample/index.ts';

const view = (primaryAngleDeg: number, secondaryAngleDeg = 0): CArmView => {
  const made = cArmView({
    rows: 1024,
    columns: 1024,
    geometry: { ...noGeometry, primaryAngleDeg, secondaryAngleDeg, sidMm: 1000, sodMm: 670, imagerPixelSpacingMm: [0.2, 0.2] },
  });
  if (made === null) throw new Error('the view is complete');
  return made;
};

const lines = {
  left: { entry: [22, 30, 8], target: [5, -7, -1] },
  right: { entry: [-21, 31, 7], target: [-6, -6, -2] },
} as const;

function planOn(a: CArmView, b: CArmView, named: boolean): Plan {
  const drawnOn = (on: CArmView, sides: readonly ('left' | 'right')[]) =>
    sides.map((side) => {
      const entry = project(on, lines[side].entry);
      const target = project(on, lines[side].target);
      if (entry === null || target === null) throw new Error('the line is in front of the source');
      return { ...(named ? { side } : {}), entry, target };
    });
  return { version: 1, planes: { a: { trajectories: drawnOn(a, ['left', 'right']) }, b: { trajectories: drawnOn(b, ['right', 'left']) } } };
}

describe('a plan drawn in two planes', () => {
  const frontal = view(180, -5);
  const lateral = view(90);

  it.each([true, false])('is in the patient to a tenth of a millimetre, sides named: %s', (named) => {
    const found = planInPatient(planOn(frontal, lateral, named), frontal, lateral);
    expect(found).toHaveLength(2);
    [lines.left, lines.right].forEach(({ entry, target }, i) => {
      for (const k of [0, 1, 2] as const) {
        expect(Math.abs((found[i]?.entryPatientMm[k] ?? 99) - entry[k])).toBeLessThan(0.1);
        expect(Math.abs((found[i]?.targetPatientMm[k] ?? 99) - target[k])).toBeLessThan(0.1);
      }
    });
  });

  it('appears where it is when the C-arm turns', () => {
    const [left] = planInPatient(planOn(frontal, lateral, true), frontal, lateral);
    const oblique = view(150, 12);
    const seen = left && trajectoryInView(left, oblique);
    const truth = project(oblique, lines.left.target);
    expect(Math.hypot((seen?.target[0] ?? 0) - (truth?.[0] ?? 99), (seen?.target[1] ?? 0) - (truth?.[1] ?? 99))).toBeLessThan(0.5);
  });

  it('is seen end-on in the view advised for the bull’s eye, and square to the beam in the one for progression', () => {
    const [left] = planInPatient(planOn(frontal, lateral, true), frontal, lateral);
    if (left === undefined) throw new Error('the line is found');
    const { bullsEye, progression } = angulationAdvice(left, { primaryAngleDeg: 180, secondaryAngleDeg: -5 });
    if (bullsEye === null || progression === null) throw new Error('both views exist');
    const along = lines.left.target.map((v, k) => v - (lines.left.entry[k] ?? 0));
    const length = Math.hypot(...along);
    const part = (angles: { primaryAngleDeg: number; secondaryAngleDeg: number }) =>
      viewAxes(angles.primaryAngleDeg, angles.secondaryAngleDeg).beam.reduce((sum, v, k) => sum + (v * (along[k] ?? 0)) / length, 0);
    expect(Math.abs(part(bullsEye))).toBeGreaterThan(0.9999);
    expect(Math.abs(part(progression))).toBeLessThan(0.01);
  });

  it('is not made up where the two drawings are of different lines', () => {
    const plan = planOn(frontal, lateral, true);
    const moved = { ...plan, planes: { ...plan.planes, b: { trajectories: [{ entry: [100, 100] as const, target: [200, 900] as const }] } } };
    expect(planInPatient(moved, frontal, lateral)).toHaveLength(0);
  });
});
