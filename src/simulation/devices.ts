import { workPerLn } from './detector.ts';

import { add, cross, dot, norm, type PatientMm, scale, subtract, unit } from './vector.ts';
import { detectorPoint, project, pxPerMmAt, type View } from './view.ts';
import type { BalloonInWorld, NeedleInWorld, World } from './world.ts';

/** Something that is drawn over the anatomy, row by row: subtracts its attenuation from working values. */
export interface Shadow {
  readonly topPx: number;
  readonly bottomPx: number;
  /** `row` holds the working values of image row `y`; `weight` is the share of it to draw. */
  readonly drawRow: (row: Int32Array, y: number, weight: number) => void;
}

/** How wide the detector smears an edge, mm at the isocentre. */
const blurMm = 0.1;
const tableSteps = 64;

/** Attenuation across a round bar by the distance from its axis in 1/64 mm, smeared by the detector. */
export type BarProfile = Float32Array;

function barProfile(radiusMm: number, lnAt: (distanceMm: number) => number): BarProfile {
  const size = Math.ceil((radiusMm + 4 * blurMm) * tableSteps);
  const profile = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    let weights = 0;
    for (let k = -6; k <= 6; k++) {
      const w = Math.exp(-0.5 * (k / 2) ** 2);
      sum += w * lnAt(Math.abs(i / tableSteps + (k / 2) * blurMm));
      weights += w;
    }
    profile[i] = sum / weights;
  }
  return profile;
}

const chord = (radiusMm: number, distanceMm: number): number => 2 * Math.sqrt(Math.max(0, radiusMm * radiusMm - distanceMm * distanceMm));
/** Steel hardens the beam: each further millimetre takes less than the one before. */
const steelLn = (mm: number): number => (0.55 * mm) / (1 + 0.11 * mm);
export const cementLnPerMm = 0.15;
const contrastLnPerMm = 0.055;

interface Bar {
  readonly from: PatientMm;
  readonly to: PatientMm;
  readonly radiusMm: number;
  readonly profile: BarProfile;
  /** Length of the point at `from` over which the bar grows to its full width, mm. */
  readonly pointMm: number;
}

/** A straight round bar under the view; both ends are cut square but for a point. */
function barShadow(view: View, bar: Bar): Shadow {
  const a = project(view, bar.from);
  const b = project(view, bar.to);
  const lengthPx = Math.hypot(b[0] - a[0], b[1] - a[1]);
  if (lengthPx < 1e-6) return { topPx: 0, bottomPx: -1, drawRow: () => undefined };
  const dx = (b[0] - a[0]) / lengthPx;
  const dy = (b[1] - a[1]) / lengthPx;
  const scaleA = pxPerMmAt(view, bar.from);
  const scaleB = pxPerMmAt(view, bar.to);
  const sightline = unit(subtract(bar.from, view.sourcePatientMm));
  const slant = 1 / Math.max(0.15, norm(cross(sightline, unit(subtract(bar.to, bar.from)))));
  const reachPx = (bar.radiusMm + 4 * blurMm) * Math.max(scaleA, scaleB);
  const smear = blurMm * scaleA;
  const pointPx = (bar.pointMm * scaleA * lengthPx) / (norm(subtract(bar.to, bar.from)) * scaleA);
  const ramp = (u: number): number => Math.max(0, Math.min(1, 0.5 + u / (2.5 * smear)));
  const drawRow = (row: Int32Array, y: number, weight: number): void => {
    const ry = y - a[1];
    const spread = Math.abs(dy) > 1e-4 ? reachPx / Math.abs(dy) : lengthPx + reachPx;
    const middle = Math.abs(dy) > 1e-4 ? a[0] + (ry * dx) / dy : (a[0] + b[0]) / 2;
    const left = Math.max(0, Math.ceil(Math.max(middle - spread, Math.min(a[0], b[0]) - reachPx)));
    const right = Math.min(row.length - 1, Math.floor(Math.min(middle + spread, Math.max(a[0], b[0]) + reachPx)));
    for (let x = left; x <= right; x++) {
      const rx = x - a[0];
      const u = rx * dx + ry * dy;
      const ends = ramp(u) * ramp(lengthPx - u);
      if (ends === 0) continue;
      const pxPerMm = scaleA + (scaleB - scaleA) * (u / lengthPx);
      const width = u < pointPx ? Math.max(0.12, u / pointPx) : 1;
      const mm = Math.abs(ry * dx - rx * dy) / (pxPerMm * width);
      const ln = bar.profile[(mm * tableSteps) | 0];
      if (ln !== undefined) row[x] = (row[x] ?? 0) - ((ln * slant * ends * width * weight * workPerLn) | 0);
    }
  };
  return { topPx: Math.floor(Math.min(a[1], b[1]) - reachPx), bottomPx: Math.ceil(Math.max(a[1], b[1]) + reachPx), drawRow };
}

