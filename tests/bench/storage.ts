import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultReceiverOptions } from '../../native-bridge/sources/dicomReceiver.ts';
import { startReceiverChild } from '../../native-bridge/sources/dicomReceiverChild.ts';
import { buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';
import { alternate, type Benchmark, type Measure, measureOf } from './benchmark.ts';
import { noiseFrames } from './frames.ts';
import { peakMbOf } from './peakMemory.ts';

const largeFrames = 95;
const smallObjects = 300;

interface Received {
  readonly mbPerS: number;
  readonly peakMb: number;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const childrenOf = (pid: number): number[] => {
  const said = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout;
  return said.split('\n').map(Number).filter(Boolean);
};

/** Sends everything in `source` with storescu and gives the speed by the sender's clock. */
async function send(port: number, source: string, megabytes: number): Promise<number> {
  const startMs = performance.now();
  const child = spawn('storescu', ['-aec', 'PEDICLE', '+sd', '127.0.0.1', String(port), source], { stdio: 'ignore' });
  const status = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (status !== 0) throw new Error(`storescu ended with ${status}`);
  return megabytes / ((performance.now() - startMs) / 1000);
}

async function toOurs(folder: string, source: string, megabytes: number): Promise<Received> {
  const inbox = join(folder, 'ours');
  mkdirSync(inbox, { recursive: true });
  const before = new Set(childrenOf(process.pid));
  let listening: (port: number) => void = () => undefined;
  const port = new Promise<number>((resolve) => {
    listening = resolve;
  });
  const child = startReceiverChild({ ...defaultReceiverOptions, port: 0, folder: inbox }, (message) => {
    if (message.kind === 'listening') listening(message.port);
  });
  const at = await port;
  const pid = childrenOf(process.pid).find((one) => !before.has(one)) ?? 0;
  const mbPerS = await send(at, source, megabytes);
  const peakMb = peakMbOf(pid);
  await child.stop();
  rmSync(inbox, { recursive: true });
  return { mbPerS, peakMb };
}

async function toStorescp(folder: string, source: string, megabytes: number): Promise<Received> {
  const inbox = join(folder, 'theirs');
  mkdirSync(inbox, { recursive: true });
  const port = await freePort();
  const child = spawn('storescp', ['-od', inbox, '-aet', 'PEDICLE', String(port)], { stdio: 'ignore' });
  while (spawnSync('echoscu', ['-aec', 'PEDICLE', '127.0.0.1', String(port)], { stdio: 'ignore' }).status !== 0) await sleep(50);
  const mbPerS = await send(port, source, megabytes);
  const peakMb = peakMbOf(child.pid ?? 0);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await gone;
  if (readdirSync(inbox).length === 0) throw new Error('storescp kept nothing');
  rmSync(inbox, { recursive: true });
  return { mbPerS, peakMb };
}

/** The storage port against DCMTK's storescp, storescu sending the same objects to both in turns. */
export const storageBenchmark: Benchmark = {
  name: 'storage',
  what: 'instances received over DICOM: one of 200 MB, and 300 of 2 MB',
  async run({ folder, rounds, say }) {
    if (spawnSync('storescp', ['--version']).status !== 0) {
      say('storage is not measured: DCMTK is not here (Debian: apt-get install dcmtk).');
      return [];
    }
    const pictures = noiseFrames();
    const write = (path: string, count: number, instance: string) => {
      const frames = Array.from({ length: count }, (_, index) => pictures[index % pictures.length] ?? new Uint16Array());
      writeFileSync(path, buildPart10(xrayRun({ rows: 1024, columns: 1024, bitsStored: 12, frames, also: [element(0x00080018, 'UI', instance)] })));
    };
    const large = join(folder, 'large');
    const small = join(folder, 'small');
    mkdirSync(large);
    mkdirSync(small);
    write(join(large, 'run.dcm'), largeFrames, '1.2.3.1');
    for (let n = 0; n < smallObjects; n++) write(join(small, `${n}.dcm`), 1, `1.2.4.${n + 1}`);
    const measures: Measure[] = [];
    for (const [what, source, count] of [
      ['one object of 200 MB', large, largeFrames],
      ['300 objects of 2 MB', small, smallObjects],
    ] as const) {
      const megabytes = (count * 2 * 1024 * 1024) / 1e6;
      const run = await alternate(
        rounds,
        () => toOurs(folder, source, megabytes),
        () => toStorescp(folder, source, megabytes),
      );
      const of = (received: readonly Received[], key: keyof Received) => received.map((one) => one[key]);
      const against = 'storescp of DCMTK';
      measures.push(
        measureOf(
          { name: 'storage', measure: what, unit: 'MB/s', target: { of: 'ratio', atLeast: 0.9 }, against },
          of(run.ours, 'mbPerS'),
          of(run.reference, 'mbPerS'),
        ),
        measureOf(
          { name: 'storage', measure: `${what}: most memory`, unit: 'MB', target: { of: 'ours', atMost: 250 }, against },
          of(run.ours, 'peakMb'),
          of(run.reference, 'peakMb'),
        ),
      );
    }
    return measures;
  },
};
