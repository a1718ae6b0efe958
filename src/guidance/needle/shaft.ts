import { depthAt, type VisibleField } from '../image/field.ts';
import { type Grid, quantileInPlace, sampleGrid } from '../image/grid.ts';
import type { BarCandidate } from './lines.ts';

/** The measured shaft of a needle on the fine grid. */
export interface Shaft {
  /** A point of the axis. */
  readonly x: number;
  readonly y: number;
  /** Unit direction. */
  readonly dx: number;
  readonly dy: number;
  /** Extent along the direction, measured from (x, y). */
  readonly from: number;
  readonly to: number;
  readonly width: number;
  /** Median of the weaker outer edge, nepers a pixel. */
  readonly edge: number;
  /** Median attenuation of the bar above its sides, nepers. */
  readonly contrast: number;
  /** Its upper quartile: what the shaft stops where all of it stands. What a moving needle has just gained may be drawn at a part of that. */
  readonly fullContrast: number;
  /** The same against the brighter side: what comes to lie beside it on one side changes nothing there. */
  readonly openContrast: number;
  /** Share of stations where both edges stand. */
  readonly coverage: number;
  /** Root mean square distance of the stations' middles from the axis, pixels. */
  readonly crookednessPx: number;
  /** How far its middle is off the axis at the end that is farther off: a bent one is off more than all of it tells. */
  readonly endOffPx: number;
  /** Spread of the width (median absolute deviation), pixels. */
  readonly widthSpreadPx: number;
}

/** One place of a shaft, where both edges were found. */
export interface Station {
  readonly along: number;
  readonly centre: number;
  readonly width: number;
  readonly edge: number;
  readonly contrast: number;
  /** Against the brighter side. */
  readonly openContrast: number;
}

/** How many places a shaft is measured at, and how many are enough to tell that a bar is none. */
const usualStations = 160;
export const fewStations = 40;

/** Pixels between the places of a profile. */
export const profileStep = 0.5;
/** One profile at a time is measured; the buffer is only as long as the widest bar needs. */
const scratchProfile = new Float64Array(1024);
const mostReach = 500;

/** Attenuation across a place, up to `reachPx` to both sides: valid until the next one is taken. `reach`: the index of the place itself. */
export function profileAcross(
  fine: Grid,
  x: number,
  y: number,
  nx: number,
  ny: number,
  reachPx: number,
): { readonly profile: Float64Array; readonly reach: number } {
  const reach = Math.min(mostReach, Math.ceil(reachPx / profileStep));
  const profile = scratchProfile;
  for (let i = -reach; i <= reach; i++) profile[i + reach] = sampleGrid(fine, x + nx * i * profileStep, y + ny * i * profileStep);
  return { profile, reach };
}

/** Finds both outer edges across the axis at one place; null when one of them is missing. */
function measureStation(fine: Grid, x: number, y: number, nx: number, ny: number, halfWidth: number, leastEdge: number, along: number): Station | null {
  const { profile, reach } = profileAcross(fine, x, y, nx, ny, 1.9 * halfWidth + 1);
  const rise = strongestSlope(profile, reach, -1.5 * halfWidth, -0.5 * halfWidth, 1);
  const fall = strongestSlope(profile, reach, 0.5 * halfWidth, 1.5 * halfWidth, -1);
  if (rise.slope < leastEdge || fall.slope < leastEdge) return null;
  // Inside the edges, and just outside of each.
  const inside = meanBetween(profile, reach, rise.at + 1, fall.at - 1);
  const overOne = inside - meanBetween(profile, reach, rise.at - 1 - 0.9 * halfWidth, rise.at - 1);
  const overOther = inside - meanBetween(profile, reach, fall.at + 1, fall.at + 1 + 0.9 * halfWidth);
  const isMeasured = !Number.isNaN(overOne) && !Number.isNaN(overOther);
  return {
    along,
    centre: (rise.at + fall.at) / 2,
    width: fall.at - rise.at,
    edge: Math.min(rise.slope, fall.slope),
    contrast: isMeasured ? Math.min(overOne, overOther) : 0,
    openContrast: isMeasured ? Math.max(overOne, overOther) : 0,
  };
}

