import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { collectLosses } from '../../native-bridge/record/losses.ts';
import { openTelemetryWriter } from '../../native-bridge/record/telemetryWriter.ts';
import { progressBytes, type RecordTrouble } from '../../native-bridge/record/writerProtocol.ts';
import { temporaryFolder, testHeader } from './recordFixture.ts';

// A disk that takes everything and cannot say that it will keep it.
vi.mock('node:fs', async (importOriginal) => ({
  ...(await importOriginal<typeof import('node:fs')>()),
  fdatasync: (_: number, done: (error: Error) => void) => setImmediate(done, Object.assign(new Error('i/o error'), { code: 'EIO' })),
}));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

async function openTelemetry() {
  const troubles: RecordTrouble[] = [];
  const progress = new SharedArrayBuffer(progressBytes);
  const writer = await openTelemetryWriter(
    { folder: folder.path, header: testHeader, compression: 'none', lowSpaceBytes: 0, reserveBytes: 0, progress, missing: null, encryption: null },
    { trouble: (trouble) => troubles.push(trouble), done: () => undefined, queuedBytes: () => 0 },
  );
  const tick = (seq: number) => writer.add('/tick', { seq, tUs: seq, deviceTimeMs: null }, `{"count":${seq}}`, 0);
  return { writer, troubles, tick };
}

test('a disk that may lose what was written is told once, as that, and makes the record incomplete', async () => {
  const { writer, troubles, tick } = await openTelemetry();
  for (let seq = 0; seq < 5; seq++) {
    tick(seq);
    writer.flush();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await writer.end();
  expect(troubles.map(({ kind, message }) => ({ kind, message }))).toEqual([
    {
      kind: 'disk-failing',
      message:
        'The disk may lose what was written of the record: the disk reports an error (telemetry.mcap). Recording goes on; verify the record when it is closed.',
    },
  ]);
  const losses = collectLosses();
  for (const trouble of troubles) losses.note(trouble);
  expect(losses.sentence('R')).toBe('The record in R is not complete: it lacks what the disk may have lost (the disk reports an error (telemetry.mcap)).');
});

test('what comes while the record is being closed does not come behind its end', async () => {
  const { writer, tick } = await openTelemetry();
  tick(0);
  const ending = writer.end();
  tick(1);
  writer.flush();
  const { file, raw } = await ending;
  expect(raw).toBe(1);
  expect(await readFile(join(folder.path, 'telemetry.mcap'))).toHaveLength(file.bytes);
});
