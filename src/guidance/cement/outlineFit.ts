import { sampleGrid } from '../image/grid.ts';
import { type EdgePicture, outlineStations } from './bodyEdge.ts';

type Point = readonly [x: number, y: number];

/** How a drawn outline lies best on the bone: moved as a whole, and so much wider all round. Fine pixels. */
export interface OutlineFit {
  readonly shiftPx: Point;
  readonly widerPx: number;
}

/** Millimetres, nepers and shares. */
const rules = {
  station: 1.2,
  step: 0.25,
  /** A hand draws no more wrong than this as a whole; and no more too wide or too narrow than that. */
  mostShift: 4,
  mostWider: 2,
  coarse: 0.5,
  /** The bone's darkness is taken over this on either side of the edge, so far from it. */
  aside: [0.5, 0.75, 1],
  /** And so far to both sides along it. */
  along: 1,
  /** A step of so much counts in full: more is no more an edge. */
  clear: 0.12,
  /** Of a full edge all round so much is lost for each square millimetre that it is moved, or wider: small errors are more likely than large ones, and of the size smaller ones than of the place. */
  doubtPerMm2: { shift: 0.015, wider: 0.03 },
  /** From so much of a full edge all round the outline is believed to lie on the bone. By chance it was 0.41 at most, on bone 0.47 to 0.9. */
  leastScore: 0.5,
} as const;

/**
 * Puts a drawn outline on the bone: all its places together see the silhouette far better than any of them (going out, the picture gets brighter), and what is
 * wrong with a drawing is first of all its place and its size. Null when no place makes it fit well, as where soft tissue hides most of the bone.
 */
export function fitOutline(picture: EdgePicture, outline: readonly Point[], mmPerPx: number): OutlineFit | null {
  const stations = outlineStations(outline, rules.station / mmPerPx);
  if (stations.length === 0) return null;
  const normals = stations.map(({ outward }) => outward);
  const edges = stations.map((station) => edgeShares(picture, station, mmPerPx));
  const scoreOf = ([dx, dy, wider]: Tried): number => {
    let sum = 0;
    normals.forEach(([nx, ny], i) => {
      sum += edges[i]?.[Math.round((dx * nx + dy * ny + wider + reachMm) / rules.step)] ?? 0;
    });
    return sum / normals.length - rules.doubtPerMm2.shift * (dx * dx + dy * dy) - rules.doubtPerMm2.wider * wider * wider;
  };
  const coarse = bestOf(around([0, 0, 0], rules.mostShift, rules.mostWider, rules.coarse), scoreOf);
  const best = bestOf(around(coarse, rules.coarse, rules.coarse, rules.coarse / 2), scoreOf);
  if (scoreOf(best) < rules.leastScore) return null;
  const [dx, dy, wider] = best;
  return { shiftPx: [dx / mmPerPx, dy / mmPerPx], widerPx: wider / mmPerPx };
}

/** The outline as it lies on the bone. */
export function fittedOutline(outline: readonly Point[], { shiftPx, widerPx }: OutlineFit): Point[] {
  const turn = Math.sign(
    outline.reduce((sum, [x, y], i) => sum + x * (outline[(i + 1) % outline.length]?.[1] ?? y) - y * (outline[(i + 1) % outline.length]?.[0] ?? x), 0),
  );
  return outline.map(([x, y], i) => {
    const before = outline[(i + outline.length - 1) % outline.length] ?? [x, y];
    const after = outline[(i + 1) % outline.length] ?? [x, y];
    const [dx, dy] = [after[0] - before[0], after[1] - before[1]];
    const length = Math.max(1e-6, Math.hypot(dx, dy));
    return [x + shiftPx[0] + (turn * widerPx * dy) / length, y + shiftPx[1] - (turn * widerPx * dx) / length];
  });
}

type Tried = readonly [dxMm: number, dyMm: number, widerMm: number];

const reachMm = Math.SQRT2 * (rules.mostShift + rules.coarse) + rules.mostWider + rules.coarse;

function around([x, y, w]: Tried, shift: number, wider: number, step: number): Tried[] {
  const span = (middle: number, reach: number): number[] => Array.from({ length: Math.round((2 * reach) / step) + 1 }, (_, i) => middle - reach + i * step);
  return span(w, wider).flatMap((widerMm) => span(x, shift).flatMap((dx) => span(y, shift).map((dy): Tried => [dx, dy, widerMm])));
}

function bestOf(tried: readonly Tried[], scoreOf: (tried: Tried) => number): Tried {
  let best: Tried = [0, 0, 0];
  let most = Number.NEGATIVE_INFINITY;
  for (const one of tried) {
    const score = scoreOf(one);
    if (score <= most) continue;
    most = score;
    best = one;
  }
  return best;
}

/** For each step across the outline how much of a clear edge of bone is there, −1 to 1; 0 where nothing is known. */
function edgeShares({ grid, known }: EdgePicture, { at, outward: [nx, ny] }: { readonly at: Point; readonly outward: Point }, mmPerPx: number): Float32Array {
  const margin = Math.round(rules.aside[2] / rules.step);
  const count = Math.round((2 * reachMm) / rules.step) + 1;
  const values = Array.from({ length: count + 2 * margin }, (_, i) => {
    const out = ((i - margin) * rules.step - reachMm) / mmPerPx;
    let sum = 0;
    for (let along = -rules.along; along <= rules.along; along += rules.along) {
      const x = at[0] + nx * out - (ny * along) / mmPerPx;
      const y = at[1] + ny * out + (nx * along) / mmPerPx;
      if (x < 0 || y < 0 || x >= grid.width - 1 || y >= grid.height - 1 || known[Math.round(y) * grid.width + Math.round(x)] === 0) return Number.NaN;
      sum += sampleGrid(grid, x, y);
    }
    return sum / 3;
  });
  return Float32Array.from({ length: count }, (_, i) => {
    let step = 0;
    for (const mm of rules.aside) {
      const aside = Math.round(mm / rules.step);
      step += ((values[i + margin - aside] ?? Number.NaN) - (values[i + margin + aside] ?? Number.NaN)) / rules.aside.length;
    }
    return Number.isNaN(step) ? 0 : Math.max(-1, Math.min(1, step / rules.clear));
  });
}
