import { type Dirent, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { inputFault, ok, type Result } from '../../src/base/result.ts';

/** One record of a library. */
export interface LibraryRecord {
  /** Its folder within the library, with `/` between levels: the same on every machine that sees the library. */
  readonly name: string;
  readonly folder: string;
}

/** Libraries are sorted into years, rooms and the like; deeper than this nobody looks. */
const deepestLevel = 4;
/** Any of these makes a folder a record, also one whose telemetry is gone: that is found out, not passed over. */
const recordFiles: readonly string[] = ['telemetry.mcap', 'manifest.json', 'plane-a.mcap', 'plane-b.mcap'];

export const looksLikeRecord = (folder: string): boolean => recordFiles.some((name) => existsSync(join(folder, name)));

/** Every record in a folder and in the folders below it, in the order of their names. */
export async function findRecords(library: string): Promise<Result<readonly LibraryRecord[]>> {
  const found: LibraryRecord[] = [];
  const unreadable: string[] = [];
  const walk = async (folder: string, name: string, level: number): Promise<void> => {
    let entries: readonly Dirent[];
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      unreadable.push(`${folder} (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
      return;
    }
    for (const entry of entries) {
      if (!entry.isDirectory()) continue;
      const inside = join(folder, entry.name);
      const insideName = name === '' ? entry.name : `${name}/${entry.name}`;
      if (looksLikeRecord(inside)) found.push({ name: insideName, folder: inside });
      else if (level < deepestLevel) await walk(inside, insideName, level + 1);
    }
  };
  await walk(resolve(library), '', 1);
  if (unreadable.length > 0) return inputFault(`A folder of the library cannot be read: ${unreadable[0]}; check the path and its permissions.`);
  if (found.length === 0) return inputFault(`There is no record in ${library}: give a folder that holds records, or one record.`);
  return ok(found.sort((p, q) => (p.name < q.name ? -1 : 1)));
}
