import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, test } from 'vitest';
import { openFrameSource } from '../../native-bridge/sources/open.ts';
import type { Source } from '../../native-bridge/sources/source.ts';
import { describeVideoLibrary } from '../../native-bridge/sources/videoLibrary.ts';
import { buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';
import { recordSimulation } from '../integration/simulatedRecord.ts';
import { ended, freePort, programPath } from '../integration/videoPeers.ts';
import { sourceContract } from './source.ts';

let folder = '';
const ramp = (frame: number) => Uint16Array.from({ length: 24 * 32 }, (_, index) => (index * 7 + frame * 100) & 4095);
const instance = (number: number, frames: readonly Uint16Array[]) =>
  buildPart10(
    xrayRun({
      rows: 24,
      columns: 32,
      bitsStored: 12,
      frames,
      also: [element(0x00080018, 'UI', `1.2.3.${number}`), element(0x0020000e, 'UI', '1.2.3'), element(0x00200013, 'IS', String(number))],
    }),
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-sources-'));
  await mkdir(join(folder, 'series'));
  for (const number of [1, 2, 3, 4]) await writeFile(join(folder, 'series', `${5 - number}.dcm`), instance(number, [ramp(number)]));
  await writeFile(join(folder, 'sent.dcm'), instance(9, [ramp(1), ramp(2), ramp(3)]));
  await recordSimulation(join(folder, 'record'), { seconds: 2 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Ends what sends, so that nothing comes any more when the next source listens. */
const senders: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of senders.splice(0)) await stop();
});

async function opened(uri: string): Promise<Source> {
  const source = await openFrameSource(uri, 'a');
  if (!source.ok) throw new Error(source.fault.message);
  return source.value;
}

sourceContract('a folder of single frames', () => opened(`dicom:${join(folder, 'series')}`));
sourceContract('a recorded procedure', () => opened(`record:${join(folder, 'record')}?plane=a`));

if (programPath('storescu') === null) test.skip('received runs: storescu is not installed', () => {});
else {
  const openReceiving = async (): Promise<Source> => {
    const port = await freePort();
    const source = await opened(`dicom-receive:?port=${port}`);
    let stopped = false;
    let sender: ChildProcess | null = null;
    // The port opens when the source is read: until then the peer is turned away and tries again.
    const send = () => {
      if (stopped) return;
      sender = spawn('storescu', ['-aec', 'PEDICLE', '127.0.0.1', String(port), join(folder, 'sent.dcm')], { stdio: 'ignore' });
      sender.once('exit', (status) => {
        if (status !== 0) setTimeout(send, 50);
      });
    };
    send();
    senders.push(async () => {
      stopped = true;
      if (sender) await ended(sender);
    });
    return source;
  };
  sourceContract('received runs', openReceiving, { mostEvents: 4 });
}

if (programPath('ffmpeg') === null || !(await describeVideoLibrary()).ok) test.skip('a stream over the network: ffmpeg or node-av is not installed', () => {});
else {
  const openStream = async (): Promise<Source> => {
    const address = `udp://127.0.0.1:${await freePort()}`;
    const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '5', '-pix_fmt', 'yuv420p'];
    const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=25'];
    const sender = spawn('ffmpeg', ['-loglevel', 'error', ...picture, ...codec, '-f', 'mpegts', address], { stdio: 'ignore' });
    senders.push(() => ended(sender));
    return opened(`video:${address}`);
  };
  sourceContract('a stream over the network, live', openStream, { mostEvents: 10 });
}
