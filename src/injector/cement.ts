/** Cement through one injector. */
export interface CementFold {
  /** Over the whole session; a zero does not change it. */
  readonly totalMl: number;
  /** Since the last zero: what this needle, or this filling of the injector, has delivered. */
  readonly sinceZeroMl: number;
  readonly pressureKpa: number | null;
  readonly peakPressureKpa: number;
  readonly rateMlPerMin: number | null;
  /** About three seconds of volume, for the rate where the device gives none; oldest first. */
  readonly recent: readonly { readonly tMs: number; readonly volumeMl: number }[];
}

export const emptyCement: CementFold = { totalMl: 0, sinceZeroMl: 0, pressureKpa: null, peakPressureKpa: 0, rateMlPerMin: null, recent: [] };

const rateOverMs = 3000;
const rateStepMs = 200;

function withRecent(recent: CementFold['recent'], tMs: number, volumeMl: number): CementFold['recent'] {
  const last = recent.at(-1);
  if (last && tMs - last.tMs < rateStepMs) return recent;
  return [...recent.filter((point) => tMs - point.tMs <= rateOverMs), { tMs, volumeMl }];
}

/** One reading taken while the device delivers cement. `deliveredMl`: what its counter has gone on by since the reading before it, in whatever mode. */
export function foldCement(
  before: CementFold,
  reading: { readonly pressureKpa: number | null; readonly volumeMl: number | null; readonly rateMlPerMin: number | null },
  deliveredMl: number,
  tMs: number,
): CementFold {
  const totalMl = before.totalMl + deliveredMl;
  const recent = reading.volumeMl === null ? before.recent : withRecent(before.recent, tMs, totalMl);
  const first = recent[0];
  const measured = first && tMs - first.tMs >= 1000 ? ((totalMl - first.volumeMl) / (tMs - first.tMs)) * 60_000 : null;
  return {
    totalMl,
    sinceZeroMl: before.sinceZeroMl + deliveredMl,
    pressureKpa: reading.pressureKpa,
    peakPressureKpa: Math.max(before.peakPressureKpa, reading.pressureKpa ?? 0),
    rateMlPerMin: reading.rateMlPerMin ?? measured,
    recent,
  };
}

export const zeroCement = (before: CementFold): CementFold => ({ ...before, sinceZeroMl: 0, recent: [] });
/** The device does something else now, or is gone. */
export const leaveCement = (before: CementFold): CementFold => ({ ...before, pressureKpa: null, rateMlPerMin: null, recent: [] });
