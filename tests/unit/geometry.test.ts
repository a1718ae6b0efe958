import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noGeometry, type XrayGeometry } from '../../src/dicom/xrayFrame.ts';
import { angulationAlong, angulationDistanceDeg, endOnAngulation, profileAngulation } from '../../src/geometry/angulation.ts';
import { backProject, type CArmView, cArmView, mmPerPxAtIsocentre, mmPerPxOf, project, viewAxes } from '../../src/geometry/cArm.ts';
import { epipolarLine, trajectoryFromViews, triangulate } from '../../src/geometry/triangulate.ts';
import { dot, norm, subtract, type Vector3 } from '../../src/geometry/vector.ts';

const geometry = (primaryAngleDeg: number, secondaryAngleDeg: number, more: Partial<XrayGeometry> = {}): XrayGeometry => ({
  ...noGeometry,
  primaryAngleDeg,
  secondaryAngleDeg,
  sidMm: 1000,
  sodMm: 640,
  imagerPixelSpacingMm: [0.2, 0.2],
  ...more,
});
function viewOf(primary: number, secondary: number, more: Partial<XrayGeometry> = {}): CArmView {
  const view = cArmView({ rows: 1024, columns: 1024, geometry: geometry(primary, secondary, more) });
  if (view === null) throw new Error('complete tags give a view');
  return view;
}

describe('C-arm projection', () => {
  it('puts the isocentre in the middle of the image and scales by SOD / SID', () => {
    const view = viewOf(0, 0);
    expect(project(view, [0, 0, 0])).toEqual([511.5, 511.5]);
    expect(mmPerPxAtIsocentre(view)).toBeCloseTo(0.128, 10);
    expect(mmPerPxOf(geometry(0, 0))).toBeCloseTo(0.128, 10);
    expect(project(view, [1.28, 0, -2.56])?.map((v) => Math.round(v * 1e6) / 1e6)).toEqual([521.5, 531.5]);
  });

  it('turns the detector to the left of the patient for LAO and to the head for CRAN', () => {
    expect(viewAxes(0, 0).beam.map(Math.round)).toEqual([0, -1, 0]);
    expect(viewAxes(90, 0).beam[0]).toBeCloseTo(1);
    expect(viewAxes(0, 30).beam[2]).toBeCloseTo(0.5);
  });

  it('shows the left of a prone patient on the left of the image (primary angle 180)', () => {
    const left = project(viewOf(180, 0), [10, 0, 0]);
    expect(left?.[0]).toBeLessThan(511.5);
    // Of a supine one (0) it is on the right, and the head is at the top of both.
    expect(project(viewOf(0, 0), [10, 0, 0])?.[0]).toBeGreaterThan(511.5);
    for (const primary of [0, 180, 90]) expect(project(viewOf(primary, 0), [0, 0, 10])?.[1]).toBeLessThan(511.5);
  });

  it('magnifies what is nearer to the source', () => {
    const view = viewOf(0, 0);
    const nearSource = project(view, [10, 100, 0])?.[0] ?? 0;
    const nearDetector = project(view, [10, -100, 0])?.[0] ?? 0;
    expect(nearSource - 511.5).toBeCloseTo(((1000 / 540) * 10) / 0.2, 6);
    expect(nearDetector - 511.5).toBeCloseTo(((1000 / 740) * 10) / 0.2, 6);
  });

  it('is u = SID / (ISO − y) · x and v = SID / (ISO − y) · z of the point turned into the positioner (PS3.17 FFF.1.2.4)', () => {
    for (const [primary, secondary] of [
      [0, 0],
      [35, 0],
      [0, -20],
      [180, 12],
      [-100, 25],
    ] as const) {
      const [p, s] = [(primary * Math.PI) / 180, (secondary * Math.PI) / 180];
      const [X, Y, Z] = [17, -23, 41];
      // About the patient's long axis by the primary angle, then about the turned left-right axis by the secondary one.
      const x = X * Math.cos(p) + Y * Math.sin(p);
      const yTurned = -X * Math.sin(p) + Y * Math.cos(p);
      const y = yTurned * Math.cos(s) - Z * Math.sin(s);
      const z = yTurned * Math.sin(s) + Z * Math.cos(s);
      const [u, v] = [(1000 / (640 - y)) * x, (1000 / (640 - y)) * z];
      const seen = project(viewOf(primary, secondary), [X, Y, Z]) ?? [0, 0];
      expect(seen[0]).toBeCloseTo(511.5 + u / 0.2, 6);
      expect(seen[1]).toBeCloseTo(511.5 - v / 0.2, 6);
    }
  });

  it('looks along a beam that makes arccos(|cos primary| · |cos secondary|) with front to back (PS3.17 FFF.1.2.4)', () => {
    for (const [primary, secondary, wanted] of [
      [30, 0, 30],
      [0, 40, 40],
      [30, 30, 41.4096],
      [150, -30, 41.4096],
      [-60, 45, 69.2952],
    ] as const) {
      const angle = (Math.acos(Math.abs(viewAxes(primary, secondary).beam[1])) * 180) / Math.PI;
      expect(angle).toBeCloseTo(wanted, 3);
    }
  });

  it('shows an isocentre that the tags place in the patient where the central ray is, and everything else about it', () => {
    const isocentrePatientMm: Vector3 = [12, -180, 640];
    const view = cArmView({ rows: 1024, columns: 1024, geometry: geometry(90, 5) }, { isocentrePatientMm });
    if (view === null) throw new Error('complete tags give a view');
    expect(project(view, isocentrePatientMm)).toEqual([511.5, 511.5]);
    const [x, y] = project(viewOf(90, 5), [3, 4, 5]) ?? [0, 0];
    const moved = project(view, [15, -176, 645]) ?? [0, 0];
    expect(Math.hypot(moved[0] - x, moved[1] - y)).toBeLessThan(1e-9);
  });

  it('is null without angles, distances or spacing, and behind the source', () => {
    expect(cArmView({ rows: 8, columns: 8, geometry: noGeometry })).toBeNull();
    expect(mmPerPxOf(noGeometry)).toBeNull();
    expect(project(viewOf(0, 0), [0, 700, 0])).toBeNull();
  });

  it('applies field-of-view rotation and flip to the image of the same point', () => {
    const point: Vector3 = [10, 0, -5];
    const [x, y] = project(viewOf(0, 0), point) ?? [0, 0];
    const rotated = project(viewOf(0, 0, { fieldOfView: { originPx: null, rotationDeg: 90, horizontalFlip: false } }), point);
    expect(rotated?.[0]).toBeCloseTo(1023 - y, 6);
    expect(rotated?.[1]).toBeCloseTo(x, 6);
    const flipped = project(viewOf(0, 0, { fieldOfView: { originPx: null, rotationDeg: 0, horizontalFlip: true } }), point);
    expect(flipped?.[0]).toBeCloseTo(1023 - x, 6);
  });

  it('moves the principal point by the field-of-view origin when the size of the detector is known', () => {
    const attributes = { rows: 512, columns: 512, geometry: geometry(0, 0, { fieldOfView: { originPx: [100, 300], rotationDeg: 0, horizontalFlip: false } }) };
    expect(cArmView(attributes, { detectorSizePx: [1024, 1024] })?.principalImagePx).toEqual([211.5, 411.5]);
    expect(cArmView(attributes)?.principalImagePx).toEqual([255.5, 255.5]);
  });

  it('back-projects every image point onto the ray that projects there (seed 4)', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.double({ min: -45, max: 45, noNaN: true }),
        fc.double({ min: 0, max: 1023, noNaN: true }),
        fc.double({ min: 0, max: 1023, noNaN: true }),
        fc.double({ min: 400, max: 900, noNaN: true }),
        (primary, secondary, x, y, depth) => {
          const view = viewOf(primary, secondary);
          const ray = backProject(view, [x, y]);
          const [px, py, pz] = ray.originPatientMm;
          const seen = project(view, [px + depth * ray.direction[0], py + depth * ray.direction[1], pz + depth * ray.direction[2]]);
          expect(Math.hypot((seen?.[0] ?? 0) - x, (seen?.[1] ?? 0) - y)).toBeLessThan(1e-6);
        },
      ),
      { seed: 4, numRuns: 200 },
    );
  });
});

