import type { PictureSizes } from '../image/attenuation.ts';
import { depthAt, type VisibleField } from '../image/field.ts';
import { type Grid, sampleGrid } from '../image/grid.ts';
import type { NeedleScale } from './detect.ts';
import { fitLine, profileAcross, profileStep, type Shaft, type Station, strongestSlope } from './shaft.ts';

/**
 * Points that have just come in over the border of the field. Of a needle's first five millimetres there is hardly more to be seen
 * than its point, which is no bar: its edges run together. What tells it is that it is dark between two sharp edges whose middle is a
 * straight line, that it is widest at the border and ends.
 */

/** Millimetres, nepers and shares of a width. */
const rules = {
  /** Where along the border is looked for something dark: so deep in the field, coarse pixels. */
  ringDepth: 2,
  /** Nearer to the border its blur has a part in what is seen, coarse pixels. */
  leastDepth: 2,
  /** Darker than both sides along the border, to be looked at. */
  seedNepers: 0.25,
  mostSeeds: 5,
  /** So near to the axis of a bar that is known, and so far beyond its ends, it is that bar's own place. */
  known: { asideMm: 1.5, beyondMm: 6 },
  /** A needle meets the border at no flatter an angle, degrees from the perpendicular. */
  mostSlantDeg: 70,
  slantStepDeg: 10,
  mostSlants: 3,
  /** One fit turns the axis no more, and moves it aside by no more (share of the widest needle). */
  mostTurn: 0.2,
  mostPasses: 8,
  mostAside: 0.3,
  /** Longer ones are bars, and found as such. */
  mostLengthMm: 9,
  leastLengthMm: 1.7,
  /** Edges may be missing over so much (noise). */
  gapMm: 0.8,
  leastStations: 5,
  /** Of the mean edge so far, an edge that goes on beyond it has at least this: bone in line with it has less. */
  edgeShare: 0.4,
  /** Both edges stand from the border on, or from so far behind it. */
  latestMm: 1.5,
  contrast: 0.3,
  /** Less than this after the first fit is bone, and looked at no more. */
  hopelessContrast: 0.15,
  /** Nepers a millimetre at both edges: half of a thin needle's behind a body from the side, twice what bone has. */
  edgePerMm: 0.7,
  crookednessMm: 0.07,
  widthShareMost: 1.15,
  /** Edges are looked for so far from the axis, shares of the widest needle. */
  reach: 0.62,
  widthShareLeast: 0.55,
  /** Spread of its width about a straight taper, share of the width. */
  taperSpread: 0.15,
  /** At its end it is at most this share of what it is at the border: bone is as wide there, or wider. */
  tapering: 0.5,
  /** Share of the places where both edges stand in line. */
  coverage: 0.6,
} as const;

interface Axis {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

interface Seed extends Axis {
  readonly contrast: number;
}

/** The border of a field, a little inside it: fine pixels, each place facing inwards. It changes as rarely as the field does. */
export type FieldBorder = readonly Axis[];

export function borderOf({ width, height, depth }: VisibleField): FieldBorder {
  const border: Axis[] = [];
  const around = 3;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (depth[at] !== rules.ringDepth) continue;
      // The picture's own edge is a border too: beyond it nothing is deep.
      const inX = (x + around < width ? (depth[at + around] ?? 0) : 0) - (x >= around ? (depth[at - around] ?? 0) : 0);
      const inY = (depth[at + around * width] ?? 0) - (depth[at - around * width] ?? 0);
      const size = Math.hypot(inX, inY);
      if (size > 0) border.push({ x: 2 * x + 0.5, y: 2 * y + 0.5, dx: inX / size, dy: inY / size });
    }
  }
  return border;
}

