import { setTimeout as sleep } from 'node:timers/promises';
import { ok, type Result } from '../../src/base/result.ts';
import type { InjectorDriver } from '../../src/injector/driver.ts';
import { injectorDrivers } from '../../src/injector/drivers.ts';
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
  /** Bytes heard in all, and the first of them, for a person to look at. */
  readonly bytesHeard: number;
  readonly firstBytes: Uint8Array;
}

const listenMs = 900;
const firstBytesLength = 48;

async function listen(path: string, driver: InjectorDriver, listenForMs: number): Promise<Result<PortProbe>> {
  let state = driver.initial('injector');
  let identity: string | null = null;
  let reading: InjectorReading | null = null;
  let bytesHeard = 0;
  const first: number[] = [];
  const opened = await openSerialPort(
    { path, baud: driver.defaultBaud },
    {
      onBytes(bytes) {
        bytesHeard += bytes.length;
        if (first.length < firstBytesLength) first.push(...bytes.subarray(0, firstBytesLength - first.length));
        const output = driver.receive(state, bytes, performance.now());
        state = output.state;
        reading = output.readings.at(-1) ?? reading;
        identity = output.alerts.findLast((alert) => alert.kind === 'identity')?.message ?? identity;
      },
      onLost: () => undefined,
    },
  );
  if (!opened.ok) return opened;
  const until = performance.now() + listenForMs;
  let asking = driver.initial('injector');
  while (performance.now() < until && reading === null) {
    const asked = driver.poll?.(asking);
    if (asked?.send && opened.value.write(asked.send)) asking = asked.state;
    await sleep(Math.max(0, Math.min(driver.pollEveryMs ?? 50, until - performance.now())));
  }
  await opened.value.close();
  const understood = reading !== null || identity !== null;
  return ok({
    path,
    driver: understood ? driver.name : null,
    baud: understood ? driver.defaultBaud : null,
    identity,
    reading,
    bytesHeard,
    firstBytes: Uint8Array.from(first),
  });
}

/**
 * Finds out which driver understands what is connected to a port: listens with each in turn, at its usual baud rate, and
 * asks read-only questions where the protocol has them. Opening a port makes some microcontrollers start anew, so this is
 * done only when somebody asks for it.
 */
export async function probePort(path: string, listenForMs = listenMs): Promise<Result<PortProbe>> {
  let heard: PortProbe | null = null;
  for (const driver of Object.values(injectorDrivers)) {
    const probe = await listen(path, driver, listenForMs);
    if (!probe.ok || probe.value.driver !== null) return probe;
    if (heard === null || probe.value.bytesHeard > heard.bytesHeard) heard = probe.value;
  }
  return ok(heard ?? { path, driver: null, baud: null, identity: null, reading: null, bytesHeard: 0, firstBytes: new Uint8Array(0) });
}
