import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { describeVideoLibrary } from '../../native-bridge/sources/videoLibrary.ts';
import { buildY4m } from '../../test-data/y4m.ts';
import { jsonOf, pedicle } from './pedicle.ts';

const library = await describeVideoLibrary();
let folder = '';
const width = 64;
const height = 48;
/** Six pictures that move, one that comes twenty times, six that move. */
const shifts = [0, 1, 2, 3, 4, ...Array.from({ length: 20 }, () => 5), 6, 7, 8, 9, 10, 11];
const frames = shifts.map((shift) => Uint16Array.from({ length: width * height }, (_, index) => (index * 37 + shift * 200) & 1023));
const sha256 = (frame: Uint16Array | undefined) =>
  createHash('sha256')
    .update(new Uint8Array(frame?.buffer ?? new ArrayBuffer(0)))
    .digest('hex');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-video-record-'));
  await writeFile(join(folder, 'run.y4m'), buildY4m({ width, height, bits: 10, rate: 25, frames }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!library.ok)('a video', () => {
  test('is recorded to the bit, with the picture that was held as what it is, and replays identically', { timeout: 120_000 }, async () => {
    const record = join(folder, 'record');
    const run = await pedicle('run', '--frames-a', `video:${join(folder, 'run.y4m')}`, '--out', record, '--speed', 'max', '--json');
    expect(jsonOf(run)).toMatchObject({ planes: { a: { rows: height, columns: width, bitsStored: 10, frames: shifts.length, gaps: 0 } } });
    expect(jsonOf(await pedicle('replay', record, '--json'))).toMatchObject({ identical: true });
    expect(jsonOf(await pedicle('verify', record, '--json'))).toMatchObject({ intact: true });

    const opened = await openRecordReader(record);
    if (!opened.ok) throw new Error(opened.fault.message);
    const reader = opened.value;
    const recorded = [];
    for (const { seq } of reader.frameIndex('a')) {
      const frame = await reader.frame('a', seq);
      if (!frame.ok) throw new Error(frame.fault.message);
      recorded.push(frame.value.data);
    }
    expect(recorded.map(({ pixels }) => [...pixels])).toEqual(frames.map((pixels) => [...pixels]));
    expect(recorded.map(({ attributes }) => attributes.unchangedForMs ?? null)).toEqual(
      shifts.map((shift, index) => (shift === 5 && index > 5 ? (index - 5) * 40 : null)),
    );
    const notices: string[] = [];
    for await (const sample of reader.samples({ frames: false }))
      if (sample.topic === '/device' && sample.data.state === 'notice') notices.push(sample.data.message);
    await reader.close();
    expect(notices).toEqual(['The picture comes again unchanged: the last image is held.', 'The picture moves again; it was held for 0.8 s.']);
  });

  test('is inspected as a frame source: size, bits, number, checksums of the first and the last', async () => {
    const inspected = await pedicle('inspect', join(folder, 'run.y4m'), '--json');
    expect(jsonOf(inspected)).toMatchObject({
      kind: 'frames',
      sopClass: null,
      rows: height,
      columns: width,
      frames: shifts.length,
      bitsAllocated: 16,
      bitsStored: 10,
      frameTimeMs: 40,
      pixelFormat: 'gray10le',
      firstFrameSha256: sha256(frames[0]),
      lastFrameSha256: sha256(frames.at(-1)),
    });
    const missing = await pedicle('inspect', join(folder, 'nowhere.mkv'));
    expect([missing.status, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toMatch(/there is no file .*nowhere\.mkv: check the path/);
  });
});
