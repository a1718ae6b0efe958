import { expect, it } from 'vitest';
import { collectInjectors } from '../../native-bridge/export/report/collectInjector.ts';
import type { InjectorState } from '../../src/injector/state.ts';

/** As far as shares of cement look at it. */
const delivered = (sinceZeroMl: number): InjectorState =>
  ({ device: 'injector', balloon: { history: [], current: null }, cement: { sinceZeroMl } }) as unknown as InjectorState;

function deliver(injectors: ReturnType<typeof collectInjectors>, fromMs: number, sinceZeroMl: readonly number[]): void {
  for (const [i, ml] of sinceZeroMl.entries()) injectors.state(fromMs + i * 10, delivered(ml));
}

function sharesOf(course: (injectors: ReturnType<typeof collectInjectors>, begin: (level: string | null) => void) => void) {
  let now = { level: null as string | null, number: -1 };
  const injectors = collectInjectors(() => now);
  course(injectors, (level) => {
    now = { level, number: now.number + 1 };
  });
  return injectors.result().shares.map(({ level, fromMs, toMs, volumeMl }) => [level, fromMs, toMs, Number(volumeMl.toFixed(6))]);
}

it('cement between two zeros is one needle', () => {
  const shares = sharesOf((injectors, begin) => {
    begin('L1');
    deliver(injectors, 0, [0, 0.5, 1, 2]);
    injectors.zero('injector');
    deliver(injectors, 40, [0, 0.02]);
    injectors.zero('injector');
    deliver(injectors, 60, [0, 3]);
  });
  expect(shares).toEqual([
    ['L1', 10, 30, 2],
    ['L1', 70, 70, 3],
  ]);
});

it('cement of the next level is that level’s, though nobody zeroed the injector in between', () => {
  const shares = sharesOf((injectors, begin) => {
    begin('L1');
    deliver(injectors, 0, [0, 1, 2]);
    begin('L3');
    deliver(injectors, 30, [2, 2.5, 4]);
    begin('L4');
    deliver(injectors, 60, [4, 4]);
  });
  expect(shares).toEqual([
    ['L1', 10, 20, 2],
    ['L3', 40, 50, 2],
  ]);
});
