/** Session time: ms since the session began, whole microseconds, never going back. */
export interface SessionClock {
  readonly startedAtEpochMs: number;
  /** Times real time. */
  readonly speed: number;
  nowMs(): number;
}

/** Whole microseconds, so that a time survives the nanosecond integers of a record unchanged. */
export const toWholeMicroseconds = (tMs: number): number => Math.round(tMs * 1000) / 1000;

/** Follows the machine's monotonic clock, `speed` times as fast. Steps of the wall clock (NTP) do not move it. */
export function monotonicClock(speed: number): SessionClock {
  const startedAtEpochMs = Date.now();
  const origin = performance.now();
  let last = 0;
  return {
    startedAtEpochMs,
    speed,
    nowMs() {
      last = Math.max(last, toWholeMicroseconds((performance.now() - origin) * speed));
      return last;
    },
  };
}
