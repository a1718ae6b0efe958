import { fromBase64 } from '../base/bytes.ts';
import type { DeviceEvent, OperatorEvent, RawSample, Stage } from '../sample/index.ts';
import { type CementClock, cementClock, cementPhase, clockOfMix, unspecifiedCement } from './cementClock.ts';
import {
  foldInjectorBytes,
  foldInjectorDevice,
  foldInjectorTick,
  foldInjectorZero,
  type InjectorFold,
  initialInjectorFold,
  injectorStateOf,
  presentStateOf,
} from './injectorFold.ts';
import type { InjectorReading } from './reading.ts';
import { defaultInjectorSettings, type InjectorSettings } from './settings.ts';
import type { InjectorState } from './state.ts';

/** When the state of an injector was last given out, and what was of substance in it. */
interface Given {
  readonly atMs: number;
  readonly substance: string;
}

/** Cement that the operator said was mixed, by the ingest number of the event that said so. */
interface Mix {
  readonly seq: number;
  readonly clock: CementClock;
}

/** All injectors of a session, by device name; plain data. A session may have two: left and right, or balloon and cement. */
export interface InjectorsFold {
  readonly settings: InjectorSettings;
  readonly devices: Readonly<Record<string, InjectorFold>>;
  readonly given: Readonly<Record<string, Given>>;
  readonly stage: Stage;
  /** Every mix that was not taken back, in order. */
  readonly mixes: readonly Mix[];
  /** Of the last mix: runs from the moment the operator said that cement was mixed, injector or not. */
  readonly cementClock: CementClock | null;
}

export interface InjectorsOutput {
  readonly fold: InjectorsFold;
  /** For `/injector/reading`, in order. */
  readonly readings: readonly InjectorReading[];
  /** For `/injector/state`: at once when something of substance changed, otherwise with readings at most ten times a second. */
  readonly states: readonly InjectorState[];
}

/** Devices of this name, or this name and a dash, are injectors: `injector`, `injector-left`. */
export const isInjector = (device: string): boolean => device === 'injector' || device.startsWith('injector-');

export function initialInjectors(settings: InjectorSettings = defaultInjectorSettings): InjectorsFold {
  return { settings, devices: {}, given: {}, stage: 'access', mixes: [], cementClock: null };
}

const stateEveryMs = 100;

/** What a person should see change at once, not with the next reading. */
function substanceOf(fold: InjectorFold, clock: CementClock | null, tMs: number): string {
  const { balloon } = fold;
  return JSON.stringify([
    fold.driver,
    fold.connection,
    fold.message,
    fold.deviceAlarm,
    fold.identity,
    fold.zeroMl,
    fold.purpose,
    balloon.count,
    balloon.current === null,
    balloon.ruptured,
    balloon.current?.wallContactMl ?? null,
    balloon.current?.yieldMl ?? null,
    clock,
    clock && cementPhase(clock, tMs),
  ]);
}

function giveStates(fold: InjectorsFold, tMs: number, heard: string | null): { readonly fold: InjectorsFold; readonly states: readonly InjectorState[] } {
  const states: InjectorState[] = [];
  const given: Record<string, Given> = { ...fold.given };
  for (const device of Object.values(fold.devices)) {
    const last = given[device.device];
    const substance = substanceOf(device, fold.cementClock, tMs);
    const due = device.device === heard && (last === undefined || tMs - last.atMs >= stateEveryMs);
    if (!due && last?.substance === substance) continue;
    given[device.device] = { atMs: tMs, substance };
    states.push(injectorStateOf(device, tMs, fold.cementClock));
  }
  return states.length === 0 ? { fold, states } : { fold: { ...fold, given }, states };
}

/** Names come from outside: `constructor` is no device. */
const deviceOf = (fold: InjectorsFold, device: string): InjectorFold | undefined => (Object.hasOwn(fold.devices, device) ? fold.devices[device] : undefined);

