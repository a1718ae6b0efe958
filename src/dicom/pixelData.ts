import { inputFault, ok, type Result } from '../base/result.ts';
import { startsCodeStream } from './codeStream.ts';
import type { DicomDataset } from './dataset.ts';
import type { DicomElement } from './elements.ts';
import type { Fragment } from './fragments.ts';
import { type ImageDescription, tags } from './image.ts';
import { elementWithValue } from './values.ts';

/** Where the bytes of one frame lie in the file: one piece, or several to be joined. */
export type FrameExtent = readonly { readonly offset: number; readonly length: number }[];

/** Where each frame is. A file that was cut short has no table. */
export interface FrameTable {
  readonly encapsulated: boolean;
  /** All frames are in one video stream: each extent is the whole of it. */
  readonly oneStream: boolean;
  readonly frames: readonly FrameExtent[];
  /** Bytes of one native frame, rounded up; frames of single bits may begin within a byte (`bitOffset`). */
  readonly nativeFrameBits: number;
  /** Why there are fewer frames than the header says, or null: the header counts frames that were never written. */
  readonly shortage: string | null;
}

/** Frames larger than this are no fluoroscopy and would not fit into memory beside each other: 16384 × 16384. */
const mostPixels = 2 ** 28;

/** Nine hours at thirty a second. */
const mostVideoFrames = 1_000_000;

/** Locates the frames without copying or decoding any. */
export function locateFrames(dataset: DicomDataset, image: ImageDescription): Result<FrameTable> {
  const element = dataset.elements[tags.pixelData];
  if (element === undefined) return inputFault('holds no pixel data');
  const fragments = fragmentsOf(dataset, image, element);
  const video = image.transferSyntax.coding === 'video';
  if (video && fragments.length === 0) return inputFault(`holds ${image.transferSyntax.name} video that is not encapsulated as it must be`);
  const table = video
    ? videoFrames(dataset, image, element, fragments)
    : fragments.length > 0
      ? encapsulatedFrames(dataset, image, element, fragments)
      : nativeFrames(dataset, image, element);
  if (table.ok && image.rows * image.columns > mostPixels)
    return inputFault(`says it has ${image.rows} rows and ${image.columns} columns, more than can be played (at most ${mostPixels} pixels a frame)`);
  return table;
}

/** A code stream that was stored without encapsulation is one fragment. */
function fragmentsOf(dataset: DicomDataset, image: ImageDescription, element: DicomElement): readonly Fragment[] {
  const bare = element.fragments === undefined && image.transferSyntax.coding !== 'native' && startsCodeStream(dataset.bytes, element.dataOffset);
  return bare ? [{ offset: 0, position: element.dataOffset, length: element.length }] : (element.fragments ?? []);
}

function nativeFrames(dataset: DicomDataset, image: ImageDescription, element: DicomElement): Result<FrameTable> {
  const samples = image.photometric === 'YBR_FULL_422' && image.samplesPerPixel === 3 && is422(image, element.length) ? 2 : image.samplesPerPixel;
  const nativeFrameBits = image.rows * image.columns * samples * image.bitsAllocated;
  const available = Math.min(element.length, dataset.bytes.length - element.dataOffset) * 8;
  const whole = Math.min(image.frames, Math.floor(available / nativeFrameBits));
  const needed = Math.ceil((image.frames * nativeFrameBits) / 8);
  const cut = element.dataOffset + element.length > dataset.bytes.length;
  if (whole === 0 || (cut && whole < image.frames))
    return inputFault(
      `is cut short: its ${image.frames} ${image.frames === 1 ? 'frame needs' : 'frames need'} ${needed} bytes of pixel data and ${available / 8} are there`,
    );
  // Words that lie swapped are wanted whole, also where a frame begins or ends in the middle of one.
  const unitBytes = isSwapped(dataset, image) ? 2 : 1;
  const frames = Array.from({ length: whole }, (_, index) => {
    const from = unitBytes * Math.floor((index * nativeFrameBits) / (8 * unitBytes));
    const to = Math.min(available / 8, unitBytes * Math.ceil(((index + 1) * nativeFrameBits) / (8 * unitBytes)));
    return [{ offset: element.dataOffset + from, length: to - from }];
  });
  const shortage = whole < image.frames ? `${whole} of ${image.frames} frames are there (${available / 8} of ${needed} bytes of pixel data)` : null;
  return ok({ encapsulated: false, oneStream: false, frames, nativeFrameBits, shortage });
}

/** In big endian files pixels of 8 bits stored as 16-bit words lie swapped (PS3.5 8.1.1, annex D). */
export const isSwapped = (dataset: DicomDataset, image: ImageDescription): boolean =>
  !dataset.littleEndian && image.bitsAllocated === 8 && dataset.elements[tags.pixelData]?.vr === 'OW';