describe('two views of one point', () => {
  const frontal = viewOf(180, -6);
  const lateral = viewOf(90, 0);
  const point: Vector3 = [12, -7, 33];
  const inFrontal = project(frontal, point) ?? [0, 0];
  const inLateral = project(lateral, point) ?? [0, 0];

  it('give the point back with no residual', () => {
    const found = triangulate([
      { view: frontal, pointImagePx: inFrontal },
      { view: lateral, pointImagePx: inLateral },
    ]);
    expect(norm(subtract(found?.pointPatientMm ?? [0, 0, 0], point))).toBeLessThan(1e-6);
    expect(found?.residualMm).toBeLessThan(1e-6);
  });

  it('report how far apart the rays are when one sighting is wrong by 10 px along the common axis', () => {
    const found = triangulate([
      { view: frontal, pointImagePx: inFrontal },
      { view: lateral, pointImagePx: [inLateral[0], inLateral[1] + 10] },
    ]);
    expect(found?.residualMm).toBeGreaterThan(1);
    expect(found?.residualMm).toBeLessThan(1.5);
  });

  it('are refused when they look along the same line', () => {
    const sighting = { view: frontal, pointImagePx: inFrontal };
    expect(triangulate([sighting, sighting])).toBeNull();
    expect(triangulate([sighting])).toBeNull();
  });

  it('agree on the epipolar line', () => {
    const line = epipolarLine(frontal, inFrontal, lateral);
    if (line === null) throw new Error('these views have an epipolar line');
    const [[x0, y0], [x1, y1]] = line;
    const [x, y] = inLateral;
    const offset = Math.abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) / Math.hypot(x1 - x0, y1 - y0);
    expect(offset).toBeLessThan(1e-6);
  });

  it('make a trajectory of two drawn lines', () => {
    const entry: Vector3 = [40, 60, 20];
    const ends = (view: CArmView) => ({ view, entry: project(view, entry) ?? ([0, 0] as const), target: project(view, point) ?? ([0, 0] as const) });
    const line = trajectoryFromViews(ends(frontal), ends(lateral));
    expect(norm(subtract(line?.entryPatientMm ?? [0, 0, 0], entry))).toBeLessThan(1e-6);
    expect(norm(subtract(line?.targetPatientMm ?? [0, 0, 0], point))).toBeLessThan(1e-6);
  });
});

