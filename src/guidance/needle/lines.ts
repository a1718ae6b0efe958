import type { EdgePairs } from './edgePairs.ts';

/** A straight dark bar on the coarse grid, found by votes: from `start` to `end` along `direction`. */
export interface BarCandidate {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  /** Extent along the direction, measured from (x, y). */
  readonly from: number;
  readonly to: number;
  /** Share of the extent where edge pairs stand. */
  readonly coverage: number;
}

/** Nepers a coarse pixel from which on an edge votes in full; a fainter one (bone) votes with its square. */
const mostEdge = 0.3;

const angleBins = 120;
const spreadBins = 3;
/** Of each pixel of the shortest bar: an edge of 0.05 nepers. */
const leastVote = 0.05 * (0.05 / mostEdge);

export interface LineBuffers {
  readonly votes: Float32Array;
  readonly offsetBins: number;
  /** Of each angle: where its strongest line stands in `votes`, and whether votes were taken back since that was looked for. */
  readonly strongestAt: Int32Array;
  readonly isStale: Uint8Array;
  readonly used: Uint8Array;
  readonly along: Float32Array;
  readonly covered: Uint8Array;
}

export function createLineBuffers(width: number, height: number): LineBuffers {
  const offsetBins = 2 * Math.ceil(Math.hypot(width, height)) + 3;
  return {
    votes: new Float32Array(angleBins * offsetBins),
    offsetBins,
    strongestAt: new Int32Array(angleBins),
    isStale: new Uint8Array(angleBins),
    used: new Uint8Array(60_000),
    along: new Float32Array(60_000),
    covered: new Uint8Array(2 * offsetBins),
  };
}

const cosines = Float64Array.from({ length: angleBins }, (_, i) => Math.cos((i * Math.PI) / angleBins));
const sines = Float64Array.from({ length: angleBins }, (_, i) => Math.sin((i * Math.PI) / angleBins));

/** Adds (or with a negative sign takes back) the votes of pair `i` for the lines through it that its edges allow. */
function vote(pairs: EdgePairs, i: number, sign: number, { votes, offsetBins, isStale }: LineBuffers): void {
  const centre = Math.round(((pairs.normalRad[i] ?? 0) / Math.PI) * angleBins);
  const edge = Math.min(mostEdge, pairs.edge[i] ?? 0);
  const weight = sign * (edge / mostEdge) * edge;
  const half = (offsetBins - 1) >> 1;
  const x = pairs.x[i] ?? 0;
  const y = pairs.y[i] ?? 0;
  for (let spread = -spreadBins; spread <= spreadBins; spread++) {
    const bin = (centre + spread + angleBins) % angleBins;
    const offset = x * (cosines[bin] ?? 0) + y * (sines[bin] ?? 0);
    // Not Math.round: a negative zero would take the engine off its fast path.
    const at = bin * offsetBins + half + Math.floor(offset + 0.5);
    votes[at] = (votes[at] ?? 0) + weight;
    isStale[bin] = 1;
  }
}

/** Index into `votes` of the line with the most votes; the first of equal ones. Only angles whose votes have changed are looked through again. */
function strongestLine({ votes, offsetBins, strongestAt, isStale }: LineBuffers): number {
  let best = 0;
  let bestAt = 0;
  for (let bin = 0; bin < angleBins; bin++) {
    if (isStale[bin] !== 0) {
      let most = Number.NEGATIVE_INFINITY;
      const end = (bin + 1) * offsetBins;
      for (let at = bin * offsetBins; at < end; at++) {
        const here = votes[at] ?? 0;
        if (here <= most) continue;
        most = here;
        strongestAt[bin] = at;
      }
      isStale[bin] = 0;
    }
    const at = strongestAt[bin] ?? 0;
    if ((votes[at] ?? 0) <= best) continue;
    best = votes[at] ?? 0;
    bestAt = at;
  }
  return bestAt;
}

