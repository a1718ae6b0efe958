import { toBase64 } from '../../../src/base/bytes.ts';
import { type InjectorsFold, initialInjectors, injectorsStep } from '../../../src/injector/injectors.ts';
import type { PedicleV1Reading } from '../../../src/injector/pedicleV1Frame.ts';
import { pedicleV1Encode } from '../../../src/injector/pedicleV1Frame.ts';
import type { InjectorReading } from '../../../src/injector/reading.ts';
import type { InjectorSettings } from '../../../src/injector/settings.ts';
import type { InjectorState } from '../../../src/injector/state.ts';
import type { DeviceEvent, OperatorEvent, RawSample } from '../../../src/sample/index.ts';

/** What a pedicle-v1 injector of these tests measures at one moment; the rest is usual. */
export type Measured = Partial<Pick<PedicleV1Reading, 'pressureKpa' | 'volumeMl' | 'rateMlPerMin' | 'mode' | 'status' | 'alarms' | 'bootId' | 'deviceTimeMs'>>;

export interface TestSession {
  readonly fold: () => InjectorsFold;
  readonly readings: InjectorReading[];
  readonly states: { readonly tMs: number; readonly state: InjectorState }[];
  readonly step: (raw: RawSample) => void;
  readonly device: (tMs: number, event: Partial<DeviceEvent>) => void;
  readonly operator: (tMs: number, event: OperatorEvent) => void;
  readonly tick: (tMs: number) => void;
  readonly measure: (tMs: number, measured: Measured) => void;
  readonly last: () => InjectorState;
}

/** Drives the injectors' fold as the session would, with a pedicle-v1 injector that is connected at time 0. */
export function testSession(settings?: InjectorSettings, onSample: (raw: RawSample, fold: InjectorsFold) => void = () => undefined): TestSession {
  let fold = initialInjectors(settings);
  let seq = 0;
  let sequence = 0;
  const readings: InjectorReading[] = [];
  const states: { tMs: number; state: InjectorState }[] = [];
  const step = (raw: RawSample) => {
    const output = injectorsStep(fold, raw);
    fold = output.fold;
    readings.push(...output.readings);
    states.push(...output.states.map((state) => ({ tMs: raw.tMs, state })));
    onSample(raw, fold);
  };
  const device = (tMs: number, event: Partial<DeviceEvent>) =>
    step({ topic: '/device', tMs, seq: seq++, data: { device: 'injector', state: 'connected', driver: 'pedicle-v1', message: '', ...event } });
  const measure = (tMs: number, measured: Measured) => {
    const frame: PedicleV1Reading = {
      type: 'reading',
      sequence: sequence++ & 0xffff,
      bootId: 1,
      deviceTimeMs: Math.round(tMs),
      pressureKpa: 0,
      volumeMl: 0,
      rateMlPerMin: null,
      temperatureC: null,
      mode: 'balloon',
      status: 'ok',
      alarms: 0,
      ...measured,
    };
    step({ topic: '/injector/bytes', tMs, seq: seq++, data: { device: 'injector', data: toBase64(pedicleV1Encode(frame)) } });
  };
  device(0, {});
  return {
    fold: () => fold,
    readings,
    states,
    step,
    device,
    operator: (tMs, event) => step({ topic: '/operator', tMs, seq: seq++, data: event }),
    tick: (tMs) => step({ topic: '/tick', tMs, seq: seq++, data: { count: Math.round(tMs / 100) } }),
    measure,
    last: () => {
      const state = states.at(-1)?.state;
      if (!state) throw new Error('no state was given out');
      return state;
    },
  };
}
