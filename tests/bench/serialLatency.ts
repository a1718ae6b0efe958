// Bytes written at one end of a kernel pty pair until their reading is in the session's state at the other:
// `node tests/bench/serialLatency.ts [RATE_HZ]`, 100 and 1,000 when not given, 20 s each.
// The device is a process of its own; both processes read the same monotonic clock. Prints one JSON object a rate.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openInjectorSource } from '../../native-bridge/sources/openInjector.ts';
import { openSerialPort } from '../../native-bridge/sources/serialPort.ts';
import { initialInjectors, injectorsStep } from '../../src/injector/injectors.ts';
import { pedicleV1Encode } from '../../src/injector/pedicleV1Frame.ts';
import type { RawSample } from '../../src/sample/sample.ts';
import { hasSocat, ptyPair, whyNoSocat } from '../integration/ptyPair.ts';

/** Microseconds of the machine's monotonic clock, within what a pressure in Pa can carry. */
const nowUs = (): number => Number((process.hrtime.bigint() / 1000n) % 2_000_000_000n);

/** The device: frames that carry the moment of their writing. */
async function play(path: string, rateHz: number, count: number): Promise<void> {
  const port = await openSerialPort({ path, baud: 460_800 }, { onBytes: () => undefined, onLost: () => undefined });
  if (!port.ok) throw new Error(port.fault.message);
  const startedAt = performance.now();
  for (let n = 0; n < count; n++) {
    while (performance.now() < startedAt + (n * 1000) / rateHz) await sleep(Math.max(0, startedAt + (n * 1000) / rateHz - performance.now() - 0.5));
    const frame = { type: 'reading', sequence: n & 0xffff, bootId: 3, deviceTimeMs: n, pressureKpa: nowUs() / 1000, volumeMl: 0 } as const;
    const bytes = pedicleV1Encode({ ...frame, rateMlPerMin: null, temperatureC: null, mode: 'idle', status: 'ok', alarms: 0 });
    while (!port.value.write(bytes)) await sleep(0);
  }
  await sleep(300);
  await port.value.close();
}

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;

async function measure(rateHz: number, seconds: number) {
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
      const atUs = nowUs();
      for (const reading of output.readings) latenciesMs.push((atUs - (reading.pressureKpa ?? 0) * 1000) / 1000);
    }
  })();
  await sleep(300);
  const sent = rateHz * seconds;
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'play', pair.deviceEnd, String(rateHz), String(sent)], { stdio: 'inherit' });
  await new Promise((resolve) => child.once('exit', resolve));
  abort.abort();
  await listening;
  await pair.remove();
  latenciesMs.sort((x, y) => x - y);
  const line = Object.values(fold.devices)[0]?.line;
  return {
    rateHz,
    sent,
    received: latenciesMs.length,
    ...line,
    medianMs: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    maxMs: quantile(latenciesMs, 1),
  };
}

const [first, path = '', rateHz, count] = process.argv.slice(2);
if (first === 'play') await play(path, Number(rateHz), Number(count));
else if (!hasSocat) process.stderr.write(`Nothing measured: this ${whyNoSocat}.\n`);
else for (const rate of first === undefined ? [100, 1000] : [Number(first)]) process.stdout.write(`${JSON.stringify(await measure(rate, 20))}\n`);
