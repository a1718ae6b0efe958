import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeVideoLibrary } from '../../native-bridge/sources/videoLibrary.ts';
import { startRtspServer } from './rtspServer.ts';
import { ended, freePort, type HiddenScreen, programPath, type ReadSource, readSource, startHiddenScreen } from './videoPeers.ts';

const library = await describeVideoLibrary();
const lacking = (program: string) => (!library.ok ? 'node-av is not installed' : programPath(program) === null ? `${program} is not installed` : null);

let folder = '';
let screen: HiddenScreen | null = null;
let source: ReadSource | null = null;
const senders: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-live-'));
});
afterEach(async () => {
  await source?.stop();
  source = null;
  await screen?.stop();
  screen = null;
  for (const sender of senders.splice(0)) await ended(sender);
  await rm(folder, { recursive: true, force: true });
});

/** What became of the signal. Notices are left out: on a busy machine a datagram may be lost, and the picture that it damaged is said to be missing. */
const statesOf = (read: ReadSource) =>
  read.events.flatMap(({ event }) => (event.topic === '/device' && event.data.state !== 'notice' ? [event.data.state] : []));

const noScreen = lacking('Xvfb');
describe.skipIf(noScreen !== null)(`a screen as the capture device${noScreen === null ? '' : ` (skipped: ${noScreen})`}`, () => {
  const width = 320;
  const height = 200;
  const picture = (shift: number) => Uint8Array.from({ length: width * height }, (_, index) => (index * 5 + Math.floor(index / width) * 3 + shift) & 255);
  const equals = (grey: Uint8Array) => (pixels: Uint8Array | Uint16Array) => pixels.length === grey.length && pixels.every((value, at) => value === grey[at]);

  test('shows the known picture to the bit, and the next one soon after it changes', async () => {
    screen = await startHiddenScreen(folder, width, height);
    await screen.show(picture(0));
    source = await readSource(`video:screen:0?display=${screen.display}&fps=30`);
    const read = source;
    await read.until(() => read.frames().length >= 5);
    const [, ...settled] = read.frames();
    expect(settled.every(({ pixels }) => equals(picture(0))(pixels))).toBe(true);
    expect(settled[0]?.attributes).toMatchObject({ rows: height, columns: width, bitsAllocated: 8, bitsStored: 8, simulated: false });
    expect(settled.every(({ attributes }) => attributes.deviceTimeMs !== null)).toBe(true);
    await screen.show(picture(70));
    await read.until(() => read.frames().some(({ pixels }) => equals(picture(70))(pixels)));
    expect(read.frames().map(({ attributes }) => attributes.frameNumber)).toEqual(read.frames().map((_, index) => index));
    expect(statesOf(read)).toEqual(['connected']);
  });

  test('a region of it, without the burned-in text', async () => {
    screen = await startHiddenScreen(folder, width, height);
    await screen.show(picture(0));
    source = await readSource(`video:screen:0?display=${screen.display}&region=100,50,64,32&mask=100,50,10,4`);
    const read = source;
    await read.until(() => read.frames().length >= 3);
    const { attributes, pixels } = read.frames()[2] ?? {};
    expect([attributes?.rows, attributes?.columns]).toEqual([32, 64]);
    expect([pixels?.[9], pixels?.[10], pixels?.[4 * 64]]).toEqual([0, picture(0)[50 * width + 110], picture(0)[54 * width + 100]]);
  });

  test('when the display goes it is lost, and goes on by itself when the display is back', async () => {
    screen = await startHiddenScreen(folder, width, height);
    const { display } = screen;
    source = await readSource(`video:screen:0?display=${display}`);
    const read = source;
    await read.until(() => read.frames().length >= 3);
    await screen.stop();
    await read.until(() => statesOf(read).includes('lost'));
    const before = read.frames().length;
    screen = await startHiddenScreen(folder, width, height);
    // Another display may have been taken by then: only the same one counts as coming back.
    if (screen.display === display) {
      await read.until(() => read.frames().length > before);
      expect(statesOf(read)).toEqual(['connected', 'lost', 'connected']);
    }
  });
});

