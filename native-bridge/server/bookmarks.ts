import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Bookmark } from '../../src/link/desk.ts';

/** Beside the records rather than in them: a closed record is never written again. */
const folderName = '.bookmarks';
const fileSchema = z.array(z.object({ tMs: z.number().nonnegative(), text: z.string() }));
const fileOf = (recordsFolder: string, record: string) => join(recordsFolder, folderName, `${record}.json`);

/** The bookmarks of a record; none when nobody has made any or their file cannot be read. */
export async function readBookmarks(recordsFolder: string, record: string): Promise<readonly Bookmark[]> {
  try {
    const parsed = fileSchema.safeParse(JSON.parse(await readFile(fileOf(recordsFolder, record), 'utf8')));
    return parsed.success ? parsed.data : [];
  } catch {
    // A file that is absent or damaged costs bookmarks, never the record.
    return [];
  }
}

export async function saveBookmarks(recordsFolder: string, record: string, bookmarks: readonly Bookmark[]): Promise<void> {
  const file = fileOf(recordsFolder, record);
  await mkdir(join(recordsFolder, folderName), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, `${JSON.stringify(bookmarks)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
