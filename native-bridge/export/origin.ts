import { basename, join } from 'node:path';
import { type Site, siteSchema } from '../../src/procedure/site.ts';
import { readRecordText } from '../record/byteFile.ts';
import { readManifest } from '../record/reader.ts';
import type { RecordOrigin } from './task.ts';

/** What a record's folder says beside its samples. */
export async function originOf(folder: string): Promise<RecordOrigin> {
  const manifest = await readManifest(folder);
  return { record: basename(folder), chainHead: manifest?.chain.head ?? null, site: await siteOf(folder), deidentified: null };
}

async function siteOf(folder: string): Promise<Site | null> {
  try {
    const parsed = siteSchema.safeParse(JSON.parse(await readRecordText(join(folder, 'site.json'))));
    return parsed.success ? parsed.data : null;
  } catch {
    // Most records have none.
    return null;
  }
}
