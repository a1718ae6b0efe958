import { type Grid, sampleGrid } from '../image/grid.ts';
import type { Region } from '../image/motion.ts';

type Point = readonly [x: number, y: number];

/** A place of the drawn outline and where the bone's own edge is there. Fine grid, bone coordinates. */
export interface EdgeStation {
  readonly at: Point;
  /** Out of the body, unit length. */
  readonly outward: Point;
  /** From the drawn outline to the bone's edge, pixels, positive outward; null where no clear edge was seen. */
  readonly offsetPx: number | null;
}

export interface EdgePicture {
  /** The picture before cement. */
  readonly grid: Grid;
  /** Non-zero where something is known of it. */
  readonly known: Uint8Array;
  /** Standard deviation of the noise of one smoothed frame that went into it, nepers. */
  readonly sigma: number;
}

/** Millimetres, and shares. */
const rules = {
  station: 0.6,
  step: 0.25,
  /** The outline may be drawn so much too wide, and the silhouette is looked for so far outside it. */
  inside: 3.2,
  outside: 2.5,
  /** So far beyond the outermost edge that is looked for places are still told how far they are from it. */
  about: 1.5,
  /** Each profile is the mean over so much along the outline to both sides, at places so far apart. */
  along: 1.5,
  alongStep: 0.5,
  /** The rim of a rounded bone, blurred by the detector, spreads over this. */
  edge: 1.5,
  /** Bone begins where so much of the step is reached: less would be noise and blur. */
  beginShare: 0.35,
  /** Least step of an edge: nepers, and sigmas of one smoothed frame (the averaged picture has a third of them). */
  leastStep: 0.06,
  leastSigmas: 2,
  /** Outside of the silhouette the picture is as bright as it gets, to within this share of the step. */
  levelShare: 0.3,
  /** Neighbours within this along the outline have to agree to within that, so many of them. */
  neighbours: 5.5,
  agree: 0.7,
  agreeing: 0.7,
} as const;

/**
 * Where the silhouette of the bone is under an outline drawn by hand: going out, the picture gets brighter by a clear step and
 * not by another one behind it, and so do its neighbours along the outline. Where that is not so nothing is said.
 */
export function bodyEdge(picture: EdgePicture, outline: readonly Point[], mmPerPx: number): EdgeStation[] {
  const places = outlineStations(outline, rules.station / mmPerPx);
  const offsetsMm = places.map((place) => edgeOffsetsMm(picture, place, mmPerPx));
  const settledMm = agreedOffsets(offsetsMm);
  return places.map(({ at, outward }, i) => {
    const settled = settledMm[i] ?? Number.NaN;
    return { at, outward, offsetPx: Number.isNaN(settled) ? null : settled / mmPerPx };
  });
}

/** How many stations to either side have a say. */
const sayReach = Math.round(rules.neighbours / rules.station);
const leastAgreeing = rules.agreeing * (2 * sayReach + 1);

/** For each station the outermost offset at which enough of those about it have an edge; of these the mean. NaN where there is none. */
function agreedOffsets(offsetsMm: readonly (readonly number[])[]): Float64Array {
  const count = offsetsMm.length;
  const flat = Float64Array.from(offsetsMm.flat());
  const starts = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) starts[i + 1] = (starts[i] as number) + (offsetsMm[i]?.length ?? 0);
  const tried = new Float64Array(flat.length * (2 * sayReach + 1));
  return Float64Array.from(offsetsMm, (_, station) => {
    let triedCount = 0;
    for (let k = station - sayReach; k <= station + sayReach; k++) {
      const other = (k + count) % count;
      for (let at = starts[other] as number; at < (starts[other + 1] as number); at++) tried[triedCount++] = flat[at] as number;
    }
    const sorted = tried.subarray(0, triedCount).sort();
    for (let m = triedCount - 1; m >= 0; m--) {
      const agreed = meanOfAgreeing(flat, starts, station, sorted[m] as number);
      if (!Number.isNaN(agreed)) return agreed;
    }
    return Number.NaN;
  });
}