describe('angulation advice', () => {
  const entry: Vector3 = [40, 60, 20];
  const target: Vector3 = [12, -7, 10];

  it('end-on: entry and target fall on one image point when the target is the isocentre', () => {
    const angles = endOnAngulation(entry, target, { primaryAngleDeg: 180, secondaryAngleDeg: 0 });
    if (angles === null) throw new Error('a line has an end-on view');
    const view = viewOf(angles.primaryAngleDeg, angles.secondaryAngleDeg);
    const shift = (p: Vector3): Vector3 => [p[0] - target[0], p[1] - target[1], p[2] - target[2]];
    const a = project(view, shift(entry)) ?? [0, 0];
    const b = project(view, shift(target)) ?? [1e9, 0];
    expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeLessThan(1e-6);
    expect(angulationDistanceDeg(angles, { primaryAngleDeg: 180, secondaryAngleDeg: 0 })).toBeLessThan(90);
  });

  it('profile: the beam is perpendicular to the line and as near as possible to the present view', () => {
    const present = { primaryAngleDeg: 95, secondaryAngleDeg: 3 };
    const angles = profileAngulation(entry, target, present);
    if (angles === null) throw new Error('a line has a profile view');
    const beam = viewAxes(angles.primaryAngleDeg, angles.secondaryAngleDeg).beam;
    const along: Vector3 = [target[0] - entry[0], target[1] - entry[1], target[2] - entry[2]];
    expect(Math.abs(dot(beam, along)) / norm(along)).toBeLessThan(1e-9);
    // The beams that show the line at full length are a circle about it: none of them is nearer.
    const turn = angulationDistanceDeg(angles, present);
    for (let degree = 0; degree < 360; degree += 5) {
      const tilted = profileAngulation(entry, target, { primaryAngleDeg: 95 + degree, secondaryAngleDeg: 3 });
      if (tilted !== null) expect(angulationDistanceDeg(tilted, present)).toBeGreaterThanOrEqual(turn - 1e-6);
    }
  });

  it('names the angles whose beam is the given direction', () => {
    const angles = angulationAlong(viewAxes(37, -12).beam);
    expect(angles?.primaryAngleDeg).toBeCloseTo(37, 9);
    expect(angles?.secondaryAngleDeg).toBeCloseTo(-12, 9);
  });
});

const oracleFolder = new URL('../../../shared/data/drr/', import.meta.url);
describe.skipIf(!existsSync(oracleFolder))('against independent projection matrices (skipped where the reference data is absent)', () => {
  it.each(['A_AP', 'A_LAT', 'C_AP', 'C_LAT'])('%s within 0.05 px over a cube of 200 mm', (name) => {
    const truth = JSON.parse(readFileSync(new URL(`${name}.gt.json`, oracleFolder), 'utf8'));
    const view = cArmView(
      {
        rows: 1024,
        columns: 1024,
        geometry: geometry(truth.positioner_primary_deg, truth.positioner_secondary_deg, {
          sidMm: truth.SID_mm,
          sodMm: truth.SOD_mm,
          imagerPixelSpacingMm: [truth.imager_pixel_spacing_mm, truth.imager_pixel_spacing_mm],
        }),
      },
      { isocentrePatientMm: truth.isocentre_mm },
    );
    if (view === null) throw new Error('the truth has complete tags');
    let worstPx = 0;
    for (let i = 0; i < 125; i++) {
      const offset = [i % 5, Math.floor(i / 5) % 5, Math.floor(i / 25)].map((step) => (step - 2) * 50);
      const point = offset.map((mm, axis) => mm + truth.isocentre_mm[axis]) as unknown as Vector3;
      const [u, v, w] = (truth.P_3x4 as number[][]).map(
        (row) => (row[0] ?? 0) * point[0] + (row[1] ?? 0) * point[1] + (row[2] ?? 0) * point[2] + (row[3] ?? 0),
      );
      const seen = project(view, point) ?? [1e9, 1e9];
      worstPx = Math.max(worstPx, Math.hypot(seen[0] - (u ?? 0) / (w ?? 1), seen[1] - (v ?? 0) / (w ?? 1)));
    }
    expect(worstPx).toBeLessThan(0.05);
  });
});
