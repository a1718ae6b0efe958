import { describe, expect, it } from 'vitest';
import { collectCurves } from '../../native-bridge/server/curve.ts';
import type { InjectorReading } from '../../src/injector/reading.ts';

/** A reading every 20 ms; the pressure has one high peak, of a single reading. */
function curveOf(minutes: number, mostPoints: number) {
  const collector = collectCurves(mostPoints);
  const peakAtMs = 7_340;
  for (let tMs = 0; tMs < minutes * 60_000; tMs += 20) {
    const reading: InjectorReading = {
      device: 'injector',
      pressureKpa: tMs === peakAtMs ? 900 : 100,
      volumeMl: tMs / 1e6,
      rateMlPerMin: null,
      mode: tMs < 60_000 ? 'balloon' : 'cement',
      deviceTimeMs: tMs,
      status: 'ok',
    };
    collector.add(tMs, reading);
  }
  const curve = collector.curves().injector;
  if (curve === undefined) throw new Error('a curve of the only injector');
  return curve;
}

describe('the curve of an injector', () => {
  it('has ten points a second', () => {
    expect(curveOf(2, 72_000).tMs).toHaveLength(1200);
  });

  it('never has more points than it may, however long the session, and reaches from its beginning to its end', () => {
    const { tMs, pressureKpa, volumeMl, mode } = curveOf(20, 1000);
    expect(tMs.length).toBeLessThanOrEqual(1000);
    expect(tMs.length).toBeGreaterThan(400);
    expect([pressureKpa.length, volumeMl.length, mode.length]).toEqual([tMs.length, tMs.length, tMs.length]);
    expect(tMs[0]).toBe(0);
    expect(tMs.at(-1)).toBeGreaterThan(20 * 60_000 - 2000);
    expect(tMs.toSorted((p, q) => p - q)).toEqual(tMs);
    expect(volumeMl.at(-1)).toBeCloseTo((20 * 60_000 - 20) / 1e6);
  });

  it('keeps the highest pressure and where one mode ended, however coarse it is', () => {
    const { tMs, pressureKpa, mode } = curveOf(20, 1000);
    const peak = pressureKpa.indexOf(900);
    expect(peak).toBeGreaterThanOrEqual(0);
    expect(Math.abs((tMs[peak] ?? 0) - 7_340)).toBeLessThan(2000);
    expect(tMs[mode.indexOf('cement')]).toBe(60_000);
  });
});
