import type { CementClock } from '../injector/cementClock.ts';
import type { InjectorState } from '../injector/state.ts';
import { limitsOf } from './limits.ts';
import { type AlarmRule, atLimit, type Finding, rounded } from './rule.ts';
import type { AlarmInputs } from './surroundings.ts';

/** Of one injector there is no need to say which. */
export const subjectOf = (injector: InjectorState): string => (injector.device === 'injector' ? '' : injector.device);

/** Pressure that stands in a balloon: `null` when the injector fills none, or says nothing now. */
function balloonPressureKpa(injector: InjectorState): number | null {
  const { reading } = injector;
  if (injector.connection !== 'connected' || reading === null || reading.pressureKpa === null) return null;
  if (reading.mode === 'cement' || (reading.mode === null && injector.cement.backPressureKpa !== null)) return null;
  return Math.max(reading.pressureKpa, injector.burstPeakKpa ?? reading.pressureKpa);
}

/** An injector whose values nobody knows now: its limits are neither kept nor crossed. */
const saysNothing = (inputs: AlarmInputs, subject: string): boolean =>
  inputs.injectors.some((injector) => subjectOf(injector) === subject && (injector.connection === 'lost' || injector.connection === 'silent'));

const ofEach = (inputs: AlarmInputs, find: (injector: InjectorState) => readonly Finding[]): readonly Finding[] => inputs.injectors.flatMap(find);

const nearPart = 0.9;

export const balloonPressureHigh: AlarmRule = {
  condition: 'balloon-pressure-high',
  priority: 'high',
  when: 'balloon pressure at or above its limit; ends 2 % below',
  limit: 'plan `limits.pressureKpa`, else 2,758 kPa (400 psi)',
  delayMs: 0,
  latching: true,
  message: 'Balloon pressure above its limit',
  advice: 'Stop inflating. Withdraw until the pressure is below the limit.',
  unknown: saysNothing,
  evaluate: (inputs, standing) =>
    ofEach(inputs, (injector) => {
      const pressureKpa = balloonPressureKpa(injector);
      const subject = subjectOf(injector);
      return pressureKpa === null ? [] : atLimit(subject, pressureKpa, limitsOf(inputs).pressureKpa, standing(subject), 0.02);
    }),
};

export const balloonPressureNear: AlarmRule = {
  condition: 'balloon-pressure-near-limit',
  priority: 'medium',
  when: 'balloon pressure at or above 90 % of its limit and below it; ends 3 % lower',
  limit: '90 % of the pressure limit',
  delayMs: 0,
  latching: false,
  message: 'Balloon pressure near its limit',
  advice: 'Inflate in small steps and wait for the pressure to settle.',
  unknown: saysNothing,
  evaluate: (inputs, standing) =>
    ofEach(inputs, (injector) => {
      const pressureKpa = balloonPressureKpa(injector);
      const limitKpa = limitsOf(inputs).pressureKpa;
      const subject = subjectOf(injector);
      if (pressureKpa === null || pressureKpa >= limitKpa) return [];
      return atLimit(subject, pressureKpa, nearPart * limitKpa, standing(subject), 0.03);
    }),
};

export const balloonRupture: AlarmRule = {
  condition: 'balloon-rupture',
  priority: 'high',
  when: 'pressure of at least 150 kPa falls to half or less within a second, for 80 ms or longer, while no more than 0.03 mL is withdrawn',
  limit: 'fixed',
  delayMs: 0,
  latching: true,
  message: 'Balloon pressure lost at constant volume: rupture or open valve',
  advice: 'Stop inflating. Check for contrast outside the balloon; withdraw it and inspect it.',
  evaluate: (inputs) =>
    ofEach(inputs, (injector) =>
      injector.balloon.ruptured ? [{ subject: subjectOf(injector), value: injector.balloon.history.at(-1)?.peakPressureKpa ?? null, limit: null }] : [],
    ),
};

export const balloonVolumeHigh: AlarmRule = {
  condition: 'balloon-volume-high',
  priority: 'medium',
  when: 'balloon volume at or above its limit; ends 2 % below',
  limit: 'plan `limits.balloonVolumeMl`, else 4 mL',
  delayMs: 0,
  latching: false,
  message: 'Balloon volume above its limit',
  advice: 'Stop inflating. Compare with the volume the balloon is rated for.',
  unknown: saysNothing,
  evaluate: (inputs, standing) =>
    ofEach(inputs, (injector) => {
      const { reading } = injector;
      const filling = injector.connection === 'connected' && reading !== null && (reading.mode === 'balloon' || injector.balloon.current !== null);
      const subject = subjectOf(injector);
      return filling ? atLimit(subject, injector.balloon.volumeMl, limitsOf(inputs).balloonVolumeMl, standing(subject), 0.02) : [];
    }),
};