/** Up to `most` bars, strongest line first (Hough transform over edge pairs, each voting only near its own direction). */
export function findBars(pairs: EdgePairs, leastLength: number, mostGap: number, most: number, buffers: LineBuffers): BarCandidate[] {
  const { votes, offsetBins, isStale, used } = buffers;
  votes.fill(0);
  isStale.fill(1);
  used.fill(0, 0, pairs.count);
  for (let i = 0; i < pairs.count; i++) vote(pairs, i, 1, buffers);
  const bars: BarCandidate[] = [];
  const half = (offsetBins - 1) >> 1;
  for (let round = 0; round < most; round++) {
    const bestAt = strongestLine(buffers);
    if ((votes[bestAt] ?? 0) < leastLength * leastVote) break;
    const bin = Math.floor(bestAt / offsetBins);
    bars.push(...barsOnLine(pairs, cosines[bin] ?? 1, sines[bin] ?? 0, (bestAt % offsetBins) - half, leastLength, mostGap, buffers));
  }
  return bars;
}

/** Pairs near the line are fitted, measured along it and taken out of the vote. */
function barsOnLine(pairs: EdgePairs, nx: number, ny: number, offset: number, leastLength: number, mostGap: number, buffers: LineBuffers): BarCandidate[] {
  const { used } = buffers;
  let sum = 0;
  let sx = 0;
  let sy = 0;
  let sxx = 0;
  let sxy = 0;
  let syy = 0;
  const members: number[] = [];
  for (let i = 0; i < pairs.count; i++) {
    if (used[i] !== 0) continue;
    const x = pairs.x[i] ?? 0;
    const y = pairs.y[i] ?? 0;
    const away = Math.abs(x * nx + y * ny - offset);
    if (away > 3) continue;
    const turned = Math.abs(Math.cos(pairs.normalRad[i] ?? 0) * nx + Math.sin(pairs.normalRad[i] ?? 0) * ny);
    if (turned < 0.94) continue;
    used[i] = 1;
    vote(pairs, i, -1, buffers);
    if (away > 1.8) continue;
    members.push(i);
    const w = pairs.edge[i] ?? 0;
    sum += w;
    sx += w * x;
    sy += w * y;
    sxx += w * x * x;
    sxy += w * x * y;
    syy += w * y * y;
  }
  if (sum <= 0 || members.length < leastLength) return [];
  const cx = sx / sum;
  const cy = sy / sum;
  const angle = 0.5 * Math.atan2(2 * (sxy / sum - cx * cy), sxx / sum - cx * cx - (syy / sum - cy * cy));
  return runsAlong(pairs, members, cx, cy, Math.cos(angle), Math.sin(angle), leastLength, mostGap, buffers);
}

function runsAlong(
  pairs: EdgePairs,
  members: readonly number[],
  x: number,
  y: number,
  dx: number,
  dy: number,
  leastLength: number,
  mostGap: number,
  { covered }: LineBuffers,
): BarCandidate[] {
  covered.fill(0);
  const middle = covered.length >> 1;
  for (const i of members) {
    const along = ((pairs.x[i] ?? 0) - x) * dx + ((pairs.y[i] ?? 0) - y) * dy;
    covered[middle + Math.round(along)] = 1;
  }
  const bars: BarCandidate[] = [];
  let start = -1;
  let last = -1;
  let hits = 0;
  for (let at = 0; at <= covered.length; at++) {
    const on = at < covered.length && covered[at] !== 0;
    if (start >= 0 && (at === covered.length || at - last > mostGap)) {
      const length = last - start + 1;
      if (length >= leastLength) bars.push({ x, y, dx, dy, from: start - middle, to: last - middle, coverage: hits / length });
      start = -1;
    }
    if (on) {
      if (start < 0) {
        start = at;
        hits = 0;
      }
      hits++;
      last = at;
    }
  }
  return bars;
}