/** Points at the border, as shafts on the fine grid that begin there and end at `to`. Where a bar that is known comes in is not looked again. */
export function findEntries(pyramid: PictureSizes, field: VisibleField, border: FieldBorder, known: readonly Shaft[], scale: NeedleScale): Shaft[] {
  const mmPerFinePx = scale.mmPerPx * pyramid.factor;
  const widthPx = scale.mostWidthMm / mmPerFinePx;
  const entries: Shaft[] = [];
  const isNew = (place: Axis): boolean => !known.some((shaft) => isOn(shaft, place, mmPerFinePx));
  for (const seed of darkPlaces(pyramid, border, widthPx, isNew)) {
    for (const axis of likelySlants(pyramid.fine, seed, widthPx, 2.5 / mmPerFinePx)) {
      const entry = measured(pyramid.fine, field, axis, widthPx, scale, mmPerFinePx);
      if (entry === null) continue;
      entries.push(entry);
      break;
    }
  }
  return entries;
}

/** Whether a place lies on a shaft, or where it goes on for a little. */
function isOn({ x, y, dx, dy, from, to }: Shaft, place: Axis, mmPerFinePx: number): boolean {
  const along = (place.x - x) * dx + (place.y - y) * dy;
  const across = Math.abs((place.x - x) * -dy + (place.y - y) * dx);
  const beyond = rules.known.beyondMm / mmPerFinePx;
  return across * mmPerFinePx < rules.known.asideMm && along > from - beyond && along < to + beyond;
}

/** Places just inside the border that are darker than what lies beside them along it. */
function darkPlaces({ fine }: PictureSizes, border: FieldBorder, widthPx: number, isNew: (place: Axis) => boolean): Seed[] {
  const seeds: Seed[] = [];
  for (const place of border) {
    const contrast = contrastAcross(fine, place, 0, 0.65 * widthPx, 1.3 * widthPx);
    if (contrast > rules.seedNepers && isNew(place)) seeds.push({ ...place, contrast });
  }
  const kept: Seed[] = [];
  for (const seed of seeds.sort((p, q) => q.contrast - p.contrast)) {
    if (kept.every((other) => Math.hypot(seed.x - other.x, seed.y - other.y) > 1.5 * widthPx)) kept.push(seed);
    if (kept.length === rules.mostSeeds) break;
  }
  return kept;
}

/** How much darker the axis is at `along` than the darker of both sides, `nearPx` or (whichever shows more) `farPx` away. */
function contrastAcross(fine: Grid, { x, y, dx, dy }: Axis, along: number, nearPx: number, farPx: number): number {
  const cx = x + dx * along;
  const cy = y + dy * along;
  const side = (away: number) => sampleGrid(fine, cx - dy * away, cy + dx * away);
  const middle = sampleGrid(fine, cx, cy);
  return Math.max(middle - Math.max(side(nearPx), side(-nearPx)), middle - Math.max(side(farPx), side(-farPx)));
}

/** The same over a band of half the widest needle: most on its middle line. What is brighter beyond its end counts for little. */
function bandContrast(fine: Grid, { x, y, dx, dy }: Axis, along: number, widthPx: number): number {
  const at = (away: number) => sampleGrid(fine, x + dx * along - dy * away * widthPx, y + dy * along + dx * away * widthPx);
  return Math.max(-0.1, (at(-0.25) + at(0) + at(0.25)) / 3 - Math.max(at(-0.75), at(0.75)));
}

/** Into which directions what is dark at the border goes on farthest: a short point alone does not tell which. */
function likelySlants(fine: Grid, seed: Seed, widthPx: number, lengthPx: number): Axis[] {
  const slants: Seed[] = [];
  for (let deg = -rules.mostSlantDeg; deg <= rules.mostSlantDeg; deg += rules.slantStepDeg) {
    const turn = (deg * Math.PI) / 180;
    const axis = { ...seed, dx: seed.dx * Math.cos(turn) - seed.dy * Math.sin(turn), dy: seed.dx * Math.sin(turn) + seed.dy * Math.cos(turn) };
    let best: Seed = { ...axis, contrast: 0 };
    for (let aside = -0.4; aside <= 0.4; aside += 0.2) {
      const moved = { ...axis, x: axis.x - axis.dy * aside * widthPx, y: axis.y + axis.dx * aside * widthPx };
      let sum = 0;
      for (let along = 0; along <= lengthPx; along++) sum += bandContrast(fine, moved, along, widthPx);
      if (sum > best.contrast) best = { ...moved, contrast: sum };
    }
    if (best.contrast > 0) slants.push(best);
  }
  const apart = Math.cos((2 * rules.slantStepDeg * Math.PI) / 180);
  const kept: Seed[] = [];
  for (const slant of slants.sort((p, q) => q.contrast - p.contrast))
    if (kept.length < rules.mostSlants && kept.every((other) => other.dx * slant.dx + other.dy * slant.dy < apart)) kept.push(slant);
  return kept;
}

