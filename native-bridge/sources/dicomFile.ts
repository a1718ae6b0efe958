import { open } from 'node:fs/promises';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { type DicomDataset, parseDataset } from '../../src/dicom/dataset.ts';
import { describeImage, type ImageDescription, tags } from '../../src/dicom/image.ts';
import { lumaPaletteOf } from '../../src/dicom/palette.ts';
import { type FrameExtent, type FrameTable, frameBytes, locateFrames } from '../../src/dicom/pixelData.ts';
import type { LumaPalette } from '../../src/dicom/storedValues.ts';
import { type CodedFrame, inflateRaw } from './dicomDecode.ts';
import { frameMemory } from './frameMemory.ts';

/** One DICOM file with frames, read and located; nothing of it is decoded. */
export interface DicomFile {
  readonly path: string;
  readonly dataset: DicomDataset;
  readonly image: ImageDescription;
  readonly table: FrameTable;
  readonly palette: LumaPalette | null;
}

/** Enough for the header of almost every file: what is needed to sort a folder. */
const headBytes = 256 * 1024;

/** Reads a file into memory that threads share; only its beginning when `most` is given. */
export async function readShared(path: string, most = Number.POSITIVE_INFINITY): Promise<Result<Uint8Array>> {
  try {
    await using handle = await open(path, 'r');
    const { size } = await handle.stat();
    const bytes = new Uint8Array(frameMemory(Math.min(size, most)));
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(bytes.length - at, 2 ** 30), at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return ok(at === bytes.length ? bytes : bytes.subarray(0, at));
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

/** Opens one file for its frames. The fault names the file and what is wrong with it. */
export async function openDicomFile(path: string): Promise<Result<DicomFile>> {
  const bytes = await readShared(path);
  if (!bytes.ok) return bytes;
  return describeFile(path, bytes.value);
}

/** The same for bytes that are in memory already. */
export function describeFile(path: string, bytes: Uint8Array): Result<DicomFile> {
  const named = (message: string) => inputFault(`${path} ${message}.`);
  if (bytes.length === 0) return named('is empty');
  const dataset = parseDataset(bytes, inflateRaw);
  if (!dataset.ok) return named(dataset.fault.message);
  const image = describeImage(dataset.value);
  if (!image.ok) return named(image.fault.message);
  const table = locateFrames(dataset.value, image.value);
  if (!table.ok) return named(table.fault.message);
  const palette = image.value.photometric === 'PALETTE COLOR' ? lumaPaletteOf(dataset.value) : null;
  return ok({ path, dataset: dataset.value, image: image.value, table: table.value, palette });
}

/** A file's header as far as the pixel data, for sorting; null when it is no DICOM file with pixels. */
export async function readHead(path: string): Promise<DicomDataset | null> {
  const head = await readShared(path, headBytes);
  if (!head.ok) return null;
  const parsed = parseDataset(head.value, inflateRaw, 'x7fe00010');
  if (!parsed.ok) return null;
  if ('x7fe00010' in parsed.value.elements) return parsed.value;
  if (head.value.length < headBytes) return null;
  const whole = await readShared(path);
  const again = whole.ok ? parseDataset(whole.value, inflateRaw, 'x7fe00010') : null;
  return again?.ok && 'x7fe00010' in again.value.elements ? again.value : null;
}

/** In big endian files pixels of 8 bits stored as 16-bit words lie swapped (PS3.5 8.1.1, annex D). */
const isSwapped = (dataset: DicomDataset) => !dataset.littleEndian && dataset.elements[tags.pixelData]?.vr === 'OW';

let nextStreamId = 0;
const streams = new WeakMap<DicomFile, { readonly id: number; readonly bytes: Uint8Array }>();

/** The video of a file in one piece, in memory that threads share: a copy only when it lies in pieces. */
function streamOf(file: DicomFile, extent: FrameExtent): { readonly id: number; readonly bytes: Uint8Array } {
  const known = streams.get(file);
  if (known !== undefined) return known;
  const joined = frameBytes(file.dataset.bytes, extent);
  const bytes = joined.buffer instanceof SharedArrayBuffer ? joined : new Uint8Array(frameMemory(joined.length));
  if (bytes !== joined) bytes.set(joined);
  const stream = { id: nextStreamId++, bytes };
  streams.set(file, stream);
  return stream;
}

/** Frame `index` of the file as it lies there, ready for the decoding thread. */
export function codedFrame(file: DicomFile, index: number): CodedFrame | null {
  const extent = file.table.frames[index];
  if (extent === undefined) return null;
  const stream = file.table.oneStream ? streamOf(file, extent) : null;
  return {
    ...(stream === null ? {} : { stream: { id: stream.id, index } }),
    bytes: stream?.bytes ?? frameBytes(file.dataset.bytes, extent),
    encapsulated: file.table.encapsulated,
    bitOffset: (index * file.table.nativeFrameBits) % 8,
    bytesLittleEndian: file.dataset.littleEndian && file.image.transferSyntax.bigEndianPixels !== true,
    swappedBytes: isSwapped(file.dataset),
    image: file.image,
  };
}
