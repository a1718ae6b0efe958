import { expect, test } from 'vitest';
import { loopsOf, mostOf } from '../../renderer/live/pressureVolumeData.ts';
import { shifted, visibleRange, zoomed } from '../../renderer/live/timeRange.ts';
import { emptyTimeline } from '../../renderer/store/timeline.ts';
import type { Inflation } from '../../src/injector/balloon.ts';
import type { InjectorState } from '../../src/injector/state.ts';

const shortest = 60_000;

test('a strip shows everything until it is zoomed, a young one with room to grow', () => {
  expect(visibleRange(null, 10_000, shortest)).toEqual({ fromMs: 0, toMs: 60_000 });
  expect(visibleRange(null, 3_600_000, shortest)).toEqual({ fromMs: 0, toMs: 3_600_000 });
});

test('zooming keeps the moment under the pointer, and zooming out ends with everything', () => {
  const closer = zoomed(null, 3_600_000, shortest, 900_000, -1);
  const { fromMs, toMs } = visibleRange(closer, 3_600_000, shortest);
  expect((900_000 - fromMs) / (toMs - fromMs)).toBeCloseTo(0.25, 9);
  expect(zoomed(closer, 3_600_000, shortest, 900_000, 2)).toBeNull();
});

test('a strip zoomed at its end goes on with the session; one that was moved back stays', () => {
  const following = zoomed(null, 100_000, shortest, null, -1);
  expect(visibleRange(following, 200_000, shortest).toMs).toBe(200_000);
  const back = shifted(following, -20_000, 100_000);
  expect(visibleRange(back, 200_000, shortest).toMs).toBe(80_000);
  expect(shifted(back, 50_000, 100_000)?.endMs).toBeNull();
});

test('a range never leaves the session', () => {
  expect(visibleRange({ spanMs: 10_000, endMs: 5000 }, 100_000, shortest)).toEqual({ fromMs: 0, toMs: 10_000 });
  expect(visibleRange({ spanMs: 10_000, endMs: 105_000 }, 100_000, shortest)).toEqual({ fromMs: 90_000, toMs: 100_000 });
});

test('each inflation is a loop of its own, the last one the latest', () => {
  const inflation = (number: number, fromMs: number, toMs: number | null) => ({ number, fromMs, toMs }) as Inflation;
  const injector = { cement: { volumeMl: 0 }, balloon: { history: [inflation(1, 1000, 2000)], current: inflation(2, 4000, null) } } as unknown as InjectorState;
  const tMs = Array.from({ length: 60 }, (_, i) => i * 100);
  const curve = { tMs, pressureKpa: tMs.map((t) => t / 10), volumeMl: tMs.map((t) => t / 2000), mode: tMs.map(() => 'balloon' as const) };
  const loops = loopsOf({ curve, timeline: { ...emptyTimeline, injector }, nowMs: 5900 });
  expect(loops.map(({ latest }) => latest)).toEqual([false, true]);
  expect(loops[0]?.points[0]?.[1]).toBe(60);
  expect(loops[1]?.points.at(-1)?.[1]).toBe(590);
});

test('the axes of pressure against volume reach as far as the loops of any number of points', () => {
  const points = Array.from({ length: 300_000 }, (_, i) => [i === 7 ? 5.5 : 1, i === 250_000 ? 2900 : 100] as const);
  expect(
    mostOf([
      { points, latest: false },
      { points: [[0.5, 20]], latest: true },
    ]),
  ).toEqual({ volumeMl: 5.5, pressureKpa: 2900 });
  expect(mostOf([])).toEqual({ volumeMl: 0, pressureKpa: 0 });
});
