import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFrameSource } from '../../native-bridge/sources/open.ts';
import type { Source, SourceEvent } from '../../native-bridge/sources/source.ts';
import { describeVideoLibrary } from '../../native-bridge/sources/videoLibrary.ts';
import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';
import { buildY4m } from '../../test-data/y4m.ts';
import { programPath, startHiddenScreen } from '../integration/videoPeers.ts';
import { sourceContract } from './source.ts';

let folder = '';
const width = 34;
const height = 22;
const most = (bits: number) => 2 ** bits - 1;

/** A ramp that moves on from frame to frame and uses every bit. */
const wide = (bits: number, frame: number) => Uint16Array.from({ length: width * height }, (_, index) => (index * 89 + frame * 1000) & most(bits));
const narrow = (frame: number) => Uint8Array.from({ length: width * height }, (_, index) => (index * 7 + frame * 40) & 255);
const numbers = [0, 1, 2, 3, 4, 5];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-video-'));
  const plain = { width, height, rate: 25 } as const;
  await writeFile(join(folder, 'grey8.y4m'), buildY4m({ ...plain, bits: 8, frames: numbers.map(narrow) }));
  for (const bits of [10, 12, 16] as const)
    await writeFile(join(folder, `grey${bits}.y4m`), buildY4m({ ...plain, bits, frames: numbers.map((frame) => wide(bits, frame)) }));
  await writeFile(join(folder, 'interlaced.y4m'), buildY4m({ ...plain, bits: 8, interlaced: 't', frames: numbers.map(narrow) }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = (file: string) => async (): Promise<Source> => {
  const opened = await openFrameSource(`video:${join(folder, file)}`, 'a');
  if (!opened.ok) throw new Error(opened.fault.message);
  return opened.value;
};

const library = await describeVideoLibrary();
const screenFolder = await mkdtemp(join(tmpdir(), 'pedicle-screen-'));
const screen = library.ok && programPath('Xvfb') !== null ? await startHiddenScreen(screenFolder, 64, 48) : null;
afterAll(async () => {
  await screen?.stop();
  await rm(screenFolder, { recursive: true, force: true });
});

if (screen) {
  const openScreen = async (): Promise<Source> => {
    const opened = await openFrameSource(`video:screen:0?display=${screen.display}&fps=50`, 'a');
    if (!opened.ok) throw new Error(opened.fault.message);
    return opened.value;
  };
  sourceContract('a screen, live', openScreen, { mostEvents: 12 });
} else test.skip('a screen, live: node-av or Xvfb is not installed', () => {});

if (library.ok) {
  sourceContract('a video file of 12 bits', open('grey12.y4m'));
  sourceContract('a video file in a loop', open('grey8.y4m?loop=1'), { mostEvents: 25 });
  sourceContract('a video file that is interlaced', open('interlaced.y4m'));
} else test.skip('video: node-av is not installed', () => {});

async function framesOf(file: string): Promise<{ readonly frames: readonly XrayFrame[]; readonly events: readonly SourceEvent[] }> {
  const events: SourceEvent[] = [];
  for await (const event of (await open(file)()).events(new AbortController().signal)) events.push(event);
  return { frames: events.flatMap((event) => (event.topic === '/plane/a/frame' ? [event.data] : [])), events };
}

describe.skipIf(!library.ok)('a video file', () => {
  test.each([10, 12, 16])('luma of %i bits comes as it is in the file, every bit of it', async (bits) => {
    const { frames } = await framesOf(`grey${bits}.y4m`);
    expect(frames.map(({ attributes }) => [attributes.bitsAllocated, attributes.bitsStored])).toEqual(numbers.map(() => [16, bits]));
    expect(frames.map(({ pixels }) => [...pixels])).toEqual(numbers.map((frame) => [...wide(bits, frame)]));
  });

  test('plays at its own times and says what it is', async () => {
    const { frames, events } = await framesOf('grey8.y4m');
    expect(frames.map(({ pixels }) => [...pixels])).toEqual(numbers.map((frame) => [...narrow(frame)]));
    expect(events.flatMap((event) => (event.topic === '/plane/a/frame' ? [event.atMs] : []))).toEqual([0, 40, 80, 120, 160, 200]);
    expect(frames.map(({ attributes }) => attributes.deviceTimeMs)).toEqual([0, 40, 80, 120, 160, 200]);
    expect(events[0]).toMatchObject({ topic: '/device', data: { state: 'connected', message: expect.stringContaining('22 rows, 34 columns, 8 bits') } });
    expect(events.at(-1)).toMatchObject({ topic: '/device', data: { state: 'ended' } });
  });

  test('is cut to a region, masked and turned, in pixels of the picture as it comes', async () => {
    const { frames } = await framesOf('grey8.y4m?region=2,4,8,6&mask=2,4,3,2;8,8,2,2&rotate=90');
    const [first] = frames;
    expect([first?.attributes.rows, first?.attributes.columns]).toEqual([8, 6]);
    // Clockwise: what was at the bottom left is at the top left.
    expect(first?.pixels[0]).toBe(narrow(0)[9 * width + 2]);
    // The top left, masked, is at the top right.
    expect([first?.pixels[4], first?.pixels[5], first?.pixels[6 * 2 + 5], first?.pixels[6 * 3 + 5]]).toEqual([0, 0, 0, narrow(0)[4 * width + 5]]);
  });

  test('what is interlaced is deinterlaced, unless it is not wanted: every picture still comes', async () => {
    const { frames: whole } = await framesOf('interlaced.y4m');
    const { frames: raw } = await framesOf('interlaced.y4m?deinterlace=off');
    expect([whole.length, raw.length]).toEqual([6, 6]);
    expect(raw.map(({ pixels }) => [...pixels])).toEqual(numbers.map((frame) => [...narrow(frame)]));
    expect(whole.some(({ pixels }, index) => pixels.some((value, at) => value !== raw[index]?.pixels[at]))).toBe(true);
  });

  test.each([
    ['video:', /needs a device, an address or a file/],
    ['video:nowhere.mkv', /there is no file nowhere\.mkv/],
    ['video:package.json', /is no video that can be read/],
    ['video:/dev/video97', /there is no device \/dev\/video97/],
    ['video:rtsp://127.0.0.1:9/x', /nothing can be received from there/],
    ['video:ftp://host/x', /ftp:\/\/ are not read/],
    ['video:x.mkv?rotate=45', /rotate is 0, 90, 180 or 270/],
    ['video:x.mkv?region=1,2,3', /region "1,2,3" is no rectangle/],
    ['video:x.mkv?colour=red', /"colour" is no setting/],
    ['video:screen:left', /names no screen/],
  ])('%s is refused with a sentence', async (uri, sentence) => {
    const opened = await openFrameSource(uri, 'a');
    expect(opened.ok ? '' : opened.fault.message).toMatch(sentence);
  });

  test('a region that lies outside the picture is refused before anything is played', async () => {
    const opened = await openFrameSource(`video:${join(folder, 'grey8.y4m')}?region=30,0,10,10`, 'a');
    expect(opened.ok ? '' : opened.fault.message).toMatch(/region lies outside the picture, which has 34 columns and 22 rows/);
  });
});