/** Both edges along the axis, fitted until it settles; null when it is no needle's point. */
function measured(fine: Grid, field: VisibleField, guess: Axis, widthPx: number, scale: NeedleScale, mmPerFinePx: number): Shaft | null {
  const leastEdge = Math.max(0.04, 2.5 * scale.noise);
  let axis = guess;
  let stations: readonly Station[] = [];
  for (let pass = 0, settled = false; pass < rules.mostPasses && !settled; pass++) {
    stations = stationsFromBorder(fine, field, axis, widthPx, leastEdge, mmPerFinePx, 1);
    if (stations.length < rules.leastStations) return null;
    if (pass > 0 && medianOf(stations, (s) => s.contrast) < rules.hopelessContrast) return null;
    const fit = fitLine(stations);
    // Few places far to one side would turn it away.
    const slope = Math.max(-rules.mostTurn, Math.min(rules.mostTurn, fit.slope));
    const offset = Math.max(-rules.mostAside * widthPx, Math.min(rules.mostAside * widthPx, fit.offset + (fit.slope - slope) * (stations[0]?.along ?? 0)));
    settled = Math.abs(slope) < 0.003 && Math.abs(offset) < 0.05;
    const length = Math.hypot(1, slope);
    const { x, y, dx, dy } = axis;
    axis = { x: x - dy * offset, y: y + dx * offset, dx: (dx - slope * dy) / length, dy: (dy + slope * dx) / length };
  }
  stations = stationsFromBorder(fine, field, axis, widthPx, leastEdge, mmPerFinePx, finestStep);
  if (stations.length < rules.leastStations) return null;
  const shaft = shaftOf(axis, stations);
  return taperingOf(stations) < rules.tapering && isPoint(shaft, scale, mmPerFinePx) ? shaft : null;
}

/** From the border inwards, until both edges have been missing for a while; none when it goes on for longer than a point. */
function stationsFromBorder(fine: Grid, field: VisibleField, axis: Axis, widthPx: number, leastEdge: number, mmPerFinePx: number, step: number): Station[] {
  const stations: Station[] = [];
  const isInside = (along: number, across: number) =>
    depthAt(field, (axis.x + axis.dx * along - axis.dy * across) / 2, (axis.y + axis.dy * along + axis.dx * across) / 2) >= rules.leastDepth;
  const gap = rules.gapMm / mmPerFinePx;
  const most = rules.mostLengthMm / mmPerFinePx;
  const latest = rules.latestMm / mmPerFinePx;
  let last = Number.NaN;
  let edges = 0;
  for (let along = -1.5 * widthPx; along < most; along += step) {
    if (!isInside(along, 0)) continue;
    const station = stationAt(fine, axis, along, widthPx, stations.length < rules.leastStations ? leastEdge : Math.max(leastEdge, rules.edgeShare * edges));
    if (station !== null && isInside(along, station.centre + 0.7 * station.width) && isInside(along, station.centre - 0.7 * station.width)) {
      edges += (station.edge - edges) / stations.push(station);
      last = along;
    } else if (along - last > gap) {
      if (stations.length >= rules.leastStations) return stations;
      stations.length = 0;
      last = Number.NaN;
      if (along > latest) return [];
    }
  }
  return [];
}

/** Between the places where a point is measured at last. */
const finestStep = 0.5;