const withDevice = (fold: InjectorsFold, device: InjectorFold): InjectorsFold => ({ ...fold, devices: { ...fold.devices, [device.device]: device } });

function foldDevice(fold: InjectorsFold, event: DeviceEvent, tMs: number): InjectorsFold {
  if (!isInjector(event.device)) return fold;
  const before = deviceOf(fold, event.device) ?? initialInjectorFold(event.device, tMs);
  return withDevice(fold, foldInjectorDevice(before, event, tMs, fold.settings));
}

type CementMixed = Extract<OperatorEvent, { kind: 'cement-mixed' }>;

/** The times said with the mix, else the site's for this product, else those of its only product, else a general cement's. */
function clockFor(settings: InjectorSettings, { product, times }: CementMixed, tMs: number): CementClock {
  if (times) return clockOfMix(tMs, product ?? unspecifiedCement.name, times);
  const named = settings.cements.find((cement) => cement.name === product);
  const only = product === undefined && settings.cements.length === 1 ? settings.cements[0] : undefined;
  return cementClock(tMs, named ?? only ?? unspecifiedCement, settings.roomTemperatureC);
}

const withMixes = (fold: InjectorsFold, mixes: readonly Mix[]): InjectorsFold => ({ ...fold, mixes, cementClock: mixes.at(-1)?.clock ?? null });

function foldOperator(fold: InjectorsFold, event: OperatorEvent, seq: number, tMs: number): InjectorsFold {
  switch (event.kind) {
    case 'zero': {
      const device = deviceOf(fold, event.device);
      return device ? withDevice(fold, foldInjectorZero(device)) : fold;
    }
    case 'cement-mixed':
      return withMixes(fold, [...fold.mixes, { seq, clock: clockFor(fold.settings, event, tMs) }]);
    // A clock that was started by mistake shows working time that does not exist: taken back, the one before goes on.
    case 'correction':
      return fold.mixes.some((mix) => mix.seq === event.of)
        ? withMixes(
            fold,
            fold.mixes.filter((mix) => mix.seq !== event.of),
          )
        : fold;
    case 'stage':
      return { ...fold, stage: event.stage };
    default:
      return fold;
  }
}

function foldTick(fold: InjectorsFold, tMs: number): InjectorsFold {
  let ticked = fold;
  for (const device of Object.values(fold.devices)) {
    const next = foldInjectorTick(device, tMs, fold.settings);
    if (next !== device) ticked = withDevice(ticked, next);
  }
  return ticked;
}

/** The injectors' part of the session's fold: any raw sample in, new state and what is derived from it out. */
export function injectorsStep(before: InjectorsFold, raw: RawSample): InjectorsOutput {
  switch (raw.topic) {
    case '/injector/bytes': {
      const device = deviceOf(before, raw.data.device) ?? initialInjectorFold(raw.data.device, raw.tMs);
      const bytes = fromBase64(raw.data.data) ?? new Uint8Array(0);
      const taken = foldInjectorBytes(device, bytes, raw.tMs, before);
      const { fold, states } = giveStates(withDevice(before, taken.fold), raw.tMs, taken.readings.length > 0 ? raw.data.device : null);
      return { fold, readings: taken.readings, states };
    }
    case '/device':
      return { ...giveStates(foldDevice(before, raw.data, raw.tMs), raw.tMs, null), readings: [] };
    case '/operator':
      return { ...giveStates(foldOperator(before, raw.data, raw.seq, raw.tMs), raw.tMs, null), readings: [] };
    case '/tick':
      return { ...giveStates(foldTick(before, raw.tMs), raw.tMs, null), readings: [] };
    default:
      return { fold: before, readings: [], states: [] };
  }
}

/** Every injector as it stands now, whether or not that was given out: what alarms are judged by. */
export const presentInjectors = (fold: InjectorsFold, tMs: number): readonly InjectorState[] =>
  Object.values(fold.devices).map((device) => presentStateOf(device, tMs, fold.cementClock));