const noSender = lacking('ffmpeg');
describe.skipIf(noSender !== null)(`a stream over the network${noSender === null ? '' : ` (skipped: ${noSender})`}`, () => {
  /** Grey that says in its level which second it is of, sent in real time. */
  const send = (to: string, format: string, level: number) => {
    const picture = `color=c=gray:size=320x240:rate=25,format=gray,geq=lum='${level}+mod(N,2)*4'`;
    const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '5', '-pix_fmt', 'yuv420p', '-color_range', 'pc'];
    const sender = spawn('ffmpeg', ['-loglevel', 'error', '-re', '-f', 'lavfi', '-i', picture, ...codec, '-f', format, to], { stdio: 'ignore' });
    senders.push(sender);
    return sender;
  };
  const meanOf = (pixels: Uint8Array | Uint16Array) => {
    let sum = 0;
    for (const value of pixels) sum += value;
    return sum / pixels.length;
  };
  const means = (read: ReadSource) => read.frames().map(({ pixels }) => meanOf(pixels));

  test.each([
    ['udp', 'mpegts'],
    ['rtp', 'rtp_mpegts'],
  ])('%s: comes with the luma that was sent; is lost by its silence, and back when the sender is', async (scheme, format) => {
    const address = `${scheme}://127.0.0.1:${await freePort()}`;
    source = await readSource(`video:${address}`);
    const read = source;
    await read.until(() => statesOf(read).includes('lost'));
    const first = send(address, format, 80);
    await read.until(() => read.frames().length >= 20);
    expect(means(read).every((mean) => mean > 70 && mean < 94)).toBe(true);
    expect(read.frames()[0]?.attributes).toMatchObject({ rows: 240, columns: 320, bitsStored: 8 });
    await ended(first);
    await read.until(() => statesOf(read).filter((state) => state === 'lost').length === 2);
    // By its silence, not by an end of the stream: nobody says goodbye over UDP.
    const lost = read.events.findLast(({ event }) => event.topic === '/device' && event.data.state === 'lost')?.event;
    expect(lost?.topic === '/device' && lost.data.message).toMatch(/no picture for \d+ ms/);
    const before = read.frames().length;
    send(address, format, 150);
    await read.until(() => read.frames().length > before + 10);
    expect(means(read).at(-1)).toBeGreaterThan(140);
    expect(statesOf(read)).toEqual(['lost', 'connected', 'lost', 'connected']);
  });

  test('RTP as a session description says: comes with the luma that was sent', async () => {
    const port = await freePort();
    const description = join(folder, 'session.sdp');
    const picture = "color=c=gray:size=320x240:rate=25,format=gray,geq=lum='120+mod(N,2)*4'";
    const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '5', '-pix_fmt', 'yuv420p'];
    const out = ['-f', 'rtp', '-sdp_file', description, `rtp://127.0.0.1:${port}`];
    senders.push(spawn('ffmpeg', ['-loglevel', 'error', '-re', '-f', 'lavfi', '-i', picture, ...codec, ...out], { stdio: 'ignore' }));
    for (let tries = 0; tries < 400 && !existsSync(description); tries++) await sleep(25);
    source = await readSource(`video:${description}`);
    const read = source;
    await read.until(() => read.frames().length >= 15);
    expect(means(read).every((mean) => mean > 100 && mean < 135)).toBe(true);
    expect(read.frames()[0]?.attributes).toMatchObject({ rows: 240, columns: 320, windowCenter: 126, windowWidth: 220 });
  });

  test('RTSP: comes with the luma that was sent; a server that goes and comes back is found again', async () => {
    const port = await freePort();
    const first = await startRtspServer(folder, port, 80);
    source = await readSource(`video:rtsp://127.0.0.1:${port}/live`);
    const read = source;
    await read.until(() => read.frames().length >= 15);
    expect(means(read).every((mean) => mean > 75 && mean < 95)).toBe(true);
    await first.stop();
    await read.until(() => statesOf(read).includes('lost'));
    const before = read.frames().length;
    const second = await startRtspServer(folder, port, 150);
    await read.until(() => read.frames().length > before + 10);
    expect(means(read).at(-1)).toBeGreaterThan(130);
    expect(statesOf(read)).toEqual(['connected', 'lost', 'connected']);
    await second.stop();
  });

  test('over HTTP: a video that has an end plays to it at its own times, like a file', async () => {
    const path = join(folder, 'run.mkv');
    const made = spawn('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=25', '-frames:v', '10', '-c:v', 'ffv1', path], {
      stdio: 'ignore',
    });
    await new Promise((resolve) => made.once('exit', resolve));
    const bytes = await readFile(path);
    const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'video/x-matroska', 'content-length': bytes.length }).end(bytes));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    source = await readSource(`video:http://127.0.0.1:${port}/run.mkv`);
    const read = source;
    await read.until(() => statesOf(read).includes('ended'));
    server.close();
    expect(read.frames()).toHaveLength(10);
    expect(read.events.flatMap(({ event }) => (event.topic === '/plane/a/frame' ? [event.atMs] : []))).toEqual(
      Array.from({ length: 10 }, (_, index) => index * 40),
    );
  });
});
