import type { InjectorState } from '../../src/injector/state.ts';
import type { Stage } from '../../src/sample/index.ts';
import { text } from '../text.ts';

/** `injector-left` is the left injector; one without a name of its own is just the injector. */
export function injectorName(device: string): string {
  const name = device.startsWith('injector-') ? device.slice('injector-'.length) : '';
  return name === '' ? text.injector.name : `${text.injector.name} ${name}`;
}

/** Why nothing comes from it, in words; null when something does. */
export const injectorTrouble = ({ connection }: InjectorState): string | null =>
  ({ connected: null, lost: text.injector.lost, silent: text.injector.silent, ended: text.injector.ended })[connection];

const isConnected = ({ connection }: InjectorState): boolean => connection === 'connected';

/** What the stage has the injectors do. */
const filledAt = (stage: Stage | null): 'balloon' | 'cement' => (stage === null || stage === 'access' || stage === 'cavity' ? 'balloon' : 'cement');

/**
 * The injector that numbers and curves are of: the one that a person has chosen, else one that fills what the stage is for, else one
 * that is connected, else the first by name. Changes only when one of these does, never with the order of readings.
 */
export function shownInjector(injectors: ReadonlyMap<string, InjectorState>, chosen: string | null, stage: Stage | null): InjectorState | null {
  const chosenOne = chosen === null ? undefined : injectors.get(chosen);
  if (chosenOne) return chosenOne;
  const all = [...injectors.values()].sort((p, q) => (p.device < q.device ? -1 : 1));
  const filling = all.find((injector) => isConnected(injector) && injector.reading?.mode === filledAt(stage));
  return filling ?? all.find(isConnected) ?? all[0] ?? null;
}

/** Cement through all injectors of the session: what its limit is held against. */
export const cementOfAllMl = (injectors: ReadonlyMap<string, InjectorState>): number =>
  [...injectors.values()].reduce((sum, { cement }) => sum + cement.volumeMl, 0);

/** The highest pressure in any balloon of the session. */
export const peakBalloonKpa = (injectors: ReadonlyMap<string, InjectorState>): number =>
  Math.max(0, ...[...injectors.values()].map(({ balloon }) => balloon.peakPressureKpa));

/** What has gone through the needle of this injector since its zero; null when that is all there is, and the total says it. */
export function needleShareMl({ cement }: InjectorState, injectors: ReadonlyMap<string, InjectorState>): number | null {
  return Math.abs(cementOfAllMl(injectors) - cement.sinceZeroMl) < 0.05 ? null : cement.sinceZeroMl;
}
