import type { DeviceEvent, Stage } from '../sample/index.ts';
import { type BalloonFold, emptyBalloon, foldBalloon, holdOf, leaveBalloon } from './balloon.ts';
import { type CementFold, emptyCement, foldCement, leaveCement, zeroCement } from './cement.ts';
import { type CementClock, cementPhase } from './cementClock.ts';
import { type DeviceClockFold, deviceClockOf, foldDeviceClock } from './deviceClock.ts';
import type { InjectorAlert, InjectorDriver } from './driver.ts';
import { injectorDriver } from './drivers.ts';
import type { InjectorReading } from './reading.ts';
import { roundedNumbers } from './rounding.ts';
import type { InjectorSettings } from './settings.ts';
import type { InjectorState } from './state.ts';
import { followCounter, latestVolumeMl, startedAnew, unreadCounter, type VolumeCounter, zeroAfterSetBack } from './volumeCounter.ts';

/** Everything known about one injector; plain data. */
export interface InjectorFold {
  readonly device: string;
  readonly driver: string | null;
  readonly driverState: unknown;
  readonly connection: InjectorState['connection'];
  readonly simulated: boolean;
  readonly message: string;
  readonly connectedAtMs: number;
  readonly reading: InjectorReading | null;
  readonly readingAtMs: number | null;
  readonly burstPeakKpa: number | null;
  readonly deviceAlarm: string | null;
  readonly identity: string | null;
  /** The device's own volume, before the operator's zero is taken off. */
  readonly counter: VolumeCounter;
  readonly zeroMl: number;
  readonly purpose: 'balloon' | 'cement' | 'idle';
  readonly line: InjectorState['line'];
  readonly clock: DeviceClockFold | null;
  readonly balloon: BalloonFold;
  readonly cement: CementFold;
}

/** What the procedure says, for devices that do not say themselves what they deliver into. */
export interface InjectorContext {
  readonly settings: InjectorSettings;
  readonly stage: Stage;
  readonly cementClock: CementClock | null;
}

const noLine: InjectorState['line'] = { corrupt: 0, missing: 0, repeated: 0 };

/** An injector that has just been heard of for the first time. */
export function initialInjectorFold(device: string, tMs: number): InjectorFold {
  return {
    device,
    driver: null,
    driverState: null,
    connection: 'connected',
    simulated: false,
    message: '',
    connectedAtMs: tMs,
    reading: null,
    readingAtMs: null,
    burstPeakKpa: null,
    deviceAlarm: null,
    identity: null,
    counter: unreadCounter,
    zeroMl: 0,
    purpose: 'idle',
    line: noLine,
    clock: null,
    balloon: emptyBalloon,
    cement: emptyCement,
  };
}

/** How a driver begins on a port that has just been opened: by the same driver as before, it may know the device again. */
function openedDriver(before: InjectorFold, name: string | null, driver: InjectorDriver): unknown {
  if (name === before.driver && driver.reopened) return driver.reopened(before.driverState);
  return driver.initial(before.device);
}

/** Plugged in, unplugged, ended. What was half received belongs to no message any more. */
export function foldInjectorDevice(before: InjectorFold, event: DeviceEvent, tMs: number, settings: InjectorSettings): InjectorFold {
  switch (event.state) {
    case 'connected': {
      const name = event.driver ?? before.driver;
      const driver = name === null ? undefined : injectorDriver(name, settings.line);
      const message =
        name !== null && driver === undefined ? `This program does not know the injector driver ${name}; its bytes are recorded and not read.` : event.message;
      return {
        ...before,
        driver: driver ? name : null,
        driverState: driver ? openedDriver(before, name, driver) : null,
        connection: 'connected',
        simulated: event.simulated ?? before.simulated,
        message,
        connectedAtMs: tMs,
        deviceAlarm: null,
        line: noLine,
        clock: null,
      };
    }
    case 'lost':
    case 'ended':
      return {
        ...before,
        connection: event.state,
        message: event.message,
        clock: null,
        balloon: leaveBalloon(before.balloon, tMs),
        cement: leaveCement(before.cement),
        purpose: 'idle',
      };
    case 'notice':
      return { ...before, message: event.message };
  }
}

