import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { openInjectorSource } from '../../native-bridge/sources/openInjector.ts';
import { type OpenSerialPort, openSerialPort } from '../../native-bridge/sources/serialPort.ts';
import type { Source, SourceEvent } from '../../native-bridge/sources/source.ts';
import { initialInjectors, injectorsStep } from '../../src/injector/injectors.ts';
import { newEraDataAt, newEraPacket } from '../../src/injector/newEraPacket.ts';
import { pedicleV1Encode } from '../../src/injector/pedicleV1Frame.ts';
import type { InjectorReading } from '../../src/injector/reading.ts';
import type { InjectorState } from '../../src/injector/state.ts';
import type { RawSample } from '../../src/sample/sample.ts';
import { hasSocat, type PtyPair, ptyPair, whyNoSocat } from './ptyPair.ts';

const frame = (n: number, pressureKpa = 100) =>
  pedicleV1Encode({
    type: 'reading',
    sequence: n & 0xffff,
    bootId: 5,
    deviceTimeMs: n,
    pressureKpa,
    volumeMl: n / 1000,
    rateMlPerMin: null,
    temperatureC: null,
    mode: 'balloon',
    status: 'ok',
    alarms: 0,
  });

/** What the session makes of a source's events, each with its time of arrival. */
interface Listener {
  readonly events: { readonly event: SourceEvent; readonly atMs: number }[];
  readonly readings: { readonly reading: InjectorReading; readonly atMs: number }[];
  readonly states: InjectorState[];
  readonly until: (what: string, test: () => boolean) => Promise<void>;
  readonly stop: () => Promise<void>;
}

function listen(source: Source): Listener {
  const events: { event: SourceEvent; atMs: number }[] = [];
  const readings: { reading: InjectorReading; atMs: number }[] = [];
  const states: InjectorState[] = [];
  const abort = new AbortController();
  let fold = initialInjectors();
  let seq = 0;
  const step = (topic: RawSample['topic'], data: unknown) => {
    const atMs = performance.now();
    const output = injectorsStep(fold, { topic, tMs: atMs, seq: seq++, data } as RawSample);
    fold = output.fold;
    readings.push(...output.readings.map((reading) => ({ reading, atMs })));
    states.push(...output.states);
  };
  const reading = (async () => {
    for await (const event of source.events(abort.signal)) {
      events.push({ event, atMs: performance.now() });
      step(event.topic, event.data);
    }
  })();
  const ticking = setInterval(() => step('/tick', { count: 0 }), 100);
  return {
    events,
    readings,
    states,
    async until(what, test) {
      const deadline = performance.now() + 8000;
      while (!test()) {
        if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
        await sleep(5);
      }
    },
    async stop() {
      clearInterval(ticking);
      abort.abort();
      await reading;
    },
  };
}

const lastDevice = (listener: Listener) => listener.events.filter(({ event }) => event.topic === '/device').at(-1);
const deviceState = (listener: Listener) => {
  const last = lastDevice(listener)?.event;
  return last?.topic === '/device' ? last.data.state : null;
};

