import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';
import { ended, freePort, programPath, type ReadSource, readSource } from '../integration/videoPeers.ts';
import { type Benchmark, type Measure, measureOf } from './benchmark.ts';
import { noiseFrames } from './frames.ts';

const stateOf = ({ event }: ReadSource['events'][number]) => (event.topic === '/device' ? event.data.state : null);

/** A run of eight frames of 1024² is sent; ms from the end of the sender to the first frame in the session. */
async function receivedToFrame(folder: string): Promise<number> {
  const path = join(folder, 'run.dcm');
  const run = xrayRun({ rows: 1024, columns: 1024, bitsStored: 12, frames: noiseFrames(), also: [element(0x00080018, 'UI', '1.2.3.4')] });
  writeFileSync(path, buildPart10(run));
  const port = await freePort();
  const read = await readSource(`dicom-receive:?port=${port}`);
  try {
    await read.until(() => read.events.some((one) => stateOf(one) === 'connected'));
    const sender = spawn('storescu', ['-aec', 'PEDICLE', '127.0.0.1', String(port), path], { stdio: 'ignore' });
    const sentMs = await new Promise<number>((resolve) => sender.once('exit', () => resolve(performance.now())));
    await read.until(() => read.frames().length > 0);
    const first = read.events.find(({ event }) => event.topic === '/plane/a/frame');
    return Math.max(0, (first?.atMs ?? Number.NaN) - sentMs);
  } finally {
    await read.stop();
  }
}

/** A stream at 25 pictures a second ends without a word; ms from its last picture until it is said to be lost. */
async function lastPictureToLost(): Promise<number> {
  const address = `udp://127.0.0.1:${await freePort()}`;
  const read = await readSource(`video:${address}`);
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '5', '-pix_fmt', 'yuv420p'];
  const sender = spawn('ffmpeg', ['-loglevel', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25', ...codec, '-f', 'mpegts', address], {
    stdio: 'ignore',
  });
  try {
    await read.until(() => read.frames().length >= 30);
    await ended(sender);
    const after = performance.now();
    await read.until(() => read.events.some((one) => stateOf(one) === 'lost' && one.atMs > after));
    const last = read.events.findLast(({ event }) => event.topic === '/plane/a/frame')?.atMs ?? Number.NaN;
    return (read.events.findLast((one) => stateOf(one) === 'lost')?.atMs ?? Number.NaN) - last;
  } finally {
    await ended(sender);
    await read.stop();
  }
}

async function repeated(rounds: number, once: () => Promise<number>): Promise<readonly number[]> {
  const figures: number[] = [];
  for (let round = 0; round < rounds; round++) figures.push(await once());
  return figures;
}

/** How soon what comes from outside is seen, and that it no longer comes. */
export const sourcesBenchmark: Benchmark = {
  name: 'sources',
  what: 'a run that is received until it is seen, a signal that is lost until it is said',
  async run({ folder, rounds, say }) {
    const measures: Measure[] = [];
    const common = { name: 'sources', unit: 'ms', target: { of: 'ours', atMost: 500 }, against: 'nothing comparable' } as const;
    if (programPath('storescu') === null) say('sources: storescu is not installed; receiving is not measured');
    else measures.push(measureOf({ ...common, measure: 'end of sending 17 MB → first frame' }, await repeated(rounds, () => receivedToFrame(folder)), null));
    if (programPath('ffmpeg') === null) say('sources: ffmpeg is not installed; the loss of a signal is not measured');
    else measures.push(measureOf({ ...common, measure: 'last picture of a stream → lost' }, await repeated(rounds, lastPictureToLost), null));
    return measures;
  },
};
