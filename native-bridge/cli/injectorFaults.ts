import { inputFault, ok, type Result } from '../../src/base/result.ts';

/** What can go wrong with the injector that `injector-sim` plays: how long it lasts, and what it is. */
export const injectorFaults = {
  drop: { lastsMs: 1000, what: 'one byte in fifty is lost' },
  stall: { lastsMs: 3000, what: 'the device says nothing' },
  corrupt: { lastsMs: 1000, what: 'one byte in fifty has a wrong bit' },
  'wrong-crc': { lastsMs: 200, what: 'every message fails its check' },
  'sequence-gap': { lastsMs: 250, what: 'messages are numbered and not sent' },
  duplicate: { lastsMs: 1000, what: 'every message comes twice' },
  unplug: { lastsMs: 3000, what: 'the port is closed and opened again' },
  'baud-garbage': { lastsMs: 1000, what: 'bytes as of a wrong baud rate' },
  'device-alarm': { lastsMs: 3000, what: 'the device raises an alarm' },
  'pressure-spike': { lastsMs: 50, what: 'the pressure reads 1,500 kPa more' },
  'slow-drift': { lastsMs: Number.POSITIVE_INFINITY, what: 'the pressure sensor drifts by 2 kPa a second' },
  'clock-drift': { lastsMs: Number.POSITIVE_INFINITY, what: "the device's clock runs 500 ppm fast" },
} as const;

export type InjectorFaultName = keyof typeof injectorFaults;

export interface ScheduledFault {
  readonly name: InjectorFaultName;
  readonly atMs: number;
}

const isFault = (name: string): name is InjectorFaultName => Object.hasOwn(injectorFaults, name);

/** `NAME@SECONDS`, in seconds of the scenario. */
export function parseInjectorFault(text: string): Result<ScheduledFault> {
  const [name = '', seconds = '', more] = text.split('@');
  const atS = Number(seconds);
  if (!isFault(name)) return inputFault(`"${text}" is no fault; the faults are ${Object.keys(injectorFaults).join(', ')}, written NAME@SECONDS.`);
  if (more !== undefined || seconds.trim() === '' || !Number.isFinite(atS) || atS < 0)
    return inputFault(`"${text}" does not say when; write ${name}@SECONDS, for example ${name}@12.`);
  return ok({ name, atMs: atS * 1000 });
}

/** How long the fault has been going on; `null` when it is not. */
export function faultSinceMs(faults: readonly ScheduledFault[], name: InjectorFaultName, tMs: number): number | null {
  const running = faults.filter((fault) => fault.name === name && tMs >= fault.atMs && tMs < fault.atMs + injectorFaults[name].lastsMs);
  return running.length === 0 ? null : tMs - Math.min(...running.map((fault) => fault.atMs));
}
