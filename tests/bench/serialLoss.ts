import { setTimeout as sleep } from 'node:timers/promises';
import { openInjectorSource } from '../../native-bridge/sources/openInjector.ts';
import { openSerialPort } from '../../native-bridge/sources/serialPort.ts';
import { alarmsStep, initialAlarms } from '../../src/alarm/alarms.ts';
import { initialInjectors, injectorsStep } from '../../src/injector/injectors.ts';
import { pedicleV1Encode } from '../../src/injector/pedicleV1Frame.ts';
import type { RawSample } from '../../src/sample/sample.ts';
import { ptyPair } from '../integration/ptyPair.ts';

const tickEveryMs = 100;
const readingEveryMs = 20;
const giveUpMs = 5000;

/** Time from the pulled cable to its alarm, or from the last reading of a device that falls silent to its alarm, ms. */
export async function timeToAlarm(what: 'injector-lost' | 'injector-silent'): Promise<number> {
  const pair = await ptyPair();
  const source = await openInjectorSource(`serial:${pair.consoleEnd}?driver=pedicle-v1`);
  if (!source.ok) throw new Error(source.fault.message);
  const abort = new AbortController();
  let injectors = initialInjectors();
  let alarms = initialAlarms;
  let seq = 0;
  let readingAtMs: number | null = null;
  let alarmAtMs: number | null = null;
  const take = (topic: RawSample['topic'], data: unknown) => {
    const tMs = performance.now();
    const raw = { topic, tMs, seq: seq++, data } as RawSample;
    const injected = injectorsStep(injectors, raw);
    injectors = injected.fold;
    if (injected.readings.length > 0) readingAtMs = performance.now();
    const judged = alarmsStep(alarms, raw, null, injectors);
    alarms = judged.fold;
    if (judged.events.some(({ condition, phase }) => condition === what && phase === 'raised')) alarmAtMs = performance.now();
  };
  const listening = (async () => {
    for await (const event of source.value.events(abort.signal)) take(event.topic, event.data);
  })();
  const ticking = setInterval(() => take('/tick', { count: 0 }), tickEveryMs);
  const device = await openSerialPort({ path: pair.deviceEnd, baud: 115_200 }, { onBytes: () => undefined, onLost: () => undefined });
  if (!device.ok) throw new Error(device.fault.message);
  for (let n = 0; n < 25; n++) {
    const frame = { type: 'reading', sequence: n, bootId: 3, deviceTimeMs: n * readingEveryMs, pressureKpa: 900, volumeMl: 2, rateMlPerMin: 0 } as const;
    device.value.write(pedicleV1Encode({ ...frame, temperatureC: null, mode: 'balloon', status: 'ok', alarms: 0 }));
    await sleep(readingEveryMs);
  }
  let sinceMs = readingAtMs ?? performance.now();
  // An alarm from before the first reading is not the one that is timed.
  alarmAtMs = null;
  if (what === 'injector-lost') {
    sinceMs = performance.now();
    await pair.unplug();
  }
  const giveUpAt = performance.now() + giveUpMs;
  while (alarmAtMs === null && performance.now() < giveUpAt) await sleep(2);
  clearInterval(ticking);
  abort.abort();
  await listening;
  await device.value.close();
  await pair.remove();
  return (alarmAtMs ?? Number.POSITIVE_INFINITY) - sinceMs;
}