/** Nothing has come for longer than the driver says it ever takes. */
export function foldInjectorTick(before: InjectorFold, tMs: number, settings: InjectorSettings): InjectorFold {
  if (before.connection !== 'connected') return before;
  const driver = before.driver === null ? undefined : injectorDriver(before.driver, settings.line);
  const heardAtMs = Math.max(before.connectedAtMs, before.readingAtMs ?? 0);
  if (tMs - heardAtMs < (driver?.silentAfterMs ?? 800)) return before;
  return { ...before, connection: 'silent' };
}

/** From here on volume counts from zero again. Pressure is never zeroed: an offset there would move a safety limit. */
export function foldInjectorZero(before: InjectorFold): InjectorFold {
  const zeroMl = latestVolumeMl(before.counter) ?? before.zeroMl;
  const reading = before.reading && before.reading.volumeMl !== null ? { ...before.reading, volumeMl: 0 } : before.reading;
  return { ...before, zeroMl, reading, cement: zeroCement(before.cement), balloon: { ...before.balloon, volumeMl: 0 } };
}

function countAlert(before: InjectorFold, alert: InjectorAlert): InjectorFold {
  const { line } = before;
  switch (alert.kind) {
    case 'corrupt':
      return { ...before, line: { ...line, corrupt: line.corrupt + alert.count } };
    case 'missing':
      return { ...before, line: { ...line, missing: line.missing + alert.count } };
    case 'repeated':
      return { ...before, line: { ...line, repeated: line.repeated + alert.count } };
    case 'restarted':
      return { ...before, clock: null, zeroMl: 0, counter: startedAnew(before.counter), message: alert.message };
    case 'device-alarm':
      return { ...before, deviceAlarm: alert.count === 0 ? null : alert.message };
    case 'identity':
      return { ...before, identity: alert.message };
    case 'unsupported':
      return { ...before, message: alert.message };
  }
}

