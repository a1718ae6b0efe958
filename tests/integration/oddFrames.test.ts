import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import { startLiveView } from '../../native-bridge/server/liveView.ts';
import { replayRecord } from '../../native-bridge/session/replay.ts';
import { startSession } from '../../native-bridge/session/session.ts';
import type { Source } from '../../native-bridge/sources/source.ts';
import { pictureWord } from '../../renderer/store/stale.ts';
import { seededRandom } from '../../src/base/random.ts';
import { defaultInjectorSettings } from '../../src/injector/settings.ts';
import type { PlaneStatus } from '../../src/link/link.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';
import { testHeader } from '../unit/recordFixture.ts';

// A camera with everything that is odd about real ones, from the source to the words over the picture: one story, played once.

const size = 64;
const random = seededRandom(11);
function picture(): Uint16Array<SharedArrayBuffer> {
  const pixels = new Uint16Array(new SharedArrayBuffer(size * size * 2));
  for (let i = 0; i < pixels.length; i++) pixels[i] = 1000 + (random.uint32() & 255);
  return pixels;
}
const held = picture();

interface Shown {
  readonly atMs: number;
  readonly number: number;
  readonly deviceTimeMs: number;
  readonly pixels?: Uint16Array;
}
const every = (fromMs: number, count: number, stepMs: number, number: number, shown: (atMs: number) => Partial<Shown> = () => ({})): readonly Shown[] =>
  Array.from({ length: count }, (_, index) => {
    const atMs = fromMs + index * stepMs;
    return { atMs, number: number + index, deviceTimeMs: atMs, ...shown(atMs) };
  });

const story: readonly Shown[] = [
  // Pulses of every rate from 2 to 30 a second.
  ...[0, 33, 66, 320, 560, 1020, 1053].map((atMs, number) => ({ atMs, number, deviceTimeMs: atMs })),
  // The beam is off until 3000, then five numbers are missing.
  ...every(3000, 8, 66, 12),
  // The same picture to the bit for 1.4 s, as video outputs send it, and it moves again.
  ...every(3600, 15, 100, 20, () => ({ pixels: held })),
  // The clock of the source goes an hour ahead, and later back.
  ...every(5100, 8, 66, 35, (atMs) => ({ deviceTimeMs: atMs + 3_600_000 })),
  ...every(16_000, 8, 66, 43),
  // One number comes twice, and the source counts from 0 again.
  ...every(16_600, 2, 66, 50),
  ...every(16_800, 4, 66, 0),
];

const camera: Source = {
  uri: 'test:odd',
  pace: 'paced',
  simulated: true,
  async *events() {
    yield { topic: '/device', atMs: 0, data: { device: 'plane-a', state: 'connected', message: 'An odd camera.' } };
    for (const { atMs, number, deviceTimeMs, pixels } of story) {
      const attributes = frameAttributes({ rows: size, columns: size, frameNumber: number, deviceTimeMs });
      yield { topic: '/plane/a/frame', atMs, data: { attributes, pixels: pixels ?? picture() } };
    }
  },
};

let folder = '';
const samples: Sample[] = [];
const statusAt = new Map<number, PlaneStatus>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-odd-'));
  const { formatVersion: _, startedAtEpochMs: __, ...describeIt } = testHeader;
  const session = await startSession({
    sources: [camera],
    planes: ['a'],
    speed: 'max',
    injectorSettings: defaultInjectorSettings,
    describe: describeIt,
    openRecord: (header, onTrouble) => openRecordWriter({ folder: join(folder, 'record') }, header, onTrouble),
  });
  if (!session.ok) throw new Error(session.fault.message);
  const view = startLiveView(session.value, { sources: describeIt.sources } as never);
  session.value.listen({
    onRaw(raw) {
      const status = view.catchUp().status.planes.a;
      if (raw.topic === '/tick' && status) statusAt.set(Math.round(raw.tMs), status);
    },
  });
  const ended = await session.value.run();
  view.close();
  if (!ended.ok) throw new Error(ended.fault.message);
  const reader = await openRecordReader(join(folder, 'record'));
  if (!reader.ok) throw new Error(reader.fault.message);
  for await (const sample of reader.value.samples({ frames: false })) samples.push(sample);
  await reader.value.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const recorded = () => samples.flatMap((sample) => (sample.topic === '/plane/a/frame' ? [sample] : []));
