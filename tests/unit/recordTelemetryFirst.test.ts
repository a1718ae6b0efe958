import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRecordFiles } from '../../native-bridge/record/recordFiles.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';
import { temporaryFolder, testHeader, testSummary } from './recordFixture.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

it('telemetry that comes with frames is in the file before any of these frames is compressed', async () => {
  const happened: string[] = [];
  const files = await openRecordFiles(
    {
      folder: folder.path,
      header: testHeader,
      compression: 'auto',
      lowSpaceBytes: 0,
      reserveBytes: 0,
      progress: new SharedArrayBuffer(16),
      missing: null,
      encryption: null,
    },
    {
      trouble: ({ message }) => void happened.push(message),
      done: (bytes) => void happened.push(bytes > 1000 ? 'frame' : 'telemetry'),
      // Asked when it is decided how a frame is packed, which is then done at once.
      queuedBytes: () => {
        happened.push('packing');
        return 0;
      },
    },
  );
  const text = JSON.stringify(frameAttributes({ rows: 32, columns: 32 }));
  const pixels = () => new Uint16Array(new SharedArrayBuffer(2 * 32 * 32));
  const frame = (seq: number) =>
    files.frame({ kind: 'frame', plane: 'a', seq, tUs: 0, rows: 32, columns: 32, bytesPerPixel: 2, deviceTimeMs: null, text, pixels: pixels() });
  const allWritten = async (count: number) => {
    while (happened.filter((what) => what === 'frame').length < count) await nextTurn();
  };
  frame(0);
  await allWritten(1);
  happened.length = 0;

  frame(1);
  frame(2);
  for (let i = 0; i < 50; i++) await Promise.resolve();
  files.json({ kind: 'json', topic: '/tick', seq: 3, tUs: 0, deviceTimeMs: null, text: '{"count":0}' });
  files.flush();
  expect(new Set(happened)).toEqual(new Set(['telemetry']));
  expect((await readFile(join(folder.path, 'telemetry.mcap'))).includes('/tick')).toBe(true);
  await allWritten(2);
  expect(happened.filter((what) => what === 'packing')).toHaveLength(2);
  expect(await files.close(JSON.stringify(testSummary), 0)).toBeNull();
});
