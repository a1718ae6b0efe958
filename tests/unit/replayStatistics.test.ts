import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlarmPriority } from '../../src/alarm/alarm.ts';
import { type AlarmEpisode, compareEpisodes, startEpisodes } from '../../src/alarm/episodes.ts';
import { addDistributions, noValues, quantile, startDistribution } from '../../src/base/distribution.ts';
import type { DerivedSample } from '../../src/sample/sample.ts';
import { startReplayStatistics } from '../../src/session/replayStatistics.ts';

const spreadOf = (values: readonly number[]) => {
  const { add, distribution } = startDistribution();
  values.forEach(add);
  return distribution();
};

describe('distributions', () => {
  const seed = 411;
  const values = fc.array(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => Math.round(value * 1e6) / 1e6),
    { maxLength: 200 },
  );

  test(`those of parts add up to that of the whole (seed ${seed})`, () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const { sum, ...together } = spreadOf([...left, ...right]);
        const { sum: added, ...rest } = addDistributions([spreadOf(left), spreadOf(right)]);
        expect(rest).toEqual(together);
        expect(added).toBeCloseTo(sum, 3);
      }),
      { seed },
    );
  });

  test(`a quantile is never below the value that it stands for, nor above it by more than a bin (seed ${seed})`, () => {
    fc.assert(
      fc.property(
        values.filter(({ length }) => length > 0),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (sizes, share) => {
          const sorted = sizes.map(Math.abs).sort((p, q) => p - q);
          const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
          const estimate = quantile(spreadOf(sizes), share);
          expect(estimate).toBeGreaterThanOrEqual(exact * (1 - 1e-12));
          expect(estimate).toBeLessThanOrEqual(exact * 2 ** 0.25 * (1 + 1e-12));
        },
      ),
      { seed },
    );
  });

  test('no values have no spread', () => {
    expect(addDistributions([])).toEqual(noValues);
    expect(quantile(noValues, 0.95)).toBe(0);
  });
});

const episode = (id: string, fromMs: number, toMs: number | null, priority: AlarmPriority = 'high'): AlarmEpisode => ({
  id,
  condition: id.split('/')[0] ?? id,
  priority,
  fromMs,
  toMs,
});

describe('alarms of two sides', () => {
  test('an alarm lives from raised to ended at the gravest priority it had', () => {
    const { add, episodes } = startEpisodes();
    const event = { id: 'disk', condition: 'disk', message: '', advice: '', value: null, limit: null } as const;
    add(100, { ...event, priority: 'medium', phase: 'raised' });
    add(200, { ...event, priority: 'high', phase: 'changed' });
    add(300, { ...event, priority: 'medium', phase: 'ended' });
    add(400, { ...event, priority: 'low', phase: 'raised' });
    expect(episodes()).toEqual([episode('disk', 100, 300), episode('disk', 400, null, 'low')]);
  });

  test('equal ones are unchanged, near ones moved, others lost or gained', () => {
    const was = [episode('cement-leak/b', 1000, 2000), episode('disk', 5000, null), episode('disk', 9000, null)];
    const is = [episode('cement-leak/b', 1000, 2000), episode('disk', 5400, null), episode('injector-lost', 9000, null)];
    expect(compareEpisodes(was, is)).toEqual({
      unchanged: 1,
      moved: [{ was: episode('disk', 5000, null), is: episode('disk', 5400, null) }],
      lost: [episode('disk', 9000, null)],
      gained: [episode('injector-lost', 9000, null)],
    });
  });

  test('an offset lines up two sessions', () => {
    expect(compareEpisodes([episode('disk', 0, 100)], [episode('disk', 7000, 7100)], 7000)).toMatchObject({ unchanged: 1, lost: [], gained: [] });
  });
});

function needle(tip: readonly [number, number] | null, mmPerPx: number | null): DerivedSample {
  const found = tip === null ? null : { tip, direction: [1, 0] as const, confidence: 1, tipSigmaPx: 1 };
  return {
    topic: '/plane/a/needle',
    tMs: 10,
    seq: 1,
    data: { needle: found, needles: found ? [found] : [], deviation: null, mmPerPx, scaleFrom: mmPerPx === null ? null : 'calibration' },
  };
}

describe('statistics of a replay', () => {
  test('tips are measured in pixels and, with a scale, in millimetres; needles that one side lacks are counted', () => {
    const fold = startReplayStatistics();
    fold.add([needle([10, 10], 0.5)], [needle([13, 14], 0.5)]);
    fold.add([needle([10, 10], null)], [needle([10, 10], null)]);
    fold.add([needle([10, 10], 0.5)], [needle(null, 0.5)]);
    fold.add([needle(null, 0.5)], [needle([1, 1], 0.5)]);
    const { tipPx, tipMm, topics } = fold.statistics();
    expect(tipPx).toMatchObject({ difference: { count: 2, zeros: 1, largest: 5 }, onlyRecorded: 1, onlyDerived: 1 });
    expect(tipMm.difference).toMatchObject({ count: 1, largest: 2.5 });
    expect(topics).toEqual({ '/plane/a/needle': { recorded: 4, derived: 4, differing: 3 } });
  });

  test('a sample that one side lacks differs, and the others are still held against their own kind', () => {
    const reading = (pressureKpa: number): DerivedSample => ({
      topic: '/injector/reading',
      tMs: 10,
      seq: 1,
      data: { device: 'injector', pressureKpa, volumeMl: 1, rateMlPerMin: null, mode: 'balloon', deviceTimeMs: 5, status: 'ok' },
    });
    const fold = startReplayStatistics();
    fold.add([reading(1), needle([1, 1], null)], [needle([1, 1], null)]);
    expect(fold.statistics().topics).toEqual({
      '/injector/reading': { recorded: 1, derived: 0, differing: 1 },
      '/plane/a/needle': { recorded: 1, derived: 1, differing: 0 },
    });
  });
});
