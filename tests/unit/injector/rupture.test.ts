import { describe, expect, test } from 'vitest';
import { emptyBalloon, foldBalloon } from '../../../src/injector/balloon.ts';
import { inflationsOf, testInflation } from './inflations.ts';
import { buildScenario } from './scenarioReadings.ts';

/** All 1,000 take a quarter of a minute; the suite takes every tenth. `PEDICLE_LONG_TESTS=1` takes all. */
const every = process.env.PEDICLE_LONG_TESTS ? 1 : 10;
const seeds = Array.from({ length: 1000 / every }, (_, i) => i * every);

describe('balloon rupture', () => {
  test(`is never found in ${seeds.length} noisy inflations that have none (seeds 0, ${every}, …)`, () => {
    expect(seeds.filter((seed) => inflationsOf(testInflation(seed, false)).some((inflation) => inflation.ruptured))).toEqual([]);
  });

  test(`is found in at least 99 % of ${seeds.length} noisy inflations that end in one, within half a second and not before it`, () => {
    const missed = seeds.filter((seed) => {
      const ruptured = testInflation(seed, true);
      const found = inflationsOf(ruptured).filter((inflation) => inflation.ruptured);
      const afterMs = (found[0]?.toMs ?? 0) - (ruptured.rupturedAtMs ?? 0);
      return found.length !== 1 || afterMs < 0 || afterMs > 500;
    });
    expect(missed.length).toBeLessThanOrEqual(seeds.length / 100);
  });

  const balloonOf = (at: (tMs: number) => readonly [kpa: number, ml: number | null], toMs: number) => {
    let balloon = emptyBalloon;
    for (let tMs = 0; tMs < toMs; tMs += 10) balloon = foldBalloon(balloon, ...at(tMs), tMs);
    return balloon;
  };

  test('a spike of 150 ms on a held balloon is not a rupture', () => {
    const spike = (tMs: number): readonly [number, number] => [tMs >= 3000 && tMs < 3150 ? 2400 : 800, 2];
    expect(balloonOf(spike, 6000)).toMatchObject({ ruptured: false, count: 1 });
  });

  test('a gauge without volume cannot tell rupture from release, and claims neither', () => {
    expect(balloonOf((tMs) => [tMs < 3000 ? 900 : 5, null], 6000)).toMatchObject({ ruptured: false, count: 1, current: null });
  });

  test('a ruptured balloon is one inflation, and the next balloon starts afresh', () => {
    const twice = (tMs: number): readonly [number, number] => (tMs < 3000 ? [1000, 3] : tMs < 5000 ? [150, 3] : tMs < 7000 ? [0, 0] : [600, 2]);
    expect(balloonOf(twice, 4500)).toMatchObject({ ruptured: true, count: 1, current: null });
    expect(balloonOf(twice, 9000)).toMatchObject({ ruptured: false, count: 2 });
  });

  test.each([
    ['kyphoplasty', 0],
    ['vertebroplasty', 0],
    ['balloon-rupture', 1],
  ] as const)('the simulated %s has %i', (name, ruptures) => {
    for (const seed of [1, 2]) {
      const session = buildScenario(name, seed, 20);
      expect(session.last().balloon.history.filter((inflation) => inflation.ruptured)).toHaveLength(ruptures);
    }
  });
});