/** Whether uncompressed YBR_FULL_422 is really subsampled: some writers keep all three samples. */
const is422 = (image: ImageDescription, length: number) => length < image.rows * image.columns * 3 * image.frames;

/**
 * Fragments to frames (PS3.5 annex A.4): by the extended or basic offset table when it is there and fits; else one
 * fragment a frame; else a frame begins where a fragment begins with a code stream's start marker.
 */
function encapsulatedFrames(dataset: DicomDataset, image: ImageDescription, element: DicomElement, fragments: readonly Fragment[]): Result<FrameTable> {
  const starts = frameStarts(dataset, image, element, fragments);
  const frames = starts
    .map((first, index) => fragments.slice(first, starts[index + 1] ?? fragments.length))
    .slice(0, image.frames)
    .map((parts) => parts.map((part) => ({ offset: part.position, length: Math.min(part.length, dataset.bytes.length - part.position) })));
  if (frames.length === 0) return inputFault('holds no pixel data: its list of coded frames is empty');
  const cut = element.dataOffset + element.length > dataset.bytes.length;
  if (cut) return inputFault(`is cut short: it ends within frame ${frames.length} of ${image.frames}, or before its list of frames is closed`);
  const shortage = frames.length < image.frames ? `${frames.length} of ${image.frames} frames are there` : null;
  return ok({ encapsulated: true, oneStream: false, frames, nativeFrameBits: 0, shortage });
}

/** A video lies in one fragment or several, whatever its number of frames (PS3.5 8.2.5 and following). */
function videoFrames(dataset: DicomDataset, image: ImageDescription, element: DicomElement, fragments: readonly Fragment[]): Result<FrameTable> {
  if (image.frames > mostVideoFrames) return inputFault(`says its video has ${image.frames} frames, more than can be played (at most ${mostVideoFrames})`);
  const whole = fragments.map((part) => ({ offset: part.position, length: Math.min(part.length, dataset.bytes.length - part.position) }));
  if (element.dataOffset + element.length > dataset.bytes.length) return inputFault('is cut short: it ends within its video');
  return ok({ encapsulated: true, oneStream: true, frames: Array.from({ length: image.frames }, () => whole), nativeFrameBits: 0, shortage: null });
}

/** The index of the first fragment of each frame. */
function frameStarts(dataset: DicomDataset, image: ImageDescription, element: DicomElement, fragments: readonly Fragment[]): readonly number[] {
  if (image.frames === 1) return [0];
  for (const table of [extendedOffsets(dataset), element.basicOffsetTable ?? []]) {
    const starts = byOffsets(table, fragments);
    if (starts !== null && starts.length === image.frames) return starts;
  }
  if (fragments.length <= image.frames) return fragments.map((_, index) => index);
  const marked = fragments.flatMap((fragment, index) => (startsCodeStream(dataset.bytes, fragment.position) ? [index] : []));
  if (marked[0] === 0 && marked.length === image.frames) return marked;
  // The same number of fragments for every frame is what remains.
  const each = fragments.length / image.frames;
  return Number.isInteger(each) ? Array.from({ length: image.frames }, (_, index) => index * each) : marked.length > 0 ? marked : [0];
}

function byOffsets(offsets: readonly number[], fragments: readonly Fragment[]): readonly number[] | null {
  const indexAt = new Map(fragments.map((fragment, index) => [fragment.offset, index]));
  const starts: number[] = [];
  for (const offset of offsets) {
    const index = indexAt.get(offset);
    if (index === undefined || index <= (starts.at(-1) ?? -1)) return null;
    starts.push(index);
  }
  return starts.length > 0 ? starts : null;
}

/** (7FE0,0001) extended offset table: 64-bit offsets. */
function extendedOffsets(dataset: DicomDataset): readonly number[] {
  const element = elementWithValue(dataset, 'x7fe00001');
  if (element === null) return [];
  const view = new DataView(dataset.bytes.buffer, dataset.bytes.byteOffset + element.dataOffset, element.length);
  return Array.from({ length: Math.floor(element.length / 8) }, (_, index) => Number(view.getBigUint64(index * 8, true)));
}

/** The coded bytes of one frame in one piece: a view when it lies in one piece, else a copy. */
export function frameBytes(bytes: Uint8Array, extent: FrameExtent): Uint8Array {
  const [first] = extent;
  if (first !== undefined && extent.length === 1) return bytes.subarray(first.offset, first.offset + first.length);
  const joined = new Uint8Array(extent.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of extent) {
    joined.set(bytes.subarray(part.offset, part.offset + part.length), at);
    at += part.length;
  }
  return joined;
}