const notices = () => samples.flatMap((sample) => (sample.topic === '/device' && sample.data.state === 'notice' ? [[sample.tMs, sample.data.message]] : []));
/** The status at the last tick up to then, and the word that it puts over the picture. */
function shownAt(tMs: number) {
  const at = Math.max(...[...statusAt.keys()].filter((key) => key <= tMs));
  const status = statusAt.get(at);
  if (status === undefined) throw new Error(`no tick before ${tMs}`);
  const frameAgeMs = status.lastFrameAtMs === null ? null : at - status.lastFrameAtMs;
  return { status, frameAgeMs, word: pictureWord({ mode: 'live', linkUp: true, frameAgeMs, held: false, isPlayed: false, status }) };
}

describe('odd frames', () => {
  test('are all recorded, at the times at which they came, with the number and the clock that the source gave them', () => {
    expect(recorded().map(({ tMs }) => tMs)).toEqual(story.map(({ atMs }) => atMs));
    expect(recorded().map(({ data }) => data.attributes.frameNumber)).toEqual(story.map(({ number }) => number));
    expect(recorded().map(({ data }) => data.attributes.deviceTimeMs)).toEqual(story.map(({ deviceTimeMs }) => deviceTimeMs));
  });

  test('that are missing by their numbers are a gap right before the frame that came', () => {
    const gaps = samples.filter(({ topic }) => topic === '/gap');
    expect(gaps).toMatchObject([{ tMs: 3000, data: { kind: 'frames-missing', plane: 'a', fromFrame: 7, toFrame: 11 } }]);
    const after = samples.find(({ topic, seq }) => topic === '/plane/a/frame' && seq > (gaps[0]?.seq ?? 0));
    expect([after?.tMs, (after?.seq ?? 0) - (gaps[0]?.seq ?? 0)]).toEqual([3000, 1]);
  });

  test('that repeat, jump or count anew are said to, each once', () => {
    expect(notices()).toEqual([
      [4100, 'The picture comes again unchanged: the last image is held.'],
      [5100, "The source's clock jumps by 3600.0 s against this machine's."],
      [5100, 'The picture moves again; it was held for 1.5 s.'],
      [16_000, "The source's clock jumps by -3600.0 s against this machine's."],
      [16_600, 'Two frames have the number 50.'],
      [16_800, "The source's frame numbers go back from 51 to 0."],
    ]);
  });

  test('that repeat carry since when, others nothing', () => {
    const ages = recorded().map(({ data }) => data.attributes.unchangedForMs);
    expect(ages.slice(15, 30)).toEqual([undefined, ...Array.from({ length: 14 }, (_, index) => 100 * (index + 1))]);
    expect([...ages.slice(0, 15), ...ages.slice(30)].every((age) => age === undefined)).toBe(true);
  });

  test('leave the last image standing with its age while the beam is off, and while the same picture comes', () => {
    expect(shownAt(1100)).toMatchObject({ word: 'LIVE', status: { missing: 0 } });
    // From 500 ms after the last frame at 1053.
    expect(shownAt(1500).word).toBe('LIVE');
    expect(shownAt(1700)).toMatchObject({ word: 'LAST IMAGE', status: { state: 'stale', lastFrameAtMs: 1053 } });
    expect(shownAt(2900).frameAgeMs).toBeGreaterThan(1700);
    expect(shownAt(3200)).toMatchObject({ word: 'LIVE', status: { missing: 5 } });
    // Frames come, yet nothing new since 3600.
    expect(shownAt(4900)).toMatchObject({ word: 'LAST IMAGE', status: { lastFrameAtMs: 3600 } });
    expect(shownAt(5300).word).toBe('LIVE');
    expect(shownAt(15_000)).toMatchObject({ word: 'LAST IMAGE', status: { framesPerSecond: 0 } });
  });

  test('replay to the same derived samples', async () => {
    const reader = await openRecordReader(join(folder, 'record'));
    if (!reader.ok) throw new Error(reader.fault.message);
    const replayed = await replayRecord(reader.value);
    await reader.value.close();
    expect(replayed).toMatchObject({ ok: true, value: { identical: true } });
  });
});
