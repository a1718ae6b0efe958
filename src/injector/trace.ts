/** A short stretch of pressure and volume: means of all readings within it. */
export interface TracePoint {
  readonly tMs: number;
  readonly pressureKpa: number;
  readonly volumeMl: number | null;
  readonly count: number;
}

/** The last `keepMs` of readings, thinned to one point per `pointMs`, so that a fast device costs no more than a slow one. */
export interface Trace {
  /** Closed points, oldest first. */
  readonly points: readonly TracePoint[];
  readonly open: TracePoint | null;
}

export const emptyTrace: Trace = { points: [], open: null };

const pointMs = 20;
const keepMs = 1200;

const mean = (before: number, count: number, value: number): number => before + (value - before) / (count + 1);

/** `closed` is the point that the new reading completed, if any. */
export function addToTrace(
  trace: Trace,
  tMs: number,
  pressureKpa: number,
  volumeMl: number | null,
): { readonly trace: Trace; readonly closed: TracePoint | null } {
  const { open } = trace;
  if (open && tMs < open.tMs + pointMs) {
    const volume = open.volumeMl === null || volumeMl === null ? (volumeMl ?? open.volumeMl) : mean(open.volumeMl, open.count, volumeMl);
    return {
      trace: { ...trace, open: { tMs: open.tMs, pressureKpa: mean(open.pressureKpa, open.count, pressureKpa), volumeMl: volume, count: open.count + 1 } },
      closed: null,
    };
  }
  const points = open ? [...trace.points.filter((point) => point.tMs >= tMs - keepMs), open] : trace.points;
  return { trace: { points, open: { tMs, pressureKpa, volumeMl, count: 1 } }, closed: open };
}

export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : ((sorted[(sorted.length >> 1) - 1] ?? upper) + upper) / 2;
}
