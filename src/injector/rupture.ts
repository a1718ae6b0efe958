import { median, type Trace, type TracePoint } from './trace.ts';

/** What counts as a rupture: the pressure falls fast while the volume stays. */
export const ruptureCriterion = {
  /** Below this there is nothing to lose. */
  leastPressureKpa: 200,
  /** Remaining part of the pressure. */
  remaining: 0.5,
  /** A fall is fast when it happens between `referenceFromMs` and now. */
  referenceFromMs: 250,
  referenceToMs: 1000,
  /** The low pressure must have lasted this long: a single bad reading is no rupture. */
  confirmMs: 80,
  /** More withdrawn than this, and the fall is the operator's doing. */
  withdrawnMl: 0.03,
} as const;

const volumesOf = (points: readonly TracePoint[]): number[] => points.flatMap((point) => (point.volumeMl === null ? [] : [point.volumeMl]));

/**
 * True when the pressure of the last moments is at most half of what it was a quarter of a second to a second ago (median,
 * so that a spike before it does not count), and no volume was withdrawn meanwhile. `null` when that cannot be judged:
 * no volume, or fewer than about five readings a second.
 */
export function pressureFellAtConstantVolume(trace: Trace): boolean | null {
  const newest = trace.points.at(-1);
  if (!newest) return null;
  const aged = (fromMs: number, toMs: number) => trace.points.filter((point) => newest.tMs - point.tMs >= fromMs && newest.tMs - point.tMs <= toMs);
  const reference = aged(ruptureCriterion.referenceFromMs, ruptureCriterion.referenceToMs);
  const recentPoints = aged(0, ruptureCriterion.confirmMs);
  const recent = recentPoints.length > 1 ? recentPoints : trace.points.slice(-2);
  const before = median(reference.map((point) => point.pressureKpa));
  const volumeBefore = median(volumesOf(reference));
  const volumeNow = newest.volumeMl;
  if (before === null || reference.length < 3 || recent.length < 2 || volumeBefore === null || volumeNow === null) return null;
  if (before < ruptureCriterion.leastPressureKpa) return false;
  const highestNow = Math.max(...recent.map((point) => point.pressureKpa));
  return highestNow <= before * ruptureCriterion.remaining && volumeNow >= volumeBefore - ruptureCriterion.withdrawnMl;
}
