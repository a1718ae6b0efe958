import { median, type Trace, type TracePoint } from './trace.ts';

/** What counts as a rupture: the pressure falls fast while the volume stays. */
export const ruptureCriterion = {
  /** Below this there is nothing to lose. */
  leastPressureKpa: 150,
  /** Remaining part of the pressure. */
  remaining: 0.5,
  /**
   * What the pressure was before: the higher of the medians over these stretches, ms ago. The near one follows a pressure
   * that rises fast, the far one sees falls that take longer; neither is moved by a spike of up to 150 ms.
   */
  stretchesMs: [
    [120, 420],
    [250, 1000],
  ],
  /** The low pressure must have lasted this long: a single bad reading is no rupture. */
  confirmMs: 80,
  /** More withdrawn than this, and the fall is the operator's doing. */
  withdrawnMl: 0.03,
} as const;

interface Before {
  readonly pressureKpa: number;
  readonly volumeMl: number;
}

function medianOf(points: readonly TracePoint[]): Before | null {
  const pressureKpa = median(points.map((point) => point.pressureKpa));
  const volumeMl = median(points.flatMap((point) => (point.volumeMl === null ? [] : [point.volumeMl])));
  return points.length < 3 || pressureKpa === null || volumeMl === null ? null : { pressureKpa, volumeMl };
}

/**
 * True when the pressure of the last moments is at most half of what it was just before, and no volume was withdrawn
 * meanwhile. `null` when that cannot be judged: no volume, or fewer than about eight readings a second.
 */
export function pressureFellAtConstantVolume(trace: Trace): boolean | null {
  const newest = trace.points.at(-1);
  if (!newest || newest.volumeMl === null) return null;
  const { volumeMl } = newest;
  // Almost always: nothing fell at all. Spares the medians.
  const highest = trace.points.reduce((max, point) => Math.max(max, point.pressureKpa), 0);
  if (newest.pressureKpa > highest * ruptureCriterion.remaining) return false;
  const aged = (fromMs: number, toMs: number) => trace.points.filter((point) => newest.tMs - point.tMs >= fromMs && newest.tMs - point.tMs <= toMs);
  const within = aged(0, ruptureCriterion.confirmMs);
  const recent = within.length > 1 ? within : trace.points.slice(-2);
  const befores = ruptureCriterion.stretchesMs.flatMap(([fromMs, toMs]) => medianOf(aged(fromMs, toMs)) ?? []);
  if (befores.length === 0 || recent.length < 2) return null;
  const highestNow = Math.max(...recent.map((point) => point.pressureKpa));
  return befores.some(
    (before) =>
      before.pressureKpa >= ruptureCriterion.leastPressureKpa &&
      highestNow <= before.pressureKpa * ruptureCriterion.remaining &&
      volumeMl >= before.volumeMl - ruptureCriterion.withdrawnMl,
  );
}
