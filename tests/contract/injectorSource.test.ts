import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openInjectorSource } from '../../native-bridge/sources/openInjector.ts';
import { type OpenSerialPort, openSerialPort } from '../../native-bridge/sources/serialPort.ts';
import { serialQueue } from '../../native-bridge/sources/serialQueue.ts';
import type { Source, SourceEvent } from '../../native-bridge/sources/source.ts';
import { pedicleV1Encode } from '../../src/injector/pedicleV1Frame.ts';
import { hasSocat, type PtyPair, ptyPair, whyNoSocat } from '../integration/ptyPair.ts';
import { sourceContract } from './source.ts';

async function opened(uri: string): Promise<Source> {
  const source = await openInjectorSource(uri);
  if (!source.ok) throw new Error(source.fault.message);
  return source.value;
}

sourceContract('simulated injector', () => opened('sim:quiet?seed=3'), { frames: false });

describe.skipIf(!hasSocat)(`a serial port with a device that keeps talking (${hasSocat ? 'socat' : whyNoSocat})`, () => {
  let pair: PtyPair;
  let device: OpenSerialPort;
  let talking: NodeJS.Timeout;

  beforeAll(async () => {
    pair = await ptyPair();
    const port = await openSerialPort({ path: pair.deviceEnd, baud: 115200 }, { onBytes: () => undefined, onLost: () => undefined });
    if (!port.ok) throw new Error(port.fault.message);
    device = port.value;
    let sequence = 0;
    talking = setInterval(() => {
      const frame = { type: 'reading', sequence: sequence & 0xffff, bootId: 1, deviceTimeMs: 10 * sequence++, pressureKpa: 1, volumeMl: 1 } as const;
      device.write(pedicleV1Encode({ ...frame, rateMlPerMin: null, temperatureC: null, mode: null, status: 'ok', alarms: 0 }));
    }, 10);
  });
  afterAll(async () => {
    clearInterval(talking);
    await device.close();
    await pair.remove();
  });

  sourceContract('serial injector', () => opened(`serial:${pair.consoleEnd}?driver=pedicle-v1`), { frames: false, mostEvents: 20 });

  test('says that it is connected, with its driver, before the first byte', async () => {
    const stop = new AbortController();
    const events: SourceEvent[] = [];
    for await (const event of (await opened(`serial:${pair.consoleEnd}?driver=pedicle-v1`)).events(stop.signal)) {
      events.push(event);
      if (events.length === 3) stop.abort();
    }
    expect(events[0]).toMatchObject({ topic: '/device', atMs: null, data: { device: 'injector', state: 'connected', driver: 'pedicle-v1', simulated: false } });
    expect(events.slice(1).every((event) => event.topic === '/injector/bytes' && event.atMs === null)).toBe(true);
  });

  test('leaves the port free when nobody reads it any more', async () => {
    const stop = new AbortController();
    for await (const _ of (await opened(`serial:${pair.consoleEnd}?driver=pedicle-v1`)).events(stop.signal)) stop.abort();
    const again = await openInjectorSource(`serial:${pair.consoleEnd}?driver=pedicle-v1`);
    expect(again.ok).toBe(true);
  });
});

describe('the queue between a device and its reader', () => {
  const bytesEvent = (bytes: Uint8Array): SourceEvent => ({
    topic: '/injector/bytes',
    data: { device: 'injector', data: Buffer.from(bytes).toString('base64') },
    atMs: null,
  });
  const notice = (count: number): SourceEvent => ({
    topic: '/device',
    data: { device: 'injector', state: 'notice', message: `${count} bytes were dropped` },
    atMs: null,
  });

  test('gives a slow reader everything within its bound, joined, and says what went beyond it', async () => {
    const queue = serialQueue(bytesEvent, notice);
    for (let i = 0; i < 1100; i++) queue.pushBytes(new Uint8Array(1024).fill(i & 0xff));
    queue.end();
    const events: SourceEvent[] = [];
    for await (const event of queue.events()) events.push(event);
    const bytes = events.flatMap((event) => (event.topic === '/injector/bytes' ? [...Buffer.from(event.data.data, 'base64')] : []));
    expect(bytes.length).toBe(1024 * 1024);
    expect(bytes.every((byte, i) => byte === ((i >> 10) & 0xff))).toBe(true);
    expect(events.at(-1)).toEqual(notice(76 * 1024));
  });

  test('wakes a reader that waits', async () => {
    const queue = serialQueue(bytesEvent, notice);
    const events = queue.events();
    const waiting = events.next();
    await sleep(5);
    queue.pushBytes(Uint8Array.of(7));
    expect((await waiting).value).toEqual(bytesEvent(Uint8Array.of(7)));
    queue.end();
    expect((await events.next()).done).toBe(true);
  });
});
