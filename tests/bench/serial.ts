import { spawn } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReadStream } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { openInjectorSource } from '../../native-bridge/sources/openInjector.ts';
import { initialInjectors, injectorsStep } from '../../src/injector/injectors.ts';
import type { RawSample } from '../../src/sample/sample.ts';
import { hasSocat, type PtyPair, ptyPair, whyNoSocat } from '../integration/ptyPair.ts';
import { alternate, type Benchmark, type Measure, measureOf, quantile } from './benchmark.ts';
import { benchNowUs } from './serialDevice.ts';
import { timeToAlarm } from './serialLoss.ts';

const device = fileURLToPath(new URL('./serialDevice.ts', import.meta.url));
const seconds = 4;
const timesARound = 3;

interface Heard {
  readonly latenciesMs: readonly number[];
  readonly sent: number;
}

async function play(pair: PtyPair, rateHz: number): Promise<number> {
  const sent = rateHz * seconds;
  const child = spawn(process.execPath, [device, pair.deviceEnd, String(rateHz), String(sent)], { stdio: 'inherit' });
  await new Promise((resolve) => child.once('exit', resolve));
  return sent;
}

/** Bytes written at the device's end until their reading is in the session's state. */
async function throughDriver(rateHz: number): Promise<Heard> {
  const pair = await ptyPair();
  const source = await openInjectorSource(`serial:${pair.consoleEnd}?driver=pedicle-v1&baud=460800`);
  if (!source.ok) throw new Error(source.fault.message);
  const abort = new AbortController();
  const latenciesMs: number[] = [];
  let fold = initialInjectors();
  let seq = 0;
  const listening = (async () => {
    for await (const event of source.value.events(abort.signal)) {
      const output = injectorsStep(fold, { topic: event.topic, tMs: performance.now(), seq: seq++, data: event.data } as RawSample);
      fold = output.fold;
      const atUs = benchNowUs();
      for (const reading of output.readings) latenciesMs.push((atUs - (reading.pressureKpa ?? 0) * 1000) / 1000);
    }
  })();
  await sleep(300);
  const sent = await play(pair, rateHz);
  abort.abort();
  await listening;
  await pair.remove();
  return { latenciesMs, sent };
}

/** The same bytes read by Node's own terminal stream, which counts the bytes and does nothing else. */
async function throughTty(rateHz: number): Promise<Heard> {
  const pair = await ptyPair();
  const file = openSync(pair.consoleEnd, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const stream = new ReadStream(file);
  stream.setRawMode(true);
  const arrived: { readonly count: number; readonly atUs: number }[] = [];
  let count = 0;
  stream.on('data', (bytes: Buffer) => {
    const atUs = benchNowUs();
    count += bytes.length;
    arrived.push({ count, atUs });
  });
  const writtenAtUs = new Map<number, number>();
  const sent = rateHz * seconds;
  const child = spawn(process.execPath, [device, pair.deviceEnd, String(rateHz), String(sent), 'tell'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.on('message', (message: readonly (readonly [number, number])[]) => {
    for (const [sentBytes, atUs] of message) writtenAtUs.set(sentBytes, atUs);
  });
  await new Promise((resolve) => child.once('exit', resolve));
  stream.destroy();
  await pair.remove();
  const latenciesMs = arrived.flatMap(({ count: nth, atUs }) => {
    const written = writtenAtUs.get(nth);
    return written === undefined ? [] : [(atUs - written) / 1000];
  });
  return { latenciesMs, sent };
}

/** Bytes at a serial port until their reading is in the state, beside Node's terminal stream on the same kind of port. */
export const serialBenchmark: Benchmark = {
  name: 'serial',
  what: 'bytes at a kernel pty until their reading is in the session’s state',
  async run({ rounds, say }) {
    if (!hasSocat) {
      say(`serial is not measured: it ${whyNoSocat}.`);
      return [];
    }
    const measures: Measure[] = [];
    for (const rateHz of [100, 1000]) {
      const run = await alternate(
        rounds,
        () => throughDriver(rateHz),
        () => throughTty(rateHz),
      );
      const at = (heard: readonly Heard[], part: number) => heard.map(({ latenciesMs }) => quantile(latenciesMs, part));
      const against = 'tty.ReadStream on the same kind of port';
      const named = (measure: string) => ({ name: 'serial', measure: `${rateHz} Hz, ${measure}`, unit: 'ms', against });
      measures.push(measureOf({ ...named('median'), target: { of: 'ratio', atMost: 2 } }, at(run.ours, 0.5), at(run.reference, 0.5)));
      measures.push(measureOf({ ...named('99th percentile'), target: { of: 'ours', atMost: 20 } }, at(run.ours, 0.99), at(run.reference, 0.99)));
      const lost = run.ours.map(({ latenciesMs, sent }) => sent - latenciesMs.length);
      measures.push(measureOf({ ...named('readings lost'), unit: 'of all', target: { of: 'ours', atMost: 0 }, against: 'what was sent' }, lost, null));
    }
    for (const [what, measure, atMost] of [
      ['injector-lost', 'port gone until its alarm', 500],
      ['injector-silent', 'last reading of a silent device until its alarm', 1000],
    ] as const) {
      const times: number[] = [];
      for (let i = 0; i < rounds * timesARound; i++) times.push(await timeToAlarm(what));
      measures.push(measureOf({ name: 'serial', measure, unit: 'ms', target: { of: 'ours', atMost }, against: 'nothing else does it' }, times, null));
    }
    return measures;
  },
};
