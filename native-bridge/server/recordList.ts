import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordListItem } from '../../src/link/link.ts';
import { openRecordReader } from '../record/reader.ts';

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size;
  return bytes;
}

/** The records in a folder, newest first. What cannot be read as a record is left out. */
export async function listRecords(recordsFolder: string, except: string | null): Promise<readonly RecordListItem[]> {
  const items: RecordListItem[] = [];
  const entries = await readdir(recordsFolder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name === except) continue;
    const opened = await openRecordReader(join(recordsFolder, entry.name));
    if (!opened.ok) continue;
    const { header, durationMs, closed } = opened.value;
    await opened.value.close();
    const bytes = await folderBytes(join(recordsFolder, entry.name));
    items.push({
      name: entry.name,
      startedAtEpochMs: header.startedAtEpochMs,
      durationMs,
      procedure: header.procedure,
      closed,
      simulated: header.simulated,
      bytes,
    });
  }
  return items.sort((a, b) => b.startedAtEpochMs - a.startedAtEpochMs);
}
