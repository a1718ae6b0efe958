import type { RunLengthMask } from '../../base/runLength.ts';

/** Pixels [from, to) of a row-major picture. */
type Run = readonly [from: number, to: number];

/**
 * When cement first got to each place, in bands of time: what came in a band is the run lengths of that band alone. Places move
 * with the bone: the map is that of the picture as it stands when the bone's shift is zero. Plain data.
 */
export interface ArrivalMap {
  readonly size: readonly [rows: number, columns: number];
  readonly bandMs: number;
  readonly bands: readonly { readonly fromMs: number; readonly runs: readonly Run[] }[];
  /** Everything that has come so far, in order and apart. */
  readonly covered: readonly Run[];
}

/**
 * The map after one more frame's mask. `shiftPx` is how far the bone stands from where it stood (`planShiftPx` of the frame's
 * needle observation); a place that leaves the mask keeps its time. The same map comes back when nothing new has come.
 */
export function withArrivals(before: ArrivalMap | null, mask: RunLengthMask, tMs: number, shiftPx: readonly [number, number], bandMs = 1000): ArrivalMap {
  const same = before !== null && before.size[0] === mask.size[0] && before.size[1] === mask.size[1];
  const map: ArrivalMap = same ? before : { size: mask.size, bandMs, bands: [], covered: [] };
  const fresh = without(shiftedRuns(mask, -Math.round(shiftPx[0]), -Math.round(shiftPx[1])), map.covered);
  if (fresh.length === 0) return map;
  const fromMs = Math.floor(tMs / map.bandMs) * map.bandMs;
  const last = map.bands.at(-1);
  const bands =
    last !== undefined && last.fromMs === fromMs
      ? [...map.bands.slice(0, -1), { fromMs, runs: merged(last.runs, fresh) }]
      : [...map.bands, { fromMs, runs: fresh }];
  return { ...map, bands, covered: merged(map.covered, fresh) };
}

/** The places of one band (or of `covered`) as a mask of the whole picture. */
export function maskOfRuns(runs: readonly Run[], size: ArrivalMap['size']): RunLengthMask {
  const counts: number[] = [];
  let at = 0;
  for (const [from, to] of runs) {
    counts.push(from - at, to - from);
    at = to;
  }
  counts.push(size[0] * size[1] - at);
  return { size, counts };
}

/** The mask's runs, cut at row ends, moved, and clipped to the picture. */
function shiftedRuns({ size: [rows, columns], counts }: RunLengthMask, dx: number, dy: number): Run[] {
  const runs: Run[] = [];
  let at = 0;
  counts.forEach((count, i) => {
    const end = at + count;
    for (let from = at; i % 2 === 1 && from < end; ) {
      const row = Math.floor(from / columns);
      const to = Math.min(end, (row + 1) * columns);
      const target = row + dy;
      const left = Math.max(0, from - row * columns + dx);
      const right = Math.min(columns, to - row * columns + dx);
      if (target >= 0 && target < rows && right > left) runs.push([target * columns + left, target * columns + right]);
      from = to;
    }
    at = end;
  });
  return runs;
}

/** What of `runs` lies outside `taken`; both in order and apart. */
function without(runs: readonly Run[], taken: readonly Run[]): Run[] {
  const left: Run[] = [];
  let k = 0;
  for (const [start, end] of runs) {
    let from = start;
    while (k < taken.length && (taken[k]?.[1] ?? 0) <= from) k++;
    for (let j = k; j < taken.length && from < end; j++) {
      const [takenFrom, takenTo] = taken[j] ?? [end, end];
      if (takenFrom >= end) break;
      if (takenFrom > from) left.push([from, takenFrom]);
      from = Math.max(from, takenTo);
    }
    if (from < end) left.push([from, end]);
  }
  return left;
}

/** Both sets of runs as one, in order; touching ones joined. */
function merged(a: readonly Run[], b: readonly Run[]): Run[] {
  const all = [...a, ...b].sort((p, q) => p[0] - q[0]);
  const out: [number, number][] = [];
  for (const [from, to] of all) {
    const last = out.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}
