import { setTimeout as sleep } from 'node:timers/promises';
import { ok, type Result } from '../../src/base/result.ts';
import type { InjectorDriver } from '../../src/injector/driver.ts';
import { injectorDriver, injectorDriverNames } from '../../src/injector/drivers.ts';
import { defaultLineFormat, type LineFormat } from '../../src/injector/lineFormat.ts';
import type { InjectorReading } from '../../src/injector/reading.ts';
import { openSerialPort } from './serialPort.ts';

/** What was heard on a port with one driver at its usual baud rate. */
export interface PortProbe {
  readonly path: string;
  /** The first driver that understood what it heard; `null` when none did. */
  readonly driver: string | null;
  readonly baud: number | null;
  readonly identity: string | null;
  readonly reading: InjectorReading | null;
  /** Bytes heard in all, and the latest of them, for a person to look at. */
  readonly bytesHeard: number;
  readonly latestBytes: Uint8Array;
}

export interface ProbeOptions {
  /** The text lines of this site. */
  readonly line?: LineFormat;
  /** How long each driver listens, ms. */
  readonly listenForMs?: number;
  /** How long the driver that understood goes on, so that a person sees what comes, ms. */
  readonly showForMs?: number;
  /** Called several times a second with what has been heard so far. */
  readonly onHeard?: (probe: PortProbe) => void;
}

const usualListenMs = 900;
const latestBytesLength = 48;
const tellEveryMs = 200;

async function listen(path: string, driver: InjectorDriver, options: ProbeOptions): Promise<Result<PortProbe>> {
  const { listenForMs = usualListenMs, showForMs = 0, onHeard } = options;
  let state = driver.initial('injector');
  let identity: string | null = null;
  let reading: InjectorReading | null = null;
  let bytesHeard = 0;
  let latest: readonly number[] = [];
  const heard = (): PortProbe => {
    const understood = reading !== null || identity !== null;
    const what = understood ? { driver: driver.name, baud: driver.defaultBaud } : { driver: null, baud: null };
    return { path, ...what, identity, reading, bytesHeard, latestBytes: Uint8Array.from(latest) };
  };
  const opened = await openSerialPort(
    { path, baud: driver.defaultBaud },
    {
      onBytes(bytes) {
        bytesHeard += bytes.length;
        latest = [...latest, ...bytes].slice(-latestBytesLength);
        const output = driver.receive(state, bytes, performance.now());
        state = output.state;
        reading = output.readings.at(-1) ?? reading;
        identity = output.alerts.findLast((alert) => alert.kind === 'identity')?.message ?? identity;
      },
      onLost: () => undefined,
    },
  );
  if (!opened.ok) return opened;
  let asking = driver.initial('injector');
  let until = performance.now() + listenForMs;
  let isShowing = false;
  let tellAt = performance.now();
  while (performance.now() < until && (reading === null || showForMs > 0)) {
    if (reading !== null && !isShowing) {
      isShowing = true;
      until = performance.now() + showForMs;
    }
    const asked = driver.poll?.(asking);
    if (asked?.send && opened.value.write(asked.send)) asking = asked.state;
    if (onHeard && performance.now() >= tellAt) {
      tellAt = performance.now() + tellEveryMs;
      onHeard(heard());
    }
    await sleep(Math.max(0, Math.min(driver.pollEveryMs ?? 50, until - performance.now())));
  }
  await opened.value.close();
  return ok(heard());
}

/**
 * Finds out which driver understands what is connected to a port: listens with each in turn, at its usual baud rate, and
 * asks read-only questions where the protocol has them. Opening a port makes some microcontrollers start anew, so this is
 * done only when somebody asks for it.
 */
export async function probePort(path: string, options: ProbeOptions = {}): Promise<Result<PortProbe>> {
  let most: PortProbe | null = null;
  for (const name of injectorDriverNames) {
    const driver = injectorDriver(name, options.line ?? defaultLineFormat);
    if (!driver) continue;
    const probe = await listen(path, driver, options);
    if (!probe.ok || probe.value.driver !== null) return probe;
    if (most === null || probe.value.bytesHeard > most.bytesHeard) most = probe.value;
  }
  return ok(most ?? { path, driver: null, baud: null, identity: null, reading: null, bytesHeard: 0, latestBytes: new Uint8Array(0) });
}