/** What the device says it fills, or what the stage of the procedure makes likely. */
function purposeOf(reading: InjectorReading, stage: Stage): InjectorFold['purpose'] {
  if (reading.mode !== null) return reading.mode;
  return stage === 'access' || stage === 'cavity' ? 'balloon' : 'cement';
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** The device's reading with the operator's zero taken off its volume. */
function zeroed(reading: InjectorReading, zeroMl: number): InjectorReading {
  return zeroMl === 0 || reading.volumeMl === null ? reading : { ...reading, volumeMl: rounded(reading.volumeMl - zeroMl) };
}

/** The counter with this reading in it, what it delivered, and the operator's zero, which ends when the counter was set back. */
function withCounted(
  before: InjectorFold,
  volumeMl: number | null,
  tMs: number,
  counts: boolean,
): { readonly fold: InjectorFold; readonly deliveredMl: number } {
  if (volumeMl === null) return { fold: before, deliveredMl: 0 };
  const { counter, deliveredMl, setBackToMl } = followCounter(before.counter, volumeMl, tMs, counts);
  const zeroMl = setBackToMl === null ? before.zeroMl : zeroAfterSetBack(before.zeroMl, setBackToMl);
  const message = zeroMl === before.zeroMl ? before.message : 'The injector has set its own volume back to zero; the zero set here is taken off no longer.';
  return { fold: { ...before, counter, zeroMl, message }, deliveredMl };
}

/** One reading as the device gave it. Gives the fold and the reading as it is recorded. */
export function foldInjectorReading(
  uncounted: InjectorFold,
  said: InjectorReading,
  tMs: number,
  stage: Stage,
): { readonly fold: InjectorFold; readonly reading: InjectorReading } {
  const purpose = purposeOf(said, stage);
  const { fold: before, deliveredMl } = withCounted(uncounted, said.volumeMl, tMs, purpose === 'cement');
  const reading = zeroed(said, before.zeroMl);
  const left: Pick<InjectorFold, 'balloon' | 'cement'> = {
    balloon: before.purpose === 'balloon' && purpose !== 'balloon' ? leaveBalloon(before.balloon, tMs) : before.balloon,
    cement: before.purpose === 'cement' && purpose !== 'cement' ? leaveCement(before.cement) : before.cement,
  };
  const fold: InjectorFold = {
    ...before,
    connection: 'connected',
    reading,
    readingAtMs: tMs,
    burstPeakKpa: reading.pressureKpa === null ? before.burstPeakKpa : Math.max(before.burstPeakKpa ?? reading.pressureKpa, reading.pressureKpa),
    purpose,
    clock: said.deviceTimeMs === null ? before.clock : foldDeviceClock(before.clock, said.deviceTimeMs, tMs),
    balloon: purpose === 'balloon' ? foldBalloon(left.balloon, reading.pressureKpa, reading.volumeMl, tMs) : left.balloon,
    cement: purpose === 'cement' ? foldCement(left.cement, said, deliveredMl, tMs) : left.cement,
  };
  return { fold, reading };
}

/** Bytes as they came. Without a driver they are recorded and nothing is read from them. */
export function foldInjectorBytes(
  before: InjectorFold,
  bytes: Uint8Array,
  tMs: number,
  context: InjectorContext,
): { readonly fold: InjectorFold; readonly readings: readonly InjectorReading[] } {
  const driver = before.driver === null ? undefined : injectorDriver(before.driver, context.settings.line);
  if (!driver) return { fold: before, readings: [] };
  const output = driver.receive(before.driverState, bytes, tMs);
  let fold = output.alerts.reduce(countAlert, { ...before, driverState: output.state });
  if (output.readings.length > 0) fold = { ...fold, burstPeakKpa: null };
  const readings: InjectorReading[] = [];
  for (const said of output.readings) {
    const taken = foldInjectorReading(fold, said, tMs, context.stage);
    fold = taken.fold;
    readings.push(taken.reading);
  }
  return { fold, readings };
}

/** One injector as it stands, with all the digits that sums leave behind: what alarms are judged by. */
export function presentStateOf(fold: InjectorFold, tMs: number, cementClock: CementClock | null): InjectorState {
  const { balloon, cement } = fold;
  return {
    device: fold.device,
    driver: fold.driver,
    connection: fold.connection,
    simulated: fold.simulated,
    message: fold.message,
    reading: fold.reading,
    readingAtMs: fold.readingAtMs,
    burstPeakKpa: fold.burstPeakKpa,
    deviceAlarm: fold.deviceAlarm,
    identity: fold.identity,
    zeroMl: fold.zeroMl,
    line: fold.line,
    clock: deviceClockOf(fold.clock),
    balloon: {
      volumeMl: balloon.volumeMl,
      inflations: balloon.count,
      peakPressureKpa: balloon.peakPressureKpa,
      ruptured: balloon.ruptured,
      current: balloon.current,
      history: balloon.history,
      hold: holdOf(balloon),
    },
    cement: {
      volumeMl: cement.totalMl,
      sinceZeroMl: cement.sinceZeroMl,
      rateMlPerMin: cement.rateMlPerMin,
      backPressureKpa: cement.pressureKpa,
      peakBackPressureKpa: cement.peakPressureKpa,
      mixedAtMs: cementClock?.mixedAtMs ?? null,
      clock: cementClock,
      phase: cementClock === null ? null : cementPhase(cementClock, tMs),
    },
  };
}

/** The state of one injector as it is recorded and shown: numbers as a person would write them. */
export function injectorStateOf(fold: InjectorFold, tMs: number, cementClock: CementClock | null): InjectorState {
  const present = presentStateOf(fold, tMs, cementClock);
  const { history, ...balloon } = present.balloon;
  // Ended inflations were rounded when they ended.
  return { ...present, clock: roundedNumbers(present.clock), balloon: { ...roundedNumbers(balloon), history }, cement: roundedNumbers(present.cement) };
}