/** Steepest place of one sign within a range of the profile, with a parabola through its neighbours. */
export function strongestSlope(profile: Float64Array, middle: number, from: number, to: number, sign: 1 | -1): { at: number; slope: number } {
  const slopeAt = (i: number) => (sign * ((profile[i + 1] ?? 0) - (profile[i - 1] ?? 0))) / (2 * profileStep);
  let best = 0;
  let bestAt = -1;
  const first = Math.max(2, middle + Math.round(from / profileStep));
  const last = Math.min(2 * middle - 2, middle + Math.round(to / profileStep));
  for (let i = first; i <= last; i++) {
    const slope = slopeAt(i);
    if (slope > best) {
      best = slope;
      bestAt = i;
    }
  }
  if (bestAt < 0) return { at: 0, slope: 0 };
  const before = slopeAt(bestAt - 1);
  const after = slopeAt(bestAt + 1);
  const curve = before - 2 * best + after;
  const shift = curve < 0 ? Math.max(-0.5, Math.min(0.5, (0.5 * (before - after)) / curve)) : 0;
  return { at: (bestAt - middle + shift) * profileStep, slope: best };
}

/** Mean of the profile's places strictly between two, whose zero is at `middle`; NaN when there is none. */
function meanBetween(profile: Float64Array, middle: number, from: number, to: number): number {
  const first = Math.max(0, Math.floor(from / profileStep) + 1 + middle);
  const last = Math.min(2 * middle, Math.ceil(to / profileStep) - 1 + middle);
  let sum = 0;
  for (let i = first; i <= last; i++) sum += profile[i] ?? 0;
  return sum / Math.max(0, last - first + 1);
}

/** As many numbers as a bar has stations: medians are taken in place, without an array of their own each time. */
const sorting = new Float32Array(512);

function quantileBy<T>(items: readonly T[], measure: (item: T) => number, share = 0.5): number {
  const count = Math.min(items.length, sorting.length);
  for (let i = 0; i < count; i++) {
    const item = items[i];
    sorting[i] = item === undefined ? 0 : measure(item);
  }
  return quantileInPlace(sorting, count, share);
}

/**
 * Fits the axis of a bar between its two outer edges on the fine grid, twice, each time robustly; null when too little of it
 * has both edges. Measured at `mostStations` places at most. Works the same for a solid trocar and for the two thin walls of a cannula.
 */
export function measureShaft(
  fine: Grid,
  field: VisibleField,
  bar: BarCandidate,
  halfWidthGuess: number,
  leastEdge: number,
  mostStations = usualStations,
): Shaft | null {
  // Coarse pixel c covers fine pixels 2c and 2c + 1: its centre is at 2c + 0.5.
  let shaft: Shaft = {
    x: 2 * bar.x + 0.5,
    y: 2 * bar.y + 0.5,
    dx: bar.dx,
    dy: bar.dy,
    from: 2 * bar.from,
    to: 2 * bar.to,
    width: 2 * halfWidthGuess,
    edge: 0,
    contrast: 0,
    fullContrast: 0,
    openContrast: 0,
    coverage: 0,
    crookednessPx: 0,
    endOffPx: 0,
    widthSpreadPx: 0,
  };
  for (let pass = 0; pass < 2; pass++) {
    const next = fitOnce(fine, field, shaft, leastEdge, mostStations);
    if (next === null) return null;
    shaft = next;
  }
  return shaft;
}

function stationsAlong(fine: Grid, field: VisibleField, shaft: Shaft, leastEdge: number, mostStations: number): { stations: Station[]; tried: number } {
  const nx = -shaft.dy;
  const ny = shaft.dx;
  const length = shaft.to - shaft.from;
  const step = Math.max(1, length / mostStations);
  const stations: Station[] = [];
  let tried = 0;
  for (let along = shaft.from; along <= shaft.to; along += step) {
    const x = shaft.x + shaft.dx * along;
    const y = shaft.y + shaft.dy * along;
    if (depthAt(field, x / 2, y / 2) < 3) continue;
    tried++;
    const station = measureStation(fine, x, y, nx, ny, shaft.width / 2, leastEdge, along);
    if (station !== null) stations.push(station);
  }
  return { stations, tried };
}

