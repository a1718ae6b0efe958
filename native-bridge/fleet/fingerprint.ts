import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

const filesOfRecord: readonly string[] = ['telemetry.mcap', 'plane-a.mcap', 'plane-b.mcap'];

/**
 * Tells whether a record is still the one that was looked at: the manifest's text (it holds the hash of every file) and the sizes of
 * the files; for a record that was not closed, sizes and times of change.
 */
export async function recordFingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const manifest = await readFile(join(folder, 'manifest.json')).catch(() => null);
  if (manifest) hash.update(manifest);
  for (const name of filesOfRecord) {
    const found = await stat(join(folder, name)).catch(() => null);
    hash.update(`${name} ${found ? `${found.size} ${manifest ? '' : found.mtimeMs}` : 'missing'}\n`);
  }
  return hash.digest('hex');
}