/** Mean of the offsets about a station that agree with `middle`; NaN when too few do. */
function meanOfAgreeing(flat: Float64Array, starts: Int32Array, station: number, middle: number): number {
  const count = starts.length - 1;
  let agreeing = 0;
  let sum = 0;
  for (let k = station - sayReach; k <= station + sayReach; k++) {
    const other = (k + count) % count;
    const near = nearestWithin(flat, starts[other] as number, starts[other + 1] as number, middle);
    if (Number.isNaN(near)) continue;
    agreeing++;
    sum += near;
  }
  return agreeing >= leastAgreeing ? sum / agreeing : Number.NaN;
}

/** Of one station's offsets the one nearest to `middle` that agrees with it; NaN when none does. */
function nearestWithin(offsets: Float64Array, from: number, before: number, middle: number): number {
  let nearest = Number.NaN;
  let least: number = rules.agree;
  for (let at = from; at < before; at++) {
    const distance = Math.abs((offsets[at] as number) - middle);
    if (distance > least || (!Number.isNaN(nearest) && distance === least)) continue;
    least = distance;
    nearest = offsets[at] as number;
  }
  return nearest;
}

/** Which way round a closed outline was drawn: 1 or −1; 0 when it encloses nothing. */
export const turnOf = (outline: readonly Point[]): number =>
  Math.sign(outline.reduce((sum, [x, y], i) => sum + crossOf([x, y], outline[(i + 1) % outline.length] ?? [x, y]), 0));

/** Even steps along the closed outline, with the direction out of it. */
export function outlineStations(outline: readonly Point[], stepPx: number): { readonly at: Point; readonly outward: Point }[] {
  const turn = turnOf(outline) || 1;
  return outline.flatMap((from, i) => {
    const to = outline[(i + 1) % outline.length] ?? from;
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (length === 0) return [];
    const [dx, dy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
    const count = Math.max(1, Math.round(length / stepPx));
    return Array.from({ length: count }, (_, k) => {
      const along = ((k + 0.5) * length) / count;
      return { at: [from[0] + dx * along, from[1] + dy * along] as const, outward: [turn * dy, -turn * dx] as const };
    });
  });
}

const crossOf = ([ax, ay]: Point, [bx, by]: Point): number => ax * by - ay * bx;

/** Where clear steps to brighter end on the way out, mm from the outline: that is where the bone begins, however gently it rises to its rim. */
function edgeOffsetsMm(picture: EdgePicture, { at, outward }: { readonly at: Point; readonly outward: Point }, mmPerPx: number): number[] {
  const values = profileOf(picture, at, outward, mmPerPx);
  if (values === null) return [];
  const reach = Math.round(rules.edge / rules.step);
  const least = Math.max(rules.leastStep, rules.leastSigmas * picture.sigma);
  const brightest = Math.min(...values);
  const offsets: number[] = [];
  for (let i = reach; i < values.length - reach; i++) {
    const outside = sumOf(values, i + 2, i + reach) / (reach - 2);
    const step = mostOf(values, i - reach, i + 1) - outside;
    // The silhouette leads to the brightest there is: what gets brighter farther out makes it an inner edge, what was brighter before it is
    // the disc or soft tissue between this bone and the one that the step belongs to.
    if (step < least || outside - brightest > rules.levelShare * step) continue;
    const level = outside + rules.beginShare * step;
    const [here, next] = [values[i] ?? 0, values[i + 1] ?? 0];
    if (here >= level && next < level) offsets.push((i + (here - level) / (here - next)) * rules.step - rules.inside - rules.edge);
  }
  return offsets;
}

function sumOf(values: readonly number[], from: number, before: number): number {
  let sum = 0;
  for (let i = from; i < before; i++) sum += values[i] as number;
  return sum;
}

function mostOf(values: readonly number[], from: number, before: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = from; i < before; i++) most = Math.max(most, values[i] as number);
  return most;
}

