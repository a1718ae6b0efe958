import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimate, eventsBetween, inkOf, isSameInk, roundUp } from '../../renderer/live/curveData.ts';
import { distinctMarks, layOutLabels } from '../../renderer/live/labelLayout.ts';
import { type GrowingCurves, growCurves } from '../../renderer/store/timeline.ts';
import type { Curve } from '../../src/link/link.ts';
import type { Sample } from '../../src/sample/index.ts';

const seed = 7302;

const curveOf = (pressures: readonly (number | null)[]): Curve => ({
  tMs: pressures.map((_, i) => i * 100),
  pressureKpa: pressures,
  volumeMl: pressures.map((_, i) => i / 10),
  mode: pressures.map(() => 'balloon' as const),
});

describe('the thinned curve', () => {
  test(`keeps the highest and the lowest pressure whatever the number of buckets (seed ${seed})`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 4000, noNaN: true }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 50 }),
        (pressures, buckets) => {
          const { pressureKpa, tSeconds } = decimate(curveOf(pressures), 0, 1e9, buckets);
          const kept = pressureKpa.filter((kpa) => kpa !== null);
          expect(Math.max(...kept)).toBe(Math.max(...pressures));
          expect(Math.min(...kept)).toBe(Math.min(...pressures));
          expect(tSeconds.length).toBeLessThanOrEqual(2 * buckets + 2);
          expect(tSeconds).toEqual([...tSeconds].sort((p, q) => p - q));
        },
      ),
      { seed, numRuns: 200 },
    );
  });

  test('does not join what an injector said before and after it was silent', () => {
    const curve: Curve = { tMs: [0, 100, 5000, 5100], pressureKpa: [1, 2, 3, 4], volumeMl: [0, 0, 0, 0], mode: ['idle', 'idle', 'idle', 'idle'] };
    expect(decimate(curve, 0, 6000, 100).pressureKpa).toEqual([1, 2, null, 3, 4]);
  });

  test('is empty before the first reading', () => {
    expect(decimate(curveOf([]), 0, 1000, 100).tSeconds).toEqual([]);
  });

  const reading = (tMs: number, pressureKpa: number, device = 'injector'): Sample => ({
    topic: '/injector/reading',
    tMs,
    seq: tMs,
    data: { device, pressureKpa, volumeMl: 1, rateMlPerMin: null, mode: 'balloon', deviceTimeMs: null, status: 'ok' },
  });

  test('grows by at most ten points a second and keeps the highest pressure of each', () => {
    const curves: GrowingCurves = {};
    expect(growCurves(curves, [reading(0, 100), reading(20, 900), reading(40, 200), reading(110, 300)])).toBe(true);
    expect(curves.injector?.tMs).toEqual([0, 110]);
    expect(curves.injector?.pressureKpa).toEqual([900, 300]);
    expect(growCurves(curves, [])).toBe(false);
  });

  test('of two injectors is two curves', () => {
    const curves: GrowingCurves = {};
    growCurves(curves, [reading(0, 100), reading(10, 2000, 'injector-2'), reading(20, 110), reading(30, 1900, 'injector-2')]);
    expect(curves.injector?.pressureKpa).toEqual([110]);
    expect(curves['injector-2']?.pressureKpa).toEqual([2000]);
  });
});

test.each([
  [0, 1],
  [7, 10],
  [21, 25],
  [400, 500],
  [1100, 2000],
])('the axis of %d ends at %d', (value, end) => expect(roundUp(value)).toBe(end));

describe('labels on the strip', () => {
  test(`never touch and never leave it (seed ${seed})`, () => {
    const label = fc.record({
      x: fc.double({ min: 0, max: 800, noNaN: true }),
      width: fc.integer({ min: 10, max: 300 }),
      weight: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(label, { maxLength: 40 }), (wanted) => {
        const placed = layOutLabels(wanted, 2, 800).map(({ index, x, lane }) => ({ lane, from: x, to: x + (wanted[index]?.width ?? 0) }));
        for (const one of placed) {
          expect(one.from).toBeGreaterThanOrEqual(0);
          expect(one.to).toBeLessThanOrEqual(800);
          for (const other of placed) {
            if (one !== other && one.lane === other.lane) expect(one.to <= other.from || other.to <= one.from).toBe(true);
          }
        }
      }),
      { seed, numRuns: 300 },
    );
  });

  test('give way to the heavier one', () => {
    const placed = layOutLabels(
      [
        { x: 10, width: 100, weight: 1 },
        { x: 12, width: 100, weight: 6 },
      ],
      1,
      400,
    );
    expect(placed.map(({ index }) => index)).toEqual([1]);
  });
});

describe('marks on the strip', () => {
  test('are those of the visible part of time: none stands on the axes beside it', () => {
    const events = [1000, 2000, 3000, 4000].map((tMs) => ({ tMs }));
    expect(eventsBetween(events, 2000, 3000)).toEqual([{ tMs: 2000 }, { tMs: 3000 }]);
  });

  test('of one tone in one column of pixels are drawn once; each tone keeps its own, and each label its mark', () => {
    const marks = [
      { x: 10.1, tone: 'medium' },
      { x: 10.2, tone: 'medium' },
      { x: 10.3, tone: 'high' },
      { x: 10.4, tone: 'medium' },
      { x: 11, tone: 'medium' },
    ];
    expect(distinctMarks(marks, new Set([3]))).toEqual([0, 2, 3, 4]);
  });

  test('of ten hours with an event each second are as many as the strip has columns', () => {
    const marks = Array.from({ length: 36_000 }, (_, second) => ({ x: (second * 1100) / 36_000, tone: 'medium' }));
    expect(distinctMarks(marks, new Set())).toHaveLength(1101);
  });
});

describe('the strip of curves', () => {
  const curve = { tMs: [0, 100], pressureKpa: [1, 2], volumeMl: [0, 0], mode: [null, null] };
  const timeline = { events: [], corrected: new Set<number>() };
  const shown = {
    moment: { curve, curveVersion: 2, timeline },
    unit: 'psi',
    endMs: 7_200_000,
    limitKpa: 2758,
    positionMs: 10,
    fontPx: 13,
    range: null,
  } as const;

  test('is not drawn again when only the position in a record has moved', () => {
    expect(isSameInk(inkOf(shown), inkOf({ ...shown, positionMs: 5_000_000 }))).toBe(true);
  });

  test.each([
    ['more of the curve has been read', { moment: { ...shown.moment, curveVersion: 3 } }],
    ['more has happened', { moment: { ...shown.moment, timeline: { ...timeline, events: [] } } }],
    ['another unit is chosen', { unit: 'bar' as const }],
    ['another part of time is shown', { range: { spanMs: 60_000, endMs: null } }],
    ['live time has gone on', { endMs: 7_200_100 }],
  ])('is drawn again when %s', (_, change) => {
    expect(isSameInk(inkOf(shown), inkOf({ ...shown, ...change }))).toBe(false);
  });
});