export const cementVolumeHigh: AlarmRule = {
  condition: 'cement-volume-high',
  priority: 'medium',
  when: 'cement through all needles together at or above its limit; ends 2 % below',
  limit: 'plan `limits.cementVolumeMl`, else 6 mL',
  delayMs: 0,
  latching: false,
  message: 'Cement volume above its limit',
  advice: 'Stop injecting and look at both views before any more.',
  evaluate: (inputs, standing) => {
    const volumeMl = inputs.injectors.reduce((sum, injector) => sum + injector.cement.volumeMl, 0);
    return volumeMl > 0 ? atLimit('', volumeMl, limitsOf(inputs).cementVolumeMl, standing(''), 0.02) : [];
  },
};

/** A minute, or the last sixth of a cement that works for less than six. */
const closingMs = ({ mixedAtMs, closesAtMs }: CementClock): number => Math.min(60_000, (closesAtMs - mixedAtMs) / 6);

export const cementWindow: AlarmRule = {
  condition: 'cement-window-closing',
  priority: 'medium',
  when: 'the working time of the cement ends within 60 s (a sixth of it when it is short), or has ended; until it has set or the stage is closure',
  limit: 'working time of the product from the site configuration, corrected for room temperature',
  delayMs: 0,
  latching: false,
  message: 'Working time of the cement ends within a minute',
  advice: 'Finish the injection. Have the cannula out before the cement sets.',
  evaluate: ({ cementClock, tMs, stage }) => {
    if (cementClock === null || stage === 'closure' || tMs < cementClock.closesAtMs - closingMs(cementClock) || tMs >= cementClock.setAtMs) return [];
    const limit = rounded((cementClock.closesAtMs - cementClock.mixedAtMs) / 1000);
    if (tMs < cementClock.closesAtMs) return [{ subject: '', value: null, limit }];
    return [
      {
        subject: '',
        value: null,
        limit,
        message: 'Working time of the cement is over',
        advice: 'Inject no more. Take the cannula out before the cement sets.',
      },
    ];
  },
};

/** Pressure that stood in the balloon or behind the cement when the injector was last heard: nobody knows what it does now. */
const hadPressure = (injector: InjectorState): boolean => (injector.reading?.pressureKpa ?? 0) >= 70;
const graver = (injector: InjectorState): { priority?: 'high' } => (hadPressure(injector) ? { priority: 'high' } : {});

export const injectorLost: AlarmRule = {
  condition: 'injector-lost',
  priority: 'medium',
  when: 'the port of the injector is gone (within 500 ms); high where the last pressure was 70 kPa or more',
  limit: 'fixed',
  delayMs: 0,
  latching: false,
  message: 'Injector disconnected: its pressure and volume are not known',
  advice: "Read the injector's own gauge. Plug it in again; it reconnects by itself.",
  evaluate: (inputs) =>
    ofEach(inputs, (injector) => (injector.connection === 'lost' ? [{ subject: subjectOf(injector), value: null, limit: null, ...graver(injector) }] : [])),
};

export const injectorSilent: AlarmRule = {
  condition: 'injector-silent',
  priority: 'medium',
  when: 'the port is open and no reading has come for as long as the driver allows (`pedicle-v1` 500 ms, others 800 ms); high where the last pressure was 70 kPa or more',
  limit: 'of the driver',
  delayMs: 0,
  latching: false,
  message: 'Injector silent: its pressure and volume are not known',
  advice: "Read the injector's own gauge. Check that it is on, its cable and the baud rate.",
  evaluate: (inputs) =>
    ofEach(inputs, (injector) => (injector.connection === 'silent' ? [{ subject: subjectOf(injector), value: null, limit: null, ...graver(injector) }] : [])),
};

export const injectorAlarm: AlarmRule = {
  condition: 'injector-alarm',
  priority: 'medium',
  when: 'the injector itself raises an alarm',
  limit: 'of the device',
  delayMs: 0,
  latching: true,
  message: 'The injector raises an alarm',
  advice: 'Look at the injector.',
  evaluate: (inputs) =>
    ofEach(inputs, (injector) => {
      const said = injector.deviceAlarm;
      if (said === null && (injector.reading?.status !== 'alarm' || injector.connection !== 'connected')) return [];
      return [{ subject: subjectOf(injector), value: null, limit: null, ...(said === null ? {} : { message: said.replace(/\.$/, '') }) }];
    }),
};