/** Attenuation from inside to outside, averaged along the outline; null where a part of it is not known. */
function profileOf({ grid, known }: EdgePicture, at: Point, outward: Point, mmPerPx: number): number[] | null {
  const [nx, ny] = outward;
  const sides = Math.round(rules.along / rules.alongStep);
  const alongPx = rules.alongStep / mmPerPx;
  const count = Math.round((rules.inside + rules.outside + 2 * rules.edge) / rules.step) + 1;
  const values: number[] = [];
  for (let i = 0; i < count; i++) {
    const out = (i * rules.step - rules.inside - rules.edge) / mmPerPx;
    const x = at[0] + nx * out;
    const y = at[1] + ny * out;
    let sum = 0;
    for (let k = -sides; k <= sides; k++) {
      const px = x - ny * k * alongPx;
      const py = y + nx * k * alongPx;
      if (px < 0 || py < 0 || px >= grid.width - 1 || py >= grid.height - 1 || known[Math.round(py) * grid.width + Math.round(px)] === 0) return null;
      sum += sampleGrid(grid, px, py);
    }
    values.push(sum / (2 * sides + 1));
  }
  return values;
}

/** What the map holds where no clear edge is near. */
const untold = 1e3;

/**
 * How far every place about the outline is beyond the bone's edge, mm, negative inside, `untold` where no clear edge is near; of `outlineMm` (the distance
 * from the drawn outline) only a band is looked at.
 */
export function edgeDistances(stations: readonly EdgeStation[], outlineMm: Float32Array, box: Region, width: number, mmPerPx: number): Float32Array {
  const edgeMm = new Float32Array(outlineMm.length).fill(untold);
  const nearest = nearestStations(stations, box, mmPerPx);
  let cell = 0;
  for (let y = box.y0; y < box.y1; y += 2) {
    for (let x = box.x0; x < box.x1; x += 2) {
      const station = stations[nearest[cell++] ?? -1];
      if (station === undefined || station.offsetPx === null) continue;
      const outside = outlineMm[y * width + x] ?? untold;
      if (outside < -rules.inside || outside > rules.outside + rules.about) continue;
      const out = (x - station.at[0]) * station.outward[0] + (y - station.at[1]) * station.outward[1];
      const beyond = (out - station.offsetPx) * mmPerPx;
      for (let at = y * width + x; at <= (y + 1) * width + x && at + 1 < edgeMm.length; at += width) {
        edgeMm[at] = beyond;
        edgeMm[at + 1] = beyond;
      }
    }
  }
  return edgeMm;
}

export const isTold = (edgeMm: number): boolean => edgeMm < untold;

/** For every other place of every other row of the box the nearest station that a place of the band can have, −1 for none: each station asks the few places about it. */
function nearestStations(stations: readonly EdgeStation[], box: Region, mmPerPx: number): Int16Array {
  const columns = Math.ceil((box.x1 - box.x0) / 2);
  const rows = Math.ceil((box.y1 - box.y0) / 2);
  const nearest = new Int16Array(columns * rows).fill(-1);
  const squares = new Float32Array(columns * rows).fill(Number.POSITIVE_INFINITY);
  const reachPx = (Math.max(rules.inside, rules.outside + rules.about) + rules.station) / mmPerPx;
  for (let index = 0; index < stations.length; index++) {
    const [sx, sy] = stations[index]?.at ?? [0, 0];
    const firstColumn = Math.max(0, Math.ceil((sx - reachPx - box.x0) / 2));
    const lastColumn = Math.min(columns - 1, Math.floor((sx + reachPx - box.x0) / 2));
    const lastRow = Math.min(rows - 1, Math.floor((sy + reachPx - box.y0) / 2));
    for (let row = Math.max(0, Math.ceil((sy - reachPx - box.y0) / 2)); row <= lastRow; row++) {
      const dy = box.y0 + 2 * row - sy;
      for (let column = firstColumn; column <= lastColumn; column++) {
        const dx = box.x0 + 2 * column - sx;
        const cell = row * columns + column;
        const square = dx * dx + dy * dy;
        if (square >= (squares[cell] as number)) continue;
        squares[cell] = square;
        nearest[cell] = index;
      }
    }
  }
  return nearest;
}