function fitOnce(fine: Grid, field: VisibleField, shaft: Shaft, leastEdge: number, mostStations: number): Shaft | null {
  const { stations, tried } = stationsAlong(fine, field, shaft, leastEdge, mostStations);
  if (stations.length < 5) return null;
  const width = quantileBy(stations, (s) => s.width);
  const fit = fitLine(stations);
  const nx = -shaft.dy;
  const ny = shaft.dx;
  const good = stations.filter((s) => Math.abs(s.centre - fit.offset - fit.slope * s.along) < Math.max(1, 0.2 * width));
  const length = Math.hypot(1, fit.slope);
  const dx = (shaft.dx + fit.slope * nx) / length;
  const dy = (shaft.dy + fit.slope * ny) / length;
  const squares = good.reduce((sum, s) => sum + (s.centre - fit.offset - fit.slope * s.along) ** 2, 0);
  return {
    x: shaft.x + fit.offset * nx,
    y: shaft.y + fit.offset * ny,
    dx,
    dy,
    from: shaft.from,
    to: shaft.to,
    width,
    edge: quantileBy(stations, (s) => s.edge),
    contrast: quantileBy(stations, (s) => s.contrast),
    fullContrast: quantileBy(stations, (s) => s.contrast, 0.75),
    openContrast: quantileBy(stations, (s) => s.openContrast, 0.75),
    coverage: good.length / Math.max(1, tried),
    crookednessPx: Math.sqrt(squares / Math.max(1, good.length)),
    endOffPx: 0,
    widthSpreadPx: quantileBy(stations, (s) => Math.abs(s.width - width)),
  };
}

/** Line through the stations' middles, re-weighted against outliers (Tukey's biweight, scale from the residuals' median). */
export function fitLine(stations: readonly Pick<Station, 'along' | 'centre'>[]): { offset: number; slope: number } {
  let offset = quantileBy(stations, (s) => s.centre);
  let slope = 0;
  for (let round = 0; round < 6; round++) {
    const reach = Math.max(0.6, 4.7 * 1.4826 * quantileBy(stations, (s) => Math.abs(s.centre - offset - slope * s.along)));
    let sum = 0;
    let su = 0;
    let sc = 0;
    let suu = 0;
    let suc = 0;
    for (const { along, centre } of stations) {
      const ratio = (centre - offset - slope * along) / reach;
      if (ratio >= 1 || ratio <= -1) continue;
      const w = (1 - ratio * ratio) * (1 - ratio * ratio);
      sum += w;
      su += w * along;
      sc += w * centre;
      suu += w * along * along;
      suc += w * along * centre;
    }
    const spread = suu - (su * su) / sum;
    if (!(sum > 0) || !(spread > 1e-9)) break;
    const next = (suc - (su * sc) / sum) / spread;
    const settled = Math.abs(next - slope) < 1e-6;
    slope = next;
    offset = (sc - slope * su) / sum;
    if (settled) break;
  }
  return { offset, slope };
}

/** Median distance of the middle from the axis over the last two widths of the shaft, at the end where that is more. */
export function endOffset(fine: Grid, shaft: Shaft, leastEdge: number): number {
  const offAt = (end: number, inwards: 1 | -1): number => {
    const stations: Station[] = [];
    for (let i = 0; i < 8; i++) {
      const along = end + inwards * (0.2 + 0.25 * i) * shaft.width;
      const station = measureStation(fine, shaft.x + shaft.dx * along, shaft.y + shaft.dy * along, -shaft.dy, shaft.dx, shaft.width / 2, leastEdge, along);
      if (station !== null) stations.push(station);
    }
    return stations.length === 0 ? 0 : Math.abs(quantileBy(stations, (s) => s.centre));
  };
  return Math.max(offAt(shaft.from, 1), offAt(shaft.to, -1));
}

/** Whether both outer edges of the shaft stand at `along`; the edge strength found (0 when not). */
export function edgeAt(fine: Grid, shaft: Shaft, along: number, leastEdge: number): number {
  const x = shaft.x + shaft.dx * along;
  const y = shaft.y + shaft.dy * along;
  const station = measureStation(fine, x, y, -shaft.dy, shaft.dx, shaft.width / 2, leastEdge, along);
  return station === null ||
    Math.abs(station.centre) > Math.max(1, 0.2 * shaft.width) ||
    Math.abs(station.width - shaft.width) > Math.max(1.2, 0.2 * shaft.width)
    ? 0
    : station.edge;
}
