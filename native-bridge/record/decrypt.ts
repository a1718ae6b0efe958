import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { RecordLockedError } from '../security/encryption.ts';
import { openByteFile, readRecordText } from './byteFile.ts';
import { diskErrorText } from './diskError.ts';
import { type Manifest, manifestText, parseManifest } from './manifest.ts';

/** What a decrypted copy holds. */
export interface DecryptedRecord {
  readonly record: string;
  readonly files: readonly string[];
}

const pieceBytes = 4 << 20;

/**
 * Copies a record into `out` as plain files that any MCAP tool reads, with a manifest of its own. The original is not changed. A record that
 * was not closed has no manifest in the copy either.
 */
export async function decryptRecord(folder: string, out: string): Promise<Result<DecryptedRecord>> {
  try {
    if (!(await stat(folder)).isDirectory()) return inputFault(`${folder} is a file: give the folder of one record.`);
    const names = (await readdir(folder)).filter((name) => /\.(mcap|json)$/.test(name) && name !== 'manifest.json').sort();
    if (!names.includes('telemetry.mcap')) return inputFault(`There is no telemetry.mcap in ${folder}: give the folder of one record.`);
    await mkdir(out, { recursive: true, mode: 0o700 });
    if ((await readdir(out)).length > 0) return inputFault(`${out} is not empty: give a new or an empty folder for the copy.`);
    const files: Record<string, { bytes: number; sha256: string }> = {};
    for (const name of names) files[name] = await copyPlain(join(folder, name), join(out, name));
    const manifest = await manifestOf(folder);
    if (manifest) await writeText(join(out, 'manifest.json'), manifestText({ ...manifest, files }));
    return ok({ record: out, files: [...names, ...(manifest ? ['manifest.json'] : [])] });
  } catch (error) {
    if (error instanceof RecordLockedError) return inputFault(`${folder} cannot be decrypted: ${error.message}.`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return inputFault(`${folder} does not exist: give the folder of one record.`);
    if (code === undefined) throw error;
    return failedFault(`The copy in ${out} is not complete: ${diskErrorText(error as NodeJS.ErrnoException, out)}.`);
  }
}

/** Under its own name only when it is whole. */
async function copyPlain(from: string, to: string): Promise<{ bytes: number; sha256: string }> {
  const source = await openByteFile(from);
  const target = await open(`${to}.part`, 'wx', 0o600);
  const hash = createHash('sha256');
  try {
    for (let offset = 0; offset < source.size; offset += pieceBytes) {
      const piece = await source.read(offset, pieceBytes);
      hash.update(piece);
      await target.writeFile(piece);
    }
    await target.sync();
  } finally {
    await target.close();
    await source.close();
  }
  await rename(`${to}.part`, to);
  return { bytes: source.size, sha256: hash.digest('hex') };
}

async function manifestOf(folder: string): Promise<Omit<Manifest, 'manifestSha256' | 'files'> | null> {
  try {
    const parsed = parseManifest(await readRecordText(join(folder, 'manifest.json')));
    if (!('manifest' in parsed)) return null;
    const { manifestSha256: _, files: __, ...rest } = parsed.manifest;
    return rest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function writeText(path: string, text: string): Promise<void> {
  const file = await open(`${path}.part`, 'wx', 0o600);
  await file.writeFile(text);
  await file.sync();
  await file.close();
  await rename(`${path}.part`, path);
}