/** Contrast-filled balloon: an ellipsoid of revolution, each ray's chord in closed form. */
function balloonShadow(view: View, balloon: BalloonInWorld, semiAxesMm: readonly [number, number]): Shadow {
  const [along, across] = semiAxesMm;
  const n = balloon.axis;
  const source = view.sourcePatientMm;
  const o = subtract(source, balloon.centerPatientMm);
  const stretch = 1 / along ** 2 - 1 / across ** 2;
  const form = (p: PatientMm, q: PatientMm): number => dot(p, q) / across ** 2 + stretch * dot(p, n) * dot(q, n);
  const C = form(o, o) - 1;
  const [cx, cy] = project(view, balloon.centerPatientMm);
  const reachPx = Math.max(along, across) * pxPerMmAt(view, balloon.centerPatientMm) * 1.05 + 1;
  const perMm = contrastLnPerMm * balloon.contrast * workPerLn;
  const step = scale(view.right, view.setting.imagerPixelSpacingMm);
  const stepForm = form(step, step);
  const stepFromSource = form(o, step);
  const drawRow = (row: Int32Array, y: number, weight: number): void => {
    // Along a row every term is a polynomial of the column: no vectors in the loop.
    const first = subtract(detectorPoint(view, 0, y), source);
    const [a0, a1] = [form(first, first), form(first, step)];
    const b0 = form(o, first);
    const [l0, l1, l2] = [dot(first, first), dot(first, step), dot(step, step)];
    for (let x = Math.max(0, Math.ceil(cx - reachPx)); x <= Math.min(row.length - 1, cx + reachPx); x++) {
      const A = a0 + x * (2 * a1 + x * stepForm);
      const B = b0 + x * stepFromSource;
      const root = B * B - A * C;
      if (root <= 0) continue;
      const chordMm = ((2 * Math.sqrt(root)) / A) * Math.sqrt(l0 + x * (2 * l1 + x * l2));
      row[x] = (row[x] ?? 0) - ((chordMm * perMm * weight) | 0);
    }
  };
  return { topPx: Math.floor(cy - reachPx), bottomPx: Math.ceil(cy + reachPx), drawRow };
}

/** The profiles of one needle's parts, made once. */
export interface NeedleProfiles {
  readonly stylet: BarProfile;
  readonly point: BarProfile;
  readonly empty: BarProfile;
  readonly cement: BarProfile;
}

export function needleProfiles(outerDiameterMm: number, innerDiameterMm: number): NeedleProfiles {
  const outer = outerDiameterMm / 2;
  const inner = innerDiameterMm / 2;
  const wall = (d: number): number => chord(outer, d) - chord(inner, d);
  return {
    stylet: barProfile(outer, (d) => steelLn(wall(d) + chord(inner - 0.1, d))),
    point: barProfile(outer, (d) => steelLn(chord(inner - 0.1, d))),
    empty: barProfile(outer, (d) => steelLn(wall(d))),
    cement: barProfile(outer, (d) => steelLn(wall(d)) + cementLnPerMm * 1.3 * chord(inner, d)),
  };
}

const plastic = (radiusMm: number): BarProfile => barProfile(radiusMm, (d) => 0.016 * chord(radiusMm, d));
const hubPlastic = plastic(5.5);
const handlePlastic = plastic(6.5);
const markerRadiusMm = 0.6;
const marker = barProfile(markerRadiusMm, (d) => 0.9 * chord(markerRadiusMm, d));

function needleShadows(view: View, needle: NeedleInWorld, profiles: NeedleProfiles): readonly Shadow[] {
  const { tipPatientMm: tip, cannulaEndPatientMm: end, hubPatientMm: hub, script } = needle;
  const radiusMm = script.outerDiameterMm / 2;
  const axis = unit(subtract(hub, tip));
  const handle = unit(cross(axis, [0, 0.3, 1]));
  const stylet = needle.lumen === 'stylet';
  return [
    barShadow(view, { from: end, to: hub, radiusMm, profile: profiles[needle.lumen], pointMm: 0 }),
    ...(stylet ? [barShadow(view, { from: tip, to: end, radiusMm, profile: profiles.point, pointMm: 3 })] : []),
    barShadow(view, { from: hub, to: add(hub, scale(axis, 16)), radiusMm: 5.5, profile: hubPlastic, pointMm: 0 }),
    ...(stylet
      ? [
          barShadow(view, {
            from: add(hub, add(scale(axis, 8), scale(handle, -36))),
            to: add(hub, add(scale(axis, 8), scale(handle, 36))),
            radiusMm: 6.5,
            profile: handlePlastic,
            pointMm: 0,
          }),
        ]
      : []),
  ];
}

/** The shadows of everything that was brought into the patient and is not cement in bone. */
export function deviceShadows(view: View, world: World, profilesOf: (needle: NeedleInWorld) => NeedleProfiles): readonly Shadow[] {
  const shadows: Shadow[] = world.needles.flatMap((needle) => needleShadows(view, needle, profilesOf(needle)));
  const { balloon } = world;
  if (balloon !== null) {
    if (balloon.semiAxesMm !== null) shadows.push(balloonShadow(view, balloon, balloon.semiAxesMm));
    for (const at of balloon.markersPatientMm) {
      const half = scale(balloon.axis, markerRadiusMm);
      shadows.push(barShadow(view, { from: subtract(at, half), to: add(at, half), radiusMm: markerRadiusMm, profile: marker, pointMm: 0 }));
    }
  }
  return shadows;
}