describe.skipIf(!hasSocat)(`a serial injector over a kernel pty pair (${hasSocat ? 'socat' : whyNoSocat})`, () => {
  const undo: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const action of undo.splice(0).reverse()) await action();
  });

  async function opened(pair: PtyPair, query = '?driver=pedicle-v1'): Promise<Listener> {
    const source = await openInjectorSource(`serial:${pair.consoleEnd}${query}`);
    if (!source.ok) throw new Error(source.fault.message);
    const listener = listen(source.value);
    undo.push(listener.stop);
    await listener.until('the port', () => deviceState(listener) === 'connected');
    return listener;
  }
  async function cable(): Promise<PtyPair> {
    const pair = await ptyPair();
    undo.push(pair.remove);
    return pair;
  }
  async function device(pair: PtyPair, onBytes: (bytes: Uint8Array) => void = () => undefined): Promise<OpenSerialPort> {
    const port = await openSerialPort({ path: pair.deviceEnd, baud: 115200 }, { onBytes, onLost: () => undefined });
    if (!port.ok) throw new Error(port.fault.message);
    undo.push(() => port.value.close());
    return port.value;
  }
  const write = async (port: OpenSerialPort, bytes: Uint8Array) => {
    while (!port.write(bytes)) await sleep(1);
  };

  test('every frame that the device writes becomes one reading', async () => {
    const pair = await cable();
    const listener = await opened(pair);
    const port = await device(pair);
    for (let n = 0; n < 500; n++) await write(port, frame(n));
    await listener.until('500 readings', () => listener.readings.length >= 500);
    expect(listener.readings.map(({ reading }) => reading.deviceTimeMs)).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(listener.states.at(-1)?.line).toEqual({ corrupt: 0, missing: 0, repeated: 0 });
  });

  // How soon is measured by `pedicle bench serial`.
  test('a pulled cable is said, and a cable that is back is found without help', async () => {
    const pair = await cable();
    const listener = await opened(pair);
    const port = await device(pair);
    await write(port, frame(1));
    await listener.until('a reading', () => listener.readings.length === 1);
    await pair.unplug();
    await listener.until('the loss', () => deviceState(listener) === 'lost');
    expect(listener.states.at(-1)?.connection).toBe('lost');
    await sleep(600);
    await pair.plug();
    await listener.until('the reconnection', () => deviceState(listener) === 'connected');
    const again = await device(pair);
    await write(again, frame(2));
    await listener.until('another reading', () => listener.readings.length === 2);
    expect(listener.states.at(-1)?.connection).toBe('connected');
    expect(listener.events.filter(({ event }) => event.topic === '/device')).toHaveLength(3);
  });

  test('a device that says nothing more is silent', async () => {
    const pair = await cable();
    const listener = await opened(pair);
    await write(await device(pair), frame(1));
    await listener.until('a reading', () => listener.readings.length === 1);
    await listener.until('silence', () => listener.states.at(-1)?.connection === 'silent');
    expect(listener.readings).toHaveLength(1);
  });

  test('a port that another program holds is refused with a sentence that says so', async () => {
    const pair = await cable();
    const holder = await openSerialPort({ path: pair.consoleEnd, baud: 115200 }, { onBytes: () => undefined, onLost: () => undefined });
    if (holder.ok) undo.push(() => holder.value.close());
    const source = await openInjectorSource(`serial:${pair.consoleEnd}?driver=pedicle-v1`);
    expect(source).toMatchObject({ ok: false, fault: { kind: 'input', message: expect.stringMatching(/in use by another program/) } });
  });

  test('a pump that speaks when asked is asked, with questions only', async () => {
    const pair = await cable();
    const asked: string[] = [];
    const answers: Readonly<Record<string, string>> = { DIS: '00II1.250W0.000ML', RAT: '00I3.000MM' };
    const pump: { port: OpenSerialPort | null } = { port: null };
    pump.port = await device(pair, (bytes) => {
      const question = newEraDataAt(bytes, 0) ?? 'not a question';
      asked.push(question);
      pump.port?.write(newEraPacket(answers[question] ?? '00INE1000V3.928'));
    });
    const listener = await opened(pair, '?driver=new-era');
    await listener.until('readings', () => listener.readings.length >= 3);
    expect(listener.readings.at(-1)?.reading).toMatchObject({ volumeMl: 1.25, rateMlPerMin: 3, status: 'ok', pressureKpa: null });
    expect(asked.filter((question) => !['DIS', 'RAT', 'VER'].includes(question))).toEqual([]);
  });

  test('a peer that takes no questions holds nothing up: the source still ends when it is stopped', async () => {
    const pair = await cable();
    const listener = await opened(pair, '?driver=new-era');
    await sleep(500);
    await listener.stop();
    expect(deviceState(listener)).toBe('connected');
  });
});

describe('a serial port that cannot be opened', () => {
  test.each([
    ['serial:/dev/no-such-port?driver=pedicle-v1', /There is no port \/dev\/no-such-port/],
    ['serial:/dev/null?driver=pedicle-v1', /is not a serial port/],
    ['serial:/dev/ttyUSB0?driver=unheard-of', /drivers are pedicle-v1, new-era, line/],
    ['serial:/dev/ttyUSB0?baud=fast', /baud rate/],
    ['serial:/dev/ttyUSB0?speed=9600', /setting speed/],
    ['serial:', /names no port/],
    ['video:/dev/video0', /is no injector/],
  ])('%s is refused in one sentence', async (uri, message) => {
    const source = await openInjectorSource(uri);
    expect(source).toMatchObject({ ok: false, fault: { kind: 'input', message: expect.stringMatching(message) } });
  });
});