/** As of a shaft, but for any width up to `widthPx`. */
function stationAt(fine: Grid, { x, y, dx, dy }: Axis, along: number, widthPx: number, leastEdge: number): Station | null {
  const { profile, reach } = profileAcross(fine, x + dx * along, y + dy * along, -dy, dx, 1.2 * widthPx + 1);
  const rise = strongestSlope(profile, reach, -rules.reach * widthPx, 0, 1);
  const fall = strongestSlope(profile, reach, 0, rules.reach * widthPx, -1);
  if (rise.slope < leastEdge || fall.slope < leastEdge) return null;
  const width = fall.at - rise.at;
  const at = (across: number) => profile[Math.max(0, Math.min(2 * reach, reach + Math.round(across / profileStep)))] ?? 0;
  const centre = 0.5 * (rise.at + fall.at);
  const inside = (at(centre - 0.2 * width) + at(centre) + at(centre + 0.2 * width)) / 3;
  const sideOf = (edge: number, away: number) => 0.5 * (at(edge + 1.5 * away) + at(edge + 2.5 * away));
  const overSides = [inside - sideOf(rise.at, -1), inside - sideOf(fall.at, 1)];
  return { along, centre, width, edge: Math.min(rise.slope, fall.slope), contrast: Math.min(...overSides), openContrast: Math.max(...overSides) };
}

const sorted = (stations: readonly Station[], measure: (s: Station) => number): number[] => stations.map(measure).sort((p, q) => p - q);
const quantile = (values: readonly number[], share: number): number => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
const medianOf = (stations: readonly Station[], measure: (s: Station) => number): number => quantile(sorted(stations, measure), 0.5);

function shaftOf(axis: Axis, stations: readonly Station[]): Shaft {
  const { offset, slope } = fitLine(stations);
  const turned = Math.hypot(1, slope);
  const contrasts = sorted(stations, (s) => s.contrast);
  const from = stations[0]?.along ?? 0;
  const to = stations.at(-1)?.along ?? 0;
  const middle = medianOf(stations, (s) => s.width);
  const good = stations.filter((s) => Math.abs(s.centre - offset - slope * s.along) < Math.max(1, 0.2 * middle));
  const squares = good.reduce((sum, s) => sum + (s.centre - offset - slope * s.along) ** 2, 0);
  return {
    x: axis.x - axis.dy * offset,
    y: axis.y + axis.dx * offset,
    dx: (axis.dx - slope * axis.dy) / turned,
    dy: (axis.dy + slope * axis.dx) / turned,
    from,
    to,
    width: quantile(
      sorted(stations, (s) => s.width),
      0.9,
    ),
    edge: medianOf(stations, (s) => s.edge),
    contrast: quantile(contrasts, 0.5),
    fullContrast: quantile(contrasts, 0.75),
    openContrast: quantile(
      sorted(stations, (s) => s.openContrast),
      0.75,
    ),
    coverage: good.length / ((to - from) / finestStep + 1),
    endOffPx: 0,
    crookednessPx: Math.sqrt(squares / Math.max(1, good.length)),
    widthSpreadPx: taperSpread(stations),
  };
}

/** Median distance of the widths from a straight taper. */
function taperSpread(stations: readonly Station[]): number {
  const { offset, slope } = fitLine(stations.map((s) => ({ ...s, centre: s.width })));
  return medianOf(stations, (s) => Math.abs(s.width - offset - slope * s.along));
}

/** Its width at the end, as a share of that at the border. */
function taperingOf(stations: readonly Station[]): number {
  const third = Math.max(2, Math.floor(stations.length / 3));
  return medianOf(stations.slice(-third), (s) => s.width) / medianOf(stations.slice(0, third), (s) => s.width);
}

function isPoint(shaft: Shaft, scale: NeedleScale, mmPerFinePx: number): boolean {
  const jitter = shaft.edge > 0 ? scale.noise / shaft.edge : 1;
  const widthMm = shaft.width * mmPerFinePx;
  return (
    (shaft.to - shaft.from) * mmPerFinePx >= rules.leastLengthMm &&
    shaft.contrast > rules.contrast &&
    shaft.edge > Math.max(rules.edgePerMm * mmPerFinePx, 3 * scale.noise) &&
    shaft.crookednessPx * mmPerFinePx < rules.crookednessMm + 0.7 * jitter * mmPerFinePx &&
    shaft.widthSpreadPx < rules.taperSpread * shaft.width + jitter &&
    widthMm > rules.widthShareLeast * scale.leastWidthMm &&
    widthMm < rules.widthShareMost * scale.mostWidthMm &&
    shaft.coverage > rules.coverage
  );
}
