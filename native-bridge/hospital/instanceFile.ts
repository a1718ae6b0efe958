import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { constants, inflateRawSync } from 'node:zlib';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { parseDataset } from '../../src/dicom/dataset.ts';
import { findHeader } from '../../src/dicom/header.ts';
import { textOf } from '../../src/dicom/values.ts';

/** A DICOM file that can be sent: what it is, and where its dataset begins. */
export interface InstanceFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
  readonly datasetOffset: number;
}

/** Class and instance stand at the very beginning of a dataset. */
const headBytes = 64 * 1024;
const isUid = (text: string | null | undefined): text is string => typeof text === 'string' && /^[0-9.]{1,64}$/.test(text);

/** Reads a file's beginning; null when it is no DICOM file with file meta information. */
export async function describeInstance(path: string): Promise<InstanceFile | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(headBytes, size)), 0, Math.min(headBytes, size), 0);
    const head = new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead);
    const header = findHeader(head);
    if (header === null || !isUid(header.transferSyntaxUid)) return null;
    const parsed = parseDataset(head, (bytes) => inflateStart(bytes), 'x00080020');
    if (!parsed.ok) return null;
    const sopClass = textOf(parsed.value, 'x00080016') ?? header.sopClassUid;
    const sopInstance = textOf(parsed.value, 'x00080018');
    if (!isUid(sopClass) || !isUid(sopInstance)) return null;
    return { path: resolve(path), bytes: size, sopClass, sopInstance, transferSyntax: header.transferSyntaxUid, datasetOffset: header.bodyOffset };
  } finally {
    await file.close();
  }
}

/** The study that a file belongs to; null when its beginning does not say. */
export async function studyOfFile(path: string): Promise<string | null> {
  const file = await open(path, 'r');
  try {
    // The study stands behind the whole patient module.
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8 * headBytes), 0, 8 * headBytes, 0);
    const parsed = parseDataset(new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead), (bytes) => inflateStart(bytes), 'x0020000e');
    const study = parsed.ok ? textOf(parsed.value, 'x0020000d') : null;
    return isUid(study) ? study : null;
  } finally {
    await file.close();
  }
}

/** What can be had of a deflated dataset of which only the beginning is there. */
function inflateStart(bytes: Uint8Array): Uint8Array {
  return inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** The dataset of a file, in pieces. */
export const datasetOf = ({ path, datasetOffset }: InstanceFile): AsyncIterable<Uint8Array> =>
  createReadStream(path, { start: datasetOffset, highWaterMark: 1024 * 1024 });

/** Every DICOM file of a folder and those below it, or the one file; by path. Other files are passed over. */
export async function findInstances(root: string): Promise<Result<readonly InstanceFile[]>> {
  try {
    const found: InstanceFile[] = [];
    for (const path of await filesUnder(root)) {
      const instance = await describeInstance(path);
      if (instance) found.push(instance);
    }
    return found.length === 0 ? inputFault(`${root} holds no DICOM file; give a record, a DICOM file or a folder of them.`) : ok(found);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return inputFault(code === 'ENOENT' ? `${root} does not exist.` : `${root} cannot be read (${code}).`);
  }
}

async function filesUnder(root: string): Promise<readonly string[]> {
  if ((await stat(root)).isFile()) return [root];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== 'DICOMDIR')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
