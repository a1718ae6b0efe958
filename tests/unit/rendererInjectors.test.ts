import { describe, expect, test } from 'vitest';
import { cementOfAllMl, injectorName, needleShareMl, shownInjector } from '../../renderer/store/injectors.ts';
import { emptyTimeline, foldSamples, withInjectors } from '../../renderer/store/timeline.ts';
import type { InjectorState } from '../../src/injector/state.ts';
import type { Sample } from '../../src/sample/index.ts';

const injector = (device: string, mode: 'balloon' | 'cement' | null, connection = 'connected', cementMl = 0) =>
  ({ device, connection, reading: { mode }, cement: { volumeMl: cementMl } }) as unknown as InjectorState;
const known = (...states: readonly InjectorState[]) => new Map(states.map((state) => [state.device, state]));

describe('of several injectors, numbers and curves are of', () => {
  const balloonAndCement = known(injector('injector', 'balloon'), injector('injector-2', 'cement'));
  test.each([
    ['the balloon’s while the cavity is made', balloonAndCement, null, 'cavity', 'injector'],
    ['the cement’s while it is injected', balloonAndCement, null, 'injection', 'injector-2'],
    ['the one that a person chose', balloonAndCement, 'injector-2', 'cavity', 'injector-2'],
    [
      'the first by name when both fill the same',
      known(injector('injector-right', 'balloon'), injector('injector-left', 'balloon')),
      null,
      'cavity',
      'injector-left',
    ],
    [
      'the one that is there when the other is unplugged',
      known(injector('injector', 'balloon', 'lost'), injector('injector-2', 'balloon')),
      null,
      'cavity',
      'injector-2',
    ],
    ['the lost one when there is no other: its last value is said to be old', known(injector('injector', 'balloon', 'lost')), null, 'cavity', 'injector'],
    ['the automatic one when the chosen one is not in this record', balloonAndCement, 'injector-right', 'cavity', 'injector'],
  ] as const)('%s', (_, injectors, chosen, stage, device) => {
    expect(shownInjector(injectors, chosen, stage)?.device).toBe(device);
  });

  test('none when there is none', () => {
    expect(shownInjector(known(), 'injector', 'cavity')).toBeNull();
  });

  test('the same whichever spoke last', () => {
    const states = ['injector', 'injector-2', 'injector', 'injector-2'].map((device, seq) => ({
      topic: '/injector/state',
      tMs: seq,
      seq,
      data: injector(device, 'balloon'),
    })) as unknown as readonly Sample[];
    const shown = states.map((_, i) => foldSamples(emptyTimeline, states.slice(0, i + 1)).injector?.device);
    expect(new Set(shown)).toEqual(new Set(['injector']));
    expect(withInjectors(foldSamples(emptyTimeline, states), [], 'injector-2').injector?.device).toBe('injector-2');
  });
});

test('cement is counted through all of them', () => {
  expect(cementOfAllMl(known(injector('injector', 'cement', 'lost', 2.5), injector('injector-2', 'cement', 'connected', 1.5)))).toBe(4);
});

test('a needle has a share of its own once there is another, or a zero in between', () => {
  const needle = (device: string, volumeMl: number, sinceZeroMl: number) => ({ device, cement: { volumeMl, sinceZeroMl } }) as unknown as InjectorState;
  const [alone, zeroed, right] = [needle('injector', 2, 2), needle('injector', 3, 1), needle('injector-2', 1, 1)];
  expect(needleShareMl(alone, known(alone))).toBeNull();
  expect(needleShareMl(zeroed, known(zeroed))).toBe(1);
  expect(needleShareMl(alone, known(alone, right))).toBe(2);
});

test('a device is called by its place', () => {
  expect([injectorName('injector'), injectorName('injector-left')]).toEqual(['Injector', 'Injector left']);
});
