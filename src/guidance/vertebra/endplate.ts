import { depthAt, type VisibleField } from '../image/field.ts';
import { type Grid, sampleGrid } from '../image/grid.ts';

type Point = readonly [x: number, y: number];

/** One endplate as a shallow curve over the line from its anterior to its posterior end. Any one pixel space. */
export interface PlateCurve {
  readonly anterior: Point;
  readonly middle: Point;
  readonly posterior: Point;
}

/** What was found of an endplate around where it was expected. */
export interface SnappedPlate {
  readonly curve: PlateCurve;
  /** Standard deviation of the curve across itself, pixels of the grid. */
  readonly sigmaPx: number;
}

const rules = {
  stations: 28,
  /** Ends of the endplate are rounded: this share at each end is not looked at. */
  endShare: 0.06,
  /** A profile is the mean of so many neighbours along the plate on each side. */
  along: 2,
  step: 0.5,
  /** Nepers a pixel that an edge of bone has at least. */
  leastSlope: 0.012,
  leastStations: 10,
  /** Share of the stations that have to agree. */
  agreeing: 0.45,
  mostBendShare: 0.2,
} as const;

const towards = ([ax, ay]: Point, [bx, by]: Point, share: number): Point => [ax + share * (bx - ax), ay + share * (by - ay)];

/** A point of the curve; `share` 0 … 1 from the anterior to the posterior end (parabola through its three points). */
export function pointOn({ anterior, middle, posterior }: PlateCurve, share: number): Point {
  const a = 2 * (share - 0.5) * (share - 1);
  const m = 4 * share * (1 - share);
  const p = 2 * share * (share - 0.5);
  return [a * anterior[0] + m * middle[0] + p * posterior[0], a * anterior[1] + m * middle[1] + p * posterior[1]];
}

/** The straight line between two drawn ends. */
export const straightPlate = (anterior: Point, posterior: Point): PlateCurve => ({ anterior, middle: towards(anterior, posterior, 0.5), posterior });

interface Station {
  /** −1 … 1 along the plate. */
  readonly u: number;
  /** Offset of the edge into the body, pixels. */
  readonly offset: number;
}

/**
 * Looks for the outer edge of an endplate (brighter disc outside, darker bone inside) across `expected`, up to `reachPx` away,
 * and fits a parabola to it robustly. `inward` is any point inside the body. Null when too little of an edge is found.
 */
export function snapPlate(fine: Grid, field: VisibleField, expected: PlateCurve, inward: Point, reachPx: number, noise: number): SnappedPlate | null {
  const dx = expected.posterior[0] - expected.anterior[0];
  const dy = expected.posterior[1] - expected.anterior[1];
  const length = Math.hypot(dx, dy);
  if (length < 8) return null;
  const side = (inward[0] - expected.middle[0]) * -dy + (inward[1] - expected.middle[1]) * dx > 0 ? 1 : -1;
  const normal: Point = [(side * -dy) / length, (side * dx) / length];
  const tangent: Point = [dx / length, dy / length];
  const stations: Station[] = [];
  for (let i = 0; i < rules.stations; i++) {
    const share = rules.endShare + ((1 - 2 * rules.endShare) * (i + 0.5)) / rules.stations;
    const at = pointOn(expected, share);
    if (depthAt(field, at[0] / 2, at[1] / 2) < 4) continue;
    const offset = edgeOffset(fine, at, normal, tangent, reachPx, Math.max(rules.leastSlope, noise));
    if (offset !== null) stations.push({ u: 2 * share - 1, offset });
  }
  const fit = stations.length < rules.leastStations ? null : robustParabola(stations);
  if (fit === null || fit.agreeing < rules.agreeing * rules.stations) return null;
  if (Math.abs(fit.c) > rules.mostBendShare * length) return null;
  const moved = (share: number): Point => {
    const u = 2 * share - 1;
    const at = pointOn(expected, share);
    const offset = fit.a + fit.b * u + fit.c * u * u;
    return [at[0] + normal[0] * offset, at[1] + normal[1] * offset];
  };
  return { curve: { anterior: moved(0), middle: moved(0.5), posterior: moved(1) }, sigmaPx: Math.max(0.15, fit.spread / Math.sqrt(fit.agreeing / 4)) };
}

