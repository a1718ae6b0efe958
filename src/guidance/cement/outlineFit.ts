import { sampleGrid } from '../image/grid.ts';
import { type EdgePicture, outlineStations, turnOf } from './bodyEdge.ts';

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
  const score = edgeScores(picture, stations, mmPerPx);
  const coarse = bestOf([0, 0, 0], rules.mostShift, rules.mostWider, rules.coarse, score);
  const { tried, most } = bestOf(coarse.tried, rules.coarse, rules.coarse, rules.coarse / 2, score);
  if (most < rules.leastScore) return null;
  return { shiftPx: [tried[0] / mmPerPx, tried[1] / mmPerPx], widerPx: tried[2] / mmPerPx };
}

/** The outline as it lies on the bone. */
export function fittedOutline(outline: readonly Point[], { shiftPx, widerPx }: OutlineFit): Point[] {
  const turn = turnOf(outline);
  return outline.map(([x, y], i) => {
    const before = outline[(i + outline.length - 1) % outline.length] ?? [x, y];
    const after = outline[(i + 1) % outline.length] ?? [x, y];
    const [dx, dy] = [after[0] - before[0], after[1] - before[1]];
    const length = Math.max(1e-6, Math.hypot(dx, dy));
    return [x + shiftPx[0] + (turn * widerPx * dy) / length, y + shiftPx[1] - (turn * widerPx * dx) / length];
  });
}

type Tried = readonly [dxMm: number, dyMm: number, widerMm: number];

const reachMm = rules.mostShift + rules.mostWider + rules.coarse;

const stepCount = Math.round((2 * reachMm) / rules.step) + 1;

const asideSteps = rules.aside.map((mm) => Math.round(mm / rules.step));

type Station = ReturnType<typeof outlineStations>[number];

type Score = (dxMm: number, dyMm: number, widerMm: number) => number;

/** How much of a clear edge all round an outline moved and made wider so has, less the doubt about it. */
function edgeScores(picture: EdgePicture, stations: readonly Station[], mmPerPx: number): Score {
  const count = stations.length;
  const shares = new Float32Array(count * stepCount);
  const nx = Float64Array.from(stations, ({ outward }) => outward[0]);
  const ny = Float64Array.from(stations, ({ outward }) => outward[1]);
  stations.forEach((station, i) => {
    shares.set(edgeShares(picture, station, mmPerPx), i * stepCount);
  });
  return (dx, dy, wider) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const step = Math.round((dx * (nx[i] as number) + dy * (ny[i] as number) + wider + reachMm) / rules.step);
      sum += shares[i * stepCount + step] as number;
    }
    return sum / count - rules.doubtPerMm2.shift * (dx * dx + dy * dy) - rules.doubtPerMm2.wider * wider * wider;
  };
}

/** The best of even steps about a place. */
function bestOf([x, y, w]: Tried, shift: number, wider: number, step: number, score: Score): { readonly tried: Tried; readonly most: number } {
  let tried: Tried = [x, y, w];
  let most = Number.NEGATIVE_INFINITY;
  for (let widerMm = w - wider; widerMm <= w + wider; widerMm += step) {
    for (let dx = x - shift; dx <= x + shift; dx += step) {
      for (let dy = y - shift; dy <= y + shift; dy += step) {
        if (dx * dx + dy * dy > rules.mostShift ** 2 || Math.abs(widerMm) > rules.mostWider) continue;
        const here = score(dx, dy, widerMm);
        if (here <= most) continue;
        most = here;
        tried = [dx, dy, widerMm];
      }
    }
  }
  return { tried, most };
}

/** For each step across the outline how much of a clear edge of bone is there, −1 to 1; 0 where nothing is known. */
function edgeShares({ grid, known }: EdgePicture, { at, outward: [nx, ny] }: Station, mmPerPx: number): Float32Array {
  const margin = Math.max(...asideSteps);
  const values = new Float64Array(stepCount + 2 * margin);
  for (let i = 0; i < values.length; i++) {
    const out = ((i - margin) * rules.step - reachMm) / mmPerPx;
    let sum = 0;
    for (let side = -1; side <= 1; side++) {
      const along = (side * rules.along) / mmPerPx;
      const x = at[0] + nx * out - ny * along;
      const y = at[1] + ny * out + nx * along;
      const isSeen = x >= 0 && y >= 0 && x < grid.width - 1 && y < grid.height - 1 && known[Math.round(y) * grid.width + Math.round(x)] !== 0;
      sum += isSeen ? sampleGrid(grid, x, y) : Number.NaN;
    }
    values[i] = sum / 3;
  }
  const shares = new Float32Array(stepCount);
  for (let i = 0; i < stepCount; i++) {
    let step = 0;
    for (let k = 0; k < asideSteps.length; k++) {
      const aside = asideSteps[k] as number;
      step += ((values[i + margin - aside] as number) - (values[i + margin + aside] as number)) / asideSteps.length;
    }
    shares[i] = Number.isNaN(step) ? 0 : Math.max(-1, Math.min(1, step / rules.clear));
  }
  return shares;
}
