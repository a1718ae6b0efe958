import { indexAt } from '../../src/base/times.ts';
import type { Curve } from '../../src/link/link.ts';
import type { Moment } from '../store/moment.ts';
import type { Shown } from './curvePlot.ts';

/** Columns for the plot: seconds, and the two curves with null where there is a hole. */
export interface PlotData {
  readonly tSeconds: number[];
  readonly pressureKpa: (number | null)[];
  readonly volumeMl: (number | null)[];
}

/** Points farther apart than this are not joined: the injector said nothing in between. */
const holeMs = 1500;

/** Least and greatest value with their indices in [from, to); null when there is none. */
function extremes(values: readonly (number | null)[], from: number, to: number): { first: number; second: number } | null {
  let low = -1;
  let high = -1;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (value === null || value === undefined) continue;
    if (low < 0 || value < (values[low] ?? 0)) low = i;
    if (high < 0 || value > (values[high] ?? 0)) high = i;
  }
  if (low < 0) return null;
  return { first: values[Math.min(low, high)] ?? 0, second: values[Math.max(low, high)] ?? 0 };
}

/**
 * The part of a curve between two moments in at most `buckets` pairs of points that keep every peak: each bucket gives its
 * least and its greatest value in the order they came. A short peak of pressure is never thinned away.
 */
export function decimate(curve: Curve, fromMs: number, toMs: number, buckets: number): PlotData {
  const out: PlotData = { tSeconds: [], pressureKpa: [], volumeMl: [] };
  const push = (tMs: number, pressureKpa: number | null, volumeMl: number | null) => {
    out.tSeconds.push(tMs / 1000);
    out.pressureKpa.push(pressureKpa);
    out.volumeMl.push(volumeMl);
  };
  const start = Math.max(0, indexAt(curve.tMs, fromMs));
  const end = indexAt(curve.tMs, toMs) + 1;
  const step = Math.max(1, (end - start) / Math.max(1, buckets));
  let previousMs: number | null = null;
  for (let position = start; position < end; position += step) {
    const from = Math.floor(position);
    const to = Math.min(end, Math.max(from + 1, Math.floor(position + step)));
    const [firstMs, lastMs] = [curve.tMs[from] ?? 0, curve.tMs[to - 1] ?? 0];
    if (previousMs !== null && firstMs - previousMs > Math.max(holeMs, lastMs - firstMs)) push(previousMs + 1, null, null);
    const pressure = extremes(curve.pressureKpa, from, to);
    const volume = extremes(curve.volumeMl, from, to);
    push(firstMs, pressure?.first ?? null, volume?.first ?? null);
    if (to - from > 1) push(lastMs, pressure?.second ?? null, volume?.second ?? null);
    previousMs = lastMs;
  }
  return out;
}

/** The greatest value between two moments, 0 when there is none. */
export function greatest(curve: Curve, values: readonly (number | null)[], fromMs: number, toMs: number): number {
  let most = 0;
  for (let i = Math.max(0, indexAt(curve.tMs, fromMs)); i <= indexAt(curve.tMs, toMs); i++) most = Math.max(most, values[i] ?? 0);
  return most;
}

/** What happened in a part of time, both ends included: a mark of anything else would stand on the axes. */
export const eventsBetween = <T extends { readonly tMs: number }>(events: readonly T[], fromMs: number, toMs: number): readonly T[] =>
  events.filter(({ tMs }) => tMs >= fromMs && tMs <= toMs);

const roundSteps = [1, 2, 2.5, 5, 10];

/** The next round number at or above. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const magnitude = 10 ** Math.floor(Math.log10(value));
  return (roundSteps.find((step) => step * magnitude >= value * 0.999) ?? 10) * magnitude;
}

/** What the plot is drawn from: while none of it has changed, only the position has. A curve of a live session grows in place, by versions. */
export function inkOf({ moment, unit, endMs, limitKpa, volumeLimitMl, range }: Omit<Shown, 'moment'> & { readonly moment: DrawnMoment }): readonly unknown[] {
  const { curve, curveVersion, timeline } = moment;
  return [curve, curveVersion, timeline.events, timeline.corrected, unit, endMs, limitKpa, volumeLimitMl, range];
}
type DrawnMoment = Pick<Moment, 'curve' | 'curveVersion'> & { readonly timeline: Pick<Moment['timeline'], 'events' | 'corrected'> };

export const isSameInk = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((part, index) => part === other[index]);
