import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDicomDecoder } from '../../native-bridge/sources/dicomDecoder.ts';
import { openDicomFile, readFrame } from '../../native-bridge/sources/dicomFile.ts';
import { buildPart10, xrayRun } from '../../test-data/dicomBuilder.ts';

test('a frame that was still being read when its source was closed starts no thread, which would keep the program from ending', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pedicle-decoder-'));
  const path = join(folder, 'run.dcm');
  writeFileSync(path, buildPart10(xrayRun({ rows: 8, columns: 8, frames: [new Uint16Array(64).fill(7)] })));
  const file = await openDicomFile(path);
  if (!file.ok) throw new Error(file.fault.message);
  const frame = await readFrame(file.value, 0);
  if (!frame?.ok) throw new Error('the frame cannot be read');
  const job = { frame: frame.value, palette: file.value.palette, want: 'unsigned' } as const;
  const decoder = createDicomDecoder();
  expect(await decoder.decode(job)).toMatchObject({ ok: true });
  await decoder.close();
  expect(await decoder.decode(job)).toMatchObject({ ok: false, fault: { message: expect.stringContaining('the source was closed') } });
  rmSync(folder, { recursive: true });
});
