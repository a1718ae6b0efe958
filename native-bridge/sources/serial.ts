import { setTimeout as sleep } from 'node:timers/promises';
import { toBase64 } from '../../src/base/bytes.ts';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { InjectorDriver } from '../../src/injector/driver.ts';
import { injectorDriverNames, injectorDrivers } from '../../src/injector/drivers.ts';
import type { DeviceEvent } from '../../src/sample/sample.ts';
import { type OpenSerialPort, openSerialPort, type SerialSettings } from './serialPort.ts';
import { type SerialQueue, serialQueue } from './serialQueue.ts';
import type { Source, SourceEvent } from './source.ts';
import { parseSourceUri } from './uri.ts';

interface SerialRequest {
  readonly settings: SerialSettings;
  readonly driver: InjectorDriver;
  readonly device: string;
}

const knownKeys = ['driver', 'baud', 'device'];
const highestBaud = 4_000_000;

function serialRequest(uri: string): Result<SerialRequest> {
  const parsed = parseSourceUri(uri);
  if (!parsed.ok) return parsed;
  const { target, query } = parsed.value;
  if (target === '') return inputFault(`${uri} names no port; write serial:PORT?driver=NAME, for example serial:/dev/ttyUSB0?driver=pedicle-v1.`);
  const unknown = Object.keys(query).find((key) => !knownKeys.includes(key));
  if (unknown !== undefined) return inputFault(`${uri} has a setting ${unknown} that serial ports do not know; they take ${knownKeys.join(', ')}.`);
  const name = query.driver ?? 'pedicle-v1';
  const driver = Object.hasOwn(injectorDrivers, name) ? injectorDrivers[name] : undefined;
  if (!driver) return inputFault(`${uri} asks for a driver ${name} that there is not; the drivers are ${injectorDriverNames.join(', ')}.`);
  const baud = query.baud === undefined ? driver.defaultBaud : Number(query.baud);
  if (!Number.isInteger(baud) || baud < 50 || baud > highestBaud)
    return inputFault(`${uri} has a baud rate that is not a whole number from 50 to ${highestBaud}; write for example baud=115200.`);
  const device = query.device ?? 'injector';
  if (!/^injector(-[a-z0-9]{1,32})?$/.test(device))
    return inputFault(`${uri} calls its device ${device}; write injector, or injector- and a short word (injector-left).`);
  return ok({ settings: { path: target, baud }, driver, device });
}

/** How often a port that is gone is looked for. */
const reconnectEveryMs = 250;

/** Waits, or returns at once when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Asks a device that speaks only when asked. A question that it has not taken yet is not followed by another. */
function startPolling(port: OpenSerialPort, driver: InjectorDriver, device: string): () => void {
  if (driver.poll === undefined || driver.pollEveryMs === undefined) return () => undefined;
  let state = driver.initial(device);
  const timer = setInterval(() => {
    const asked = driver.poll?.(state);
    if (!asked) return;
    if (asked.send === null || port.write(asked.send)) state = asked.state;
  }, driver.pollEveryMs);
  return () => clearInterval(timer);
}

interface Connection {
  readonly port: OpenSerialPort;
  /** Resolves with the reason when the port is gone. */
  readonly lost: Promise<string>;
}

async function connect(request: SerialRequest, queue: SerialQueue): Promise<Result<Connection>> {
  let lose: (why: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });
  // Bytes may come before anybody has heard that there is a device: they wait for the announcement.
  let early: Uint8Array[] | null = [];
  const opened = await openSerialPort(request.settings, {
    onBytes: (bytes) => (early === null ? queue.pushBytes(bytes) : early.push(bytes)),
    onLost: lose,
  });
  if (!opened.ok) return opened;
  queue.push(deviceEvent(request, 'connected', `Injector on ${request.settings.path}, driver ${request.driver.name}, ${request.settings.baud} baud.`));
  for (const bytes of early) queue.pushBytes(bytes);
  early = null;
  return ok({ port: opened.value, lost });
}

function deviceEvent(request: SerialRequest, state: DeviceEvent['state'], message: string): SourceEvent {
  const driver = state === 'connected' ? { driver: request.driver.name } : {};
  return { topic: '/device', data: { device: request.device, state, simulated: false, message, ...driver }, atMs: null };
}

/** Keeps the port open for as long as the signal allows, whatever happens to the cable. */
async function keepConnected(request: SerialRequest, queue: SerialQueue, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
  let saidGone = false;
  while (!signal.aborted) {
    const connected = await connect(request, queue);
    if (!connected.ok) {
      if (!saidGone) queue.push(deviceEvent(request, 'lost', connected.fault.message));
      saidGone = true;
      await pause(reconnectEveryMs, signal);
      continue;
    }
    saidGone = true;
    const { port, lost } = connected.value;
    const stopPolling = startPolling(port, request.driver, request.device);
    const why = await Promise.race([lost, aborted]);
    stopPolling();
    await port.close();
    if (why !== null) queue.push(deviceEvent(request, 'lost', `Injector disconnected: ${why}. It is looked for and reconnects by itself.`));
  }
}

async function* play(request: SerialRequest, signal: AbortSignal): AsyncGenerator<SourceEvent> {
  const queue = serialQueue(
    (bytes) => ({ topic: '/injector/bytes', data: { device: request.device, data: toBase64(bytes) }, atMs: null }),
    (count) => deviceEvent(request, 'notice', `${count} bytes of the injector were dropped: this computer was too slow to take them.`),
  );
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const kept = keepConnected(request, queue, either).finally(() => queue.end());
  try {
    yield* queue.events();
  } finally {
    stop.abort();
    await kept;
  }
}

/**
 * Opens `serial:PORT?driver=NAME&baud=N`: live bytes of an injector. The port is tried once, so that a wrong name or a
 * port in use is said at once; it is held only while its events are read, and then found again whenever it comes back.
 */
export async function openSerialInjector(uri: string): Promise<Result<Source>> {
  const request = serialRequest(uri);
  if (!request.ok) return request;
  const tried = await openSerialPort(request.value.settings, { onBytes: () => undefined, onLost: () => undefined });
  if (!tried.ok) return tried;
  await tried.value.close();
  return ok({ uri, pace: 'live', simulated: false, events: (signal) => play(request.value, signal) });
}
