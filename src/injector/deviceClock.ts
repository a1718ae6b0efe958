/** Least squares of (arrival − device time) over device time, kept as running sums (Welford). */
export interface DeviceClockFold {
  readonly count: number;
  readonly firstDeviceMs: number;
  readonly lastDeviceMs: number;
  readonly lastY: number;
  readonly meanX: number;
  readonly meanY: number;
  readonly sxx: number;
  readonly sxy: number;
}

/** How the device's clock runs beside the session's. */
export interface DeviceClock {
  /** Positive: the device's clock is slow, so that arrival runs ahead of it. Parts per million. */
  readonly driftPpm: number;
  /** Session time minus device time at the newest reading, by the regression, ms. */
  readonly offsetMs: number;
}

/** Readings that were held up come seconds late; a clock that differs by more from one to the next was set. */
const jumpMs = 5000;

/** Begins anew where the device's clock goes back or jumps. */
export function foldDeviceClock(before: DeviceClockFold | null, deviceTimeMs: number, tMs: number): DeviceClockFold {
  const y = tMs - deviceTimeMs;
  if (before === null || deviceTimeMs < before.lastDeviceMs || Math.abs(y - before.lastY) > jumpMs)
    return { count: 1, firstDeviceMs: deviceTimeMs, lastDeviceMs: deviceTimeMs, lastY: y, meanX: deviceTimeMs, meanY: y, sxx: 0, sxy: 0 };
  const count = before.count + 1;
  const dx = deviceTimeMs - before.meanX;
  const meanX = before.meanX + dx / count;
  const meanY = before.meanY + (y - before.meanY) / count;
  return {
    count,
    firstDeviceMs: before.firstDeviceMs,
    lastDeviceMs: deviceTimeMs,
    lastY: y,
    meanX,
    meanY,
    sxx: before.sxx + dx * (deviceTimeMs - meanX),
    sxy: before.sxy + dx * (y - meanY),
  };
}

const leastSpanMs = 10_000;

/** `null` until ten seconds of readings have been seen: before that, arrival jitter is all there is to see. */
export function deviceClockOf(fold: DeviceClockFold | null): DeviceClock | null {
  if (fold === null || fold.sxx <= 0 || fold.lastDeviceMs - fold.firstDeviceMs < leastSpanMs) return null;
  const slope = fold.sxy / fold.sxx;
  return { driftPpm: slope * 1e6, offsetMs: fold.meanY + slope * (fold.lastDeviceMs - fold.meanX) };
}
