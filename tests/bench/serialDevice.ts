import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { openSerialPort } from '../../native-bridge/sources/serialPort.ts';
import { pedicleV1Encode } from '../../src/injector/pedicleV1Frame.ts';

/** Microseconds of the machine's monotonic clock, the same in all its processes, within what a pressure in Pa can carry. */
export const benchNowUs = (): number => Number((process.hrtime.bigint() / 1000n) % 2_000_000_000n);

/** An injector in a process of its own whose readings carry the moment of their writing as a pressure; `tell` says to the parent how many bytes had gone at which moment. */
async function play(path: string, rateHz: number, count: number, tell: boolean): Promise<void> {
  const port = await openSerialPort({ path, baud: 460_800 }, { onBytes: () => undefined, onLost: () => undefined });
  if (!port.ok) throw new Error(port.fault.message);
  const startedAt = performance.now();
  const written: [number, number][] = [];
  let sentBytes = 0;
  for (let n = 0; n < count; n++) {
    while (performance.now() < startedAt + (n * 1000) / rateHz) await sleep(Math.max(0, startedAt + (n * 1000) / rateHz - performance.now() - 0.5));
    const atUs = benchNowUs();
    const frame = { type: 'reading', sequence: n & 0xffff, bootId: 3, deviceTimeMs: n, pressureKpa: atUs / 1000, volumeMl: 0 } as const;
    const bytes = pedicleV1Encode({ ...frame, rateMlPerMin: null, temperatureC: null, mode: 'idle', status: 'ok', alarms: 0 });
    while (!port.value.write(bytes)) await sleep(0);
    sentBytes += bytes.length;
    written.push([sentBytes, atUs]);
  }
  await sleep(300);
  if (tell) await new Promise((resolve) => process.send?.(written, resolve));
  await port.value.close();
  if (tell) process.disconnect();
}

const [, entry, path, rateHz, count, tell] = process.argv;
if (entry && path && import.meta.url === pathToFileURL(entry).href) await play(path, Number(rateHz), Number(count), tell === 'tell');
