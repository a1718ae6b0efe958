import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/base/random.ts';
import { type DeviceClockFold, deviceClockOf, foldDeviceClock } from '../../../src/injector/deviceClock.ts';

/** Readings ten times a second for `seconds`, each some milliseconds on its way. */
function readings(seconds: number, deviceTimeOf: (tMs: number) => number, fold: DeviceClockFold | null = null, fromMs = 0): DeviceClockFold | null {
  const random = seededRandom(3);
  let clock = fold;
  for (let tMs = fromMs; tMs < fromMs + seconds * 1000; tMs += 100) clock = foldDeviceClock(clock, deviceTimeOf(tMs), tMs + 8 * random.next());
  return clock;
}

describe('the clock of a device beside the session’s', () => {
  test('is told after ten seconds: a fast one drifts below zero, a slow one above', () => {
    expect(deviceClockOf(readings(9, (tMs) => tMs))).toBeNull();
    expect(deviceClockOf(readings(120, (tMs) => tMs * 1.0005 + 40_000))?.driftPpm).toBeCloseTo(-500, -2);
    expect(deviceClockOf(readings(120, (tMs) => tMs * 0.9995))?.driftPpm).toBeCloseTo(500, -2);
    expect(deviceClockOf(readings(120, (tMs) => tMs - 7000))?.offsetMs).toBeCloseTo(7004, -1);
  });

  test.each([
    ['an hour ahead', 3_600_000],
    ['an hour back', -3_600_000],
    ['ten seconds ahead', 10_000],
  ])('that is set %s is a new clock: what it was before does not spoil its drift', (_, jumpMs) => {
    const set = (tMs: number) => tMs + jumpMs + 5_000_000;
    const before = readings(60, (tMs) => tMs + 5_000_000);
    expect(deviceClockOf(readings(5, set, before, 60_000))).toBeNull();
    const after = deviceClockOf(readings(60, set, before, 60_000));
    expect(Math.abs(after?.driftPpm ?? Number.NaN)).toBeLessThan(100);
    expect(after?.offsetMs).toBeCloseTo(4 - jumpMs - 5_000_000, -1);
  });

  test('of readings that were held up for seconds it is still the same one', () => {
    const before = readings(60, (tMs) => tMs);
    const late = Array.from({ length: 30 }, (_, index) => 60_000 + 100 * index).reduce<DeviceClockFold | null>(
      (clock, tMs) => foldDeviceClock(clock, tMs, 63_000),
      before,
    );
    expect(late?.count).toBe((before?.count ?? 0) + 30);
  });
});
