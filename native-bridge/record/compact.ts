import { readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { type PlaneId, planeIds } from '../../src/sample/sample.ts';
import { fileMagic, newRecordEncryption, RecordLockedError } from '../security/encryption.ts';
import { openRawByteFile } from './byteFile.ts';
import { type CompactedFile, compactPlane, DamagedPlane } from './compactPlane.ts';
import { diskErrorText } from './diskError.ts';
import { hashFile } from './fileHash.ts';
import { type Manifest, manifestText, parseManifest } from './manifest.ts';
import { planeFileName } from './planeFile.ts';
import { openRecordReader, readManifest } from './reader.ts';
import { syncFolder } from './recordFiles.ts';

export interface Compaction {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly frames: number;
  /** What an interrupted run had prepared was put in place; nothing else was done. */
  readonly finishedEarlierRun: boolean;
  /** It had this form before: nothing was done. */
  readonly wasCompact: boolean;
}

export interface CompactOptions {
  /** `done` of `total` bytes of the frames' files, each counted twice: written, and compared. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const suffix = '.compact';

/**
 * Gives a closed record a denser, lossless form: the same messages in the same order, frames packed by prediction. Every message of
 * the new files is compared with the old one before the old file goes. Interrupted at any moment, the record can be read, and
 * another run finishes or begins again.
 */
export async function compactRecord(folder: string, options: CompactOptions = {}): Promise<Result<Compaction>> {
  try {
    const finished = await finishEarlierRun(folder);
    if (finished) return ok(finished);
    const manifest = await readManifest(folder);
    if (!manifest) return await notClosed(folder);
    if (manifest.compactedFrom) return ok({ ...sizesOf(manifest, manifest.compactedFrom), frames: 0, finishedEarlierRun: false, wasCompact: true });
    return await compactClosed(folder, manifest, options);
  } catch (error) {
    await removePrepared(folder);
    if (options.signal?.aborted) return failedFault(`Compacting ${folder} was cancelled; the record is as it was.`);
    if (error instanceof DamagedPlane) return failedFault(`${folder} is not compacted, and stays as it is: ${error.message}.`);
    if (error instanceof RecordLockedError) return inputFault(`${folder} is not compacted, and stays as it is: ${error.message}.`);
    if (!(error instanceof Error && 'code' in error)) throw error;
    return failedFault(`${folder} is not compacted, and stays as it is: ${diskErrorText(error as NodeJS.ErrnoException, folder)}.`);
  }
}

async function notClosed(folder: string): Promise<Result<Compaction>> {
  const opened = await openRecordReader(folder);
  if (!opened.ok) return opened;
  await opened.value.close();
  return inputFault(`${folder} was not closed, or its files are not those of its manifest: make a closed record of it with "pedicle recover" first.`);
}

async function compactClosed(folder: string, manifest: Manifest, options: CompactOptions): Promise<Result<Compaction>> {
  await removePrepared(folder);
  const planes = planeIds.filter((plane) => manifest.files[planeFileName(plane)]);
  const bytesBefore = planes.reduce((sum, plane) => sum + (manifest.files[planeFileName(plane)]?.bytes ?? 0), 0);
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytesBefore)
    return failedFault(`Compacting ${folder} needs ${gigabytes(bytesBefore)} free on its disk for the time being: make room first.`);
  const compacted = new Map<PlaneId, CompactedFile>();
  let doneBefore = 0;
  for (const plane of planes) {
    const path = join(folder, planeFileName(plane));
    const expected = manifest.files[planeFileName(plane)];
    if (!expected || (await hashFile(path)) !== expected.sha256)
      throw new DamagedPlane(`${planeFileName(plane)} is not the file of the manifest ("pedicle verify" says more)`);
    const onBytes = (done: number) => {
      options.signal?.throwIfAborted();
      options.onProgress?.(doneBefore + done, 2 * bytesBefore);
    };
    const encryption = (await isEncrypted(path)) ? await newRecordEncryption() : null;
    compacted.set(plane, await compactPlane(path, `${path}${suffix}`, encryption, onBytes));
    doneBefore += 2 * expected.bytes;
  }
  await commit(folder, manifest, compacted);
  const frames = [...compacted.values()].reduce((sum, file) => sum + file.frames, 0);
  const bytesAfter = [...compacted.values()].reduce((sum, file) => sum + file.bytes, 0);
  return ok({ bytesBefore, bytesAfter, frames, finishedEarlierRun: false, wasCompact: false });
}

async function isEncrypted(path: string): Promise<boolean> {
  const file = await openRawByteFile(path);
  const start = await file.read(0, fileMagic.length);
  await file.close();
  return Buffer.compare(start, fileMagic) === 0;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** From the moment the new manifest is on the disk beside the old one, the new files count. */
async function commit(folder: string, manifest: Manifest, compacted: ReadonlyMap<PlaneId, CompactedFile>): Promise<void> {
  const files = { ...manifest.files };
  const compactedFrom: Record<string, { bytes: number; sha256: string }> = {};
  for (const [plane, { bytes, sha256 }] of compacted) {
    const name = planeFileName(plane);
    const before = files[name];
    if (before) compactedFrom[name] = before;
    files[name] = { bytes, sha256 };
  }
  const { manifestSha256: _, ...rest } = manifest;
  const path = join(folder, `manifest.json${suffix}`);
  await writeFile(`${path}.part`, manifestText({ ...rest, files, compactedFrom }), { mode: 0o600, flush: true });
  await rename(`${path}.part`, path);
  await syncFolder(folder);
  await putInPlace(folder, [...compacted.keys()].map(planeFileName));
}

async function putInPlace(folder: string, names: readonly string[]): Promise<void> {
  for (const name of [...names, 'manifest.json']) {
    if (await exists(join(folder, `${name}${suffix}`))) await rename(join(folder, `${name}${suffix}`), join(folder, name));
  }
  await syncFolder(folder);
}

/** When an earlier run got as far as its manifest, its files are all there, verified and synced: they only have to take their places. */
async function finishEarlierRun(folder: string): Promise<Compaction | null> {
  const prepared = await readPrepared(join(folder, `manifest.json${suffix}`));
  if (!prepared?.compactedFrom) return null;
  const names = Object.keys(prepared.compactedFrom);
  for (const name of names) {
    const there = (await sizeOf(join(folder, `${name}${suffix}`))) ?? (await sizeOf(join(folder, name)));
    if (there !== prepared.files[name]?.bytes) return null;
  }
  await putInPlace(folder, names);
  return { ...sizesOf(prepared, prepared.compactedFrom), frames: 0, finishedEarlierRun: true, wasCompact: false };
}

/** Of the frames' files, as the manifest of a compact record has them. */
function sizesOf(manifest: Manifest, compactedFrom: NonNullable<Manifest['compactedFrom']>): Pick<Compaction, 'bytesBefore' | 'bytesAfter'> {
  const sum = (files: Readonly<Record<string, { readonly bytes: number } | undefined>>) =>
    Object.keys(compactedFrom).reduce((bytes, name) => bytes + (files[name]?.bytes ?? 0), 0);
  return { bytesBefore: sum(compactedFrom), bytesAfter: sum(manifest.files) };
}

async function readPrepared(path: string): Promise<Manifest | null> {
  try {
    const parsed = parseManifest(await readFile(path, 'utf8'));
    return 'manifest' in parsed ? parsed.manifest : null;
  } catch {
    // Not there: no earlier run got so far.
    return null;
  }
}

/** What a run that did not get as far as its manifest left behind. */
async function removePrepared(folder: string): Promise<void> {
  if (await readPrepared(join(folder, `manifest.json${suffix}`))) return;
  for (const name of [...planeIds.map(planeFileName), 'manifest.json']) await rm(join(folder, `${name}${suffix}`), { force: true });
  await rm(join(folder, `manifest.json${suffix}.part`), { force: true });
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch {
    return null;
  }
}

const exists = async (path: string): Promise<boolean> => (await sizeOf(path)) !== null;
