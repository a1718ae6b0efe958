import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const giveWay = new URL('../../native-bridge/giveWay.ts', import.meta.url).href;
const code = `
const { parentPort } = await import('node:worker_threads');
const { readlinkSync } = await import('node:fs');
const { getPriority } = await import('node:os');
const { giveWay } = await import(${JSON.stringify(giveWay)});
const own = () => getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)));
const before = own();
giveWay();
parentPort.postMessage({ before, own: own(), process: getPriority(process.pid) });
`;

test.runIf(process.platform === 'linux')('a thread that gives way does so alone: the threads that lead to the screen keep their priority', async () => {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const said = await new Promise<{ before: number; own: number; process: number }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  expect(said.own).toBe(Math.min(19, said.before + 10));
  expect(said.process).toBe(said.before);
});
