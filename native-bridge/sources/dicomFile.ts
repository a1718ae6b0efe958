import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { type DicomDataset, parseDataset } from '../../src/dicom/dataset.ts';
import { describeImage, type ImageDescription } from '../../src/dicom/image.ts';
import { lumaPaletteOf } from '../../src/dicom/palette.ts';
import { type FrameExtent, type FrameTable, frameBytes, isSwapped, locateFrames } from '../../src/dicom/pixelData.ts';
import type { LumaPalette } from '../../src/dicom/storedValues.ts';
import { readExtent, readForFrames, readShared } from './dicomBytes.ts';
import { type CodedFrame, inflateRaw } from './dicomDecode.ts';
import { frameMemory } from './frameMemory.ts';

/** One DICOM file with frames, read and located; nothing of it is decoded. */
export interface DicomFile {
  readonly path: string;
  readonly dataset: DicomDataset;
  readonly image: ImageDescription;
  readonly table: FrameTable;
  readonly palette: LumaPalette | null;
  /** The frames are not in `dataset.bytes` but read from the file when they are wanted. */
  readonly framesOnDisk: boolean;
}

/** Enough for the header of almost every file: what is needed to sort a folder. */
const headBytes = 256 * 1024;

/** Opens one file for its frames. The fault names the file, as `named` where its path is nobody's business, and what is wrong with it. */
export async function openDicomFile(path: string, named = path): Promise<Result<DicomFile>> {
  const read = await readForFrames(path);
  if (!read.ok) return read;
  const described = describeFile(named, read.value.bytes);
  return described.ok ? ok({ ...described.value, path, framesOnDisk: read.value.framesOnDisk }) : described;
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
  return ok({ path, dataset: dataset.value, image: image.value, table: table.value, palette, framesOnDisk: false });
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

/** Frame `index` as it lies in the file, ready for the decoding thread; null beyond the last. The fault completes "frame N …". */
export async function readFrame(file: DicomFile, index: number): Promise<Result<CodedFrame> | null> {
  const extent = file.table.frames[index];
  if (extent === undefined || !file.framesOnDisk) {
    const frame = codedFrame(file, index);
    return frame && ok(frame);
  }
  const bytes = await readExtent(file.path, extent);
  return bytes.ok ? ok(codedAs(file, index, bytes.value, null)) : failedFault('can no longer be read from the file');
}

/** The same for a file whose frames are in memory. */
export function codedFrame(file: DicomFile, index: number): CodedFrame | null {
  const extent = file.table.frames[index];
  if (extent === undefined) return null;
  if (file.framesOnDisk) throw new Error('frames on disk are to be read with readFrame');
  const stream = file.table.oneStream ? streamOf(file, extent) : null;
  return codedAs(file, index, stream?.bytes ?? frameBytes(file.dataset.bytes, extent), stream);
}

function codedAs(file: DicomFile, index: number, bytes: Uint8Array, stream: { readonly id: number } | null): CodedFrame {
  return {
    ...(stream === null ? {} : { stream: { id: stream.id, index } }),
    bytes,
    encapsulated: file.table.encapsulated,
    bitOffset: (index * file.table.nativeFrameBits) % (isSwapped(file.dataset, file.image) ? 16 : 8),
    bytesLittleEndian: file.dataset.littleEndian && file.image.transferSyntax.bigEndianPixels !== true,
    swappedBytes: isSwapped(file.dataset, file.image),
    image: file.image,
  };
}
