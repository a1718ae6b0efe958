import { type FileHandle, open } from 'node:fs/promises';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { type DicomDataset, parseDataset } from '../../src/dicom/dataset.ts';
import { tags } from '../../src/dicom/image.ts';
import type { FrameExtent } from '../../src/dicom/pixelData.ts';
import { inflateRaw } from './dicomDecode.ts';
import { frameMemory } from './frameMemory.ts';

/** A file's bytes: all of them, or all but those of its frames, which then stay on the disk until they are wanted. */
export interface FileBytes {
  readonly bytes: Uint8Array;
  readonly framesOnDisk: boolean;
}

/** Files up to this size are read in one go. */
const smallBytes = 4 * 2 ** 20;
/** Where the headers of almost all files end, and of those with large tables and overlays. */
const headSizes = [256 * 1024, 4 * 2 ** 20];
/** What may follow the pixel data (signatures, padding); more is not as it should be and is read whole. */
const mostTail = 2 ** 20;
const mostFragments = 20_000;
/** An item's header, and enough of what it holds to tell a code stream by its first bytes. */
const itemBytes = 32;
const mostOffsetTable = 2 ** 24;

/** Reads a file into memory that threads share; only its beginning when `most` is given. */
export async function readShared(path: string, most = Number.POSITIVE_INFINITY): Promise<Result<Uint8Array>> {
  try {
    await using handle = await open(path, 'r');
    const { size } = await handle.stat();
    return ok(await readWhole(handle, Math.min(size, most)));
  } catch (error) {
    return readFault(path, error);
  }
}

/** Says in a sentence why a path cannot be read. */
export function readFault(
  path: string,
  error: unknown,
): { readonly ok: false; readonly fault: { readonly kind: 'input' | 'failed'; readonly message: string } } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return inputFault(`There is no file or folder ${path}: check the path.`);
  if (code === 'EACCES' || code === 'EPERM') return inputFault(`${path} may not be read by this user: change its permissions.`);
  return failedFault(`${path} could not be read (${error instanceof Error ? error.message : String(error)}).`);
}

/**
 * Reads what is needed to know where each frame of a file lies. Of a large file laid out as it should be that is its header and
 * the headers of its fragments, a few hundred kilobytes of as many gigabytes; anything else is read whole.
 */
export async function readForFrames(path: string): Promise<Result<FileBytes>> {
  try {
    await using handle = await open(path, 'r');
    const { size } = await handle.stat();
    const sparse = size > smallBytes ? await readAroundFrames(handle, size) : null;
    return ok(sparse === null ? { bytes: await readWhole(handle, size), framesOnDisk: false } : { bytes: sparse, framesOnDisk: true });
  } catch (error) {
    return readFault(path, error);
  }
}

/** Reads the bytes of one frame in one piece, into memory that threads share; shorter where the file has been cut since. */
export async function readExtent(path: string, extent: FrameExtent): Promise<Result<Uint8Array>> {
  try {
    await using handle = await open(path, 'r');
    const bytes = new Uint8Array(frameMemory(extent.reduce((sum, part) => sum + part.length, 0)));
    let at = 0;
    for (const { offset, length } of extent) at += await readInto(handle, bytes.subarray(at, at + length), offset);
    return ok(at === bytes.length ? bytes : bytes.subarray(0, at));
  } catch (error) {
    return readFault(path, error);
  }
}

/** Fills `target` from `from` on; how much the file had for it. */
async function readInto(handle: FileHandle, target: Uint8Array, from: number): Promise<number> {
  let at = 0;
  while (at < target.length) {
    const { bytesRead } = await handle.read(target, at, Math.min(target.length - at, 2 ** 30), from + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}

async function readWhole(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(frameMemory(size));
  const length = await readInto(handle, bytes, 0);
  return length === size ? bytes : bytes.subarray(0, length);
}

/** Memory as large as the file, filled but for its frames: untouched memory costs no more than its addresses. Null when it must be read whole. */
async function readAroundFrames(handle: FileHandle, size: number): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(size);
  const head = await readHeadInto(handle, bytes);
  const element = head?.elements[tags.pixelData];
  if (head === null || element === undefined || head.damage !== null || head.transferSyntax === undefined || head.transferSyntax.deflated) return null;
  // A video is decoded as one piece.
  if (head.transferSyntax.coding === 'video') return null;
  await readInto(handle, bytes.subarray(element.dataOffset, element.dataOffset + itemBytes), element.dataOffset);
  const end = beginsWithItemTag(bytes, element.dataOffset)
    ? await readItemHeaders(handle, bytes, element.dataOffset)
    : element.hadUndefinedLength
      ? null
      : Math.min(size, element.dataOffset + element.length);
  if (end === null || size - end > mostTail) return null;
  await readInto(handle, bytes.subarray(end), end);
  return bytes;
}

/** The dataset as far as its pixel data, of which the beginning of the file is enough. */
async function readHeadInto(handle: FileHandle, bytes: Uint8Array): Promise<DicomDataset | null> {
  let filled = 0;
  for (const length of headSizes) {
    filled += await readInto(handle, bytes.subarray(filled, length), filled);
    const parsed = parseDataset(bytes.subarray(0, filled), inflateRaw, tags.pixelData);
    if (parsed.ok && tags.pixelData in parsed.value.elements) return { ...parsed.value, bytes };
  }
  return null;
}

/** Encapsulated pixel data is little endian in every syntax there is; what is not is read whole. */
const beginsWithItemTag = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0xfe && bytes[at + 1] === 0xff && bytes[at + 2] === 0x00 && bytes[at + 3] === 0xe0;

/** Fills in the header of each item from `at` on, and the offset table; where they end, null when there are too many. */
async function readItemHeaders(handle: FileHandle, bytes: Uint8Array, at: number): Promise<number | null> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = at;
  for (let item = 0; item < mostFragments; item++) {
    await readInto(handle, bytes.subarray(position, position + itemBytes), position);
    if (position + 8 > bytes.length || !beginsWithItemTag(bytes, position)) return Math.min(position, bytes.length);
    const length = view.getUint32(position + 4, true);
    if (item === 0) {
      if (length > mostOffsetTable) return null;
      await readInto(handle, bytes.subarray(position + 8, position + 8 + length), position + 8);
    }
    position += 8 + length;
  }
  return null;
}