/** Where the picture gets darker fastest on the way into the body; near the middle preferred. Null when nowhere enough. */
function edgeOffset(fine: Grid, [x, y]: Point, normal: Point, tangent: Point, reachPx: number, leastSlope: number): number | null {
  const count = Math.ceil(reachPx / rules.step);
  const values: number[] = [];
  for (let i = -count - 2; i <= count + 2; i++) {
    let sum = 0;
    for (let k = -rules.along; k <= rules.along; k++) {
      sum += sampleGrid(fine, x + normal[0] * i * rules.step + tangent[0] * k, y + normal[1] * i * rules.step + tangent[1] * k);
    }
    values.push(sum / (2 * rules.along + 1));
  }
  const slopeAt = (i: number) => ((values[i + 2] ?? 0) - (values[i - 2] ?? 0)) / (4 * rules.step);
  let best = 0;
  let bestAt = -1;
  for (let i = 2; i < values.length - 2; i++) {
    const away = (i - 2 - count) / count;
    const score = slopeAt(i) * (1 - 0.4 * away * away);
    if (score <= best) continue;
    best = score;
    bestAt = i;
  }
  if (bestAt < 0 || slopeAt(bestAt) < leastSlope) return null;
  const before = slopeAt(bestAt - 1);
  const here = slopeAt(bestAt);
  const after = slopeAt(bestAt + 1);
  const curve = before - 2 * here + after;
  const shift = curve < 0 && bestAt > 2 && bestAt < values.length - 3 ? Math.max(-0.5, Math.min(0.5, (0.5 * (before - after)) / curve)) : 0;
  return (bestAt - 2 - count + shift) * rules.step;
}

const median = (values: readonly number[]): number => values.toSorted((p, q) => p - q)[values.length >> 1] ?? 0;

/** offset = a + b·u + c·u², re-weighted against outliers (Tukey's biweight). */
function robustParabola(stations: readonly Station[]): { a: number; b: number; c: number; spread: number; agreeing: number } | null {
  let a = median(stations.map((s) => s.offset));
  let b = 0;
  let c = 0;
  let spread = 0;
  let agreeing = 0;
  for (let round = 0; round < 6; round++) {
    const residuals = stations.map(({ u, offset }) => Math.abs(offset - a - b * u - c * u * u));
    spread = Math.max(0.25, 1.4826 * median(residuals));
    const reach = 4.7 * spread;
    const sums = [0, 0, 0, 0, 0];
    const right = [0, 0, 0];
    agreeing = 0;
    stations.forEach(({ u, offset }, i) => {
      const ratio = (residuals[i] ?? 0) / reach;
      if (ratio >= 1) return;
      const w = (1 - ratio * ratio) ** 2;
      if (ratio < 0.64) agreeing++;
      for (let k = 0; k < 5; k++) sums[k] = (sums[k] ?? 0) + w * u ** k;
      for (let k = 0; k < 3; k++) right[k] = (right[k] ?? 0) + w * offset * u ** k;
    });
    const solved = solveParabola(sums, right);
    if (solved === null) return null;
    [a, b, c] = solved;
  }
  return { a, b, c, spread, agreeing };
}

/** Normal equations of a parabola by Cramer's rule. */
function solveParabola(s: readonly number[], r: readonly number[]): [number, number, number] | null {
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0] = s;
  const [r0 = 0, r1 = 0, r2 = 0] = r;
  const det = s0 * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s2 * s3) + s2 * (s1 * s3 - s2 * s2);
  if (!(Math.abs(det) > 1e-9)) return null;
  const a = r0 * (s2 * s4 - s3 * s3) - s1 * (r1 * s4 - r2 * s3) + s2 * (r1 * s3 - r2 * s2);
  const b = s0 * (r1 * s4 - r2 * s3) - r0 * (s1 * s4 - s2 * s3) + s2 * (s1 * r2 - s2 * r1);
  const c = s0 * (s2 * r2 - s3 * r1) - s1 * (s1 * r2 - s2 * r1) + r0 * (s1 * s3 - s2 * s2);
  return [a / det, b / det, c / det];
}
