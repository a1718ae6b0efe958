import { inflateRawSync, inflateSync, constants as zlib } from 'node:zlib';
import { failedFault, ok, type Result } from '../../src/base/result.ts';
import { codedAs, looksCoded, looksRle, type StreamSize, startOfFrame, streamSize, withoutFilling } from '../../src/dicom/codeStream.ts';
import type { ImageDescription } from '../../src/dicom/image.ts';
import { decodeJpegDct, type JpegImage } from '../../src/dicom/jpegDct.ts';
import { decodeJpegLossless } from '../../src/dicom/jpegLossless.ts';
import { decodeRle } from '../../src/dicom/rle.ts';
import type { DecodedFrame } from '../../src/dicom/storedValues.ts';
import type { PixelCoding } from '../../src/dicom/transferSyntax.ts';
import type { CodecImage, CodecName } from './dicomCodecs.ts';
import { interleave, nativeCells } from './dicomNative.ts';
import type { VideoStreams } from './dicomVideo.ts';

/** One frame as it lies in the file, with what is needed to make pixels of it. */
export interface CodedFrame {
  readonly bytes: Uint8Array;
  readonly encapsulated: boolean;
  /** Frames of single bits may begin within a byte, frames of swapped bytes within a word. */
  readonly bitOffset: number;
  readonly bytesLittleEndian: boolean;
  /** Pixels of 8 bits lie swapped in 16-bit words. */
  readonly swappedBytes: boolean;
  readonly image: ImageDescription;
  /** For a video: `bytes` is all of it, this the frame that is wanted; the same `id` for every frame of one file. */
  readonly stream?: { readonly id: number; readonly index: number };
}

/** A dataset that inflates to more than this is no X-ray run but an attempt on the memory. */
const mostInflated = 2 ** 31;

/** Inflates raw deflate, or deflate in the zlib form that some writers use; of a stream cut short, what is there. */
export function inflateRaw(bytes: Uint8Array): Uint8Array {
  const options = { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: mostInflated };
  // Compression method 8, and the check of RFC 1950 over the first two bytes.
  const isZlib = ((bytes[0] ?? 0) & 0x0f) === 8 && (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) % 31 === 0;
  for (const inflate of isZlib ? [inflateSync, inflateRawSync] : [inflateRawSync]) {
    try {
      return inflate(bytes, options);
    } catch {
      // Not of this form; of neither, the caller finds nothing in it and says so.
    }
  }
  return new Uint8Array(0);
}

/** Decodes one frame to its stored cells. The fault's message completes "frame N …". */
export async function decodeFrame(stored: CodedFrame): Promise<Result<DecodedFrame>> {
  const { image } = stored;
  const filled = stored.encapsulated && !looksCoded(stored.bytes, image.transferSyntax.coding);
  const frame = filled ? { ...stored, bytes: withoutFilling(stored.bytes) } : stored;
  const coding = frame.encapsulated ? codingOf(frame) : 'native';
  if (!looksCoded(frame.bytes, coding)) return failedFault(`is damaged: it is said to be ${image.transferSyntax.name} and does not begin as such`);
  const start = coding === 'jpeg' || coding === 'jpeg-lossless' || coding === 'jpeg-ls' ? startOfFrame(frame.bytes) : null;
  // Before a codec takes memory for the size that the stream claims.
  if (start !== null && (start.rows !== image.rows || start.columns !== image.columns)) return otherSize(image, start);
  try {
    return await decodeAs(coding, frame);
  } catch (error) {
    const why = error instanceof Error && error.message ? error.message : String(error);
    return failedFault(`is damaged: it does not decode as ${image.transferSyntax.name} (${why.slice(0, 120)})`);
  }
}

/** As declared or as its markers say; RLE has none, and is told where uncompressed is declared and the frame has another length. */
function codingOf({ bytes, image }: CodedFrame): PixelCoding {
  const coding = codedAs(bytes, image.transferSyntax.coding);
  if (coding !== 'native') return coding;
  const nativeBytes = Math.ceil((image.rows * image.columns * image.samplesPerPixel * image.bitsAllocated) / 8);
  return Math.abs(bytes.length - nativeBytes) > 1 && looksRle(bytes) ? 'rle' : coding;
}

/** Codecs and FFmpeg's wrapper are loaded by the first frame that needs them: most runs need neither, and a thread starts in half the time. */
const decodeWith = async (name: CodecName, bytes: Uint8Array): Promise<CodecImage> => (await import('./dicomCodecs.ts')).decodeWith(name, bytes);
let videoStreams: Promise<VideoStreams> | null = null;
const startVideoStreams = async (): Promise<VideoStreams> => (await import('./dicomVideo.ts')).createVideoStreams();

async function decodeAs(coding: PixelCoding, frame: CodedFrame): Promise<Result<DecodedFrame>> {
  const { image, bytes } = frame;
  switch (coding) {
    case 'native':
      return nativeCells(frame.bytes, frame);
    case 'deflated-frame':
      return nativeCells(inflateRaw(bytes), { ...frame, bitOffset: 0, swappedBytes: false });
    case 'rle':
      return rleCells(frame);
    case 'jpeg-lossless':
      return matched(image, ownImage(decodeJpegLossless(bytes)));
    case 'jpeg':
      return matched(image, await dctImage(bytes), 'RGB');
    case 'jpeg-ls':
      return matched(image, await decodeWith('charls', bytes));
    case 'jpeg-2000':
      return waveletCells(image, bytes, 'openjpeg');
    case 'htj2k':
      return waveletCells(image, bytes, 'openjph');
    case 'jpeg-xl':
      return matched(image, await decodeWith('libjxl', bytes), 'RGB');
    case 'video':
      if (frame.stream === undefined) return failedFault('is part of a video and cannot be decoded by itself');
      videoStreams ??= startVideoStreams();
      return (await videoStreams).frame(frame, frame.stream);
    case 'unsupported':
      return failedFault(`is coded as ${image.transferSyntax.name}, which is not decoded here`);
  }
}

function rleCells(frame: CodedFrame): Result<DecodedFrame> {
  const { image } = frame;
  const bytesPerSample = image.bitsAllocated / 8;
  // Single bits are packed eight to a byte before they are coded.
  const units = image.bitsAllocated === 1 ? Math.ceil((image.rows * image.columns) / 8) : image.rows * image.columns;
  const decoded = decodeRle(frame.bytes, units, image.samplesPerPixel, Math.max(1, bytesPerSample));
  if (decoded === null) return failedFault('is damaged: its RLE header does not fit the image');
  if (decoded.short) return failedFault('is damaged: an RLE segment ends before the frame is full');
  return nativeCells(decoded.bytes, { ...frame, bitOffset: 0, bytesLittleEndian: true, swappedBytes: false, image: { ...image, planar: false } });
}

/**
 * The WebAssembly codec is built for 8 bits and gives up at the first oddity; 12 bits, and grey streams that it does not
 * take, go to the slower decoder of this project.
 */
async function dctImage(bytes: Uint8Array): Promise<CodecImage> {
  const start = startOfFrame(bytes);
  if (start?.precision !== 8) return ownImage(decodeJpegDct(bytes));
  try {
    return await decodeWith('turbo', bytes);
  } catch (error) {
    if (start.components !== 1) throw error;
    return ownImage(decodeJpegDct(bytes));
  }
}

/** What the project's own decoders gave, in the form of the codecs. */
function ownImage({ rows, columns, precision, components, samples }: JpegImage): CodecImage {
  const bytes = precision > 8 ? new Uint8Array(samples.buffer) : Uint8Array.from(samples);
  return { rows, columns, bits: precision, components, bytes, planar: false, signed: null };
}

/** JPEG 2000 of either kind. */
async function waveletCells(image: ImageDescription, bytes: Uint8Array, codec: CodecName): Promise<Result<DecodedFrame>> {
  const size = streamSize(bytes);
  // Before the codec takes memory for the size that the stream claims.
  if (size !== null && (size.rows !== image.rows || size.columns !== image.columns)) return otherSize(image, size);
  const narrow = size?.signed === true && size.bits <= 8;
  const decoded = await decodeWith(codec, narrow ? asUnsigned(bytes, size) : bytes);
  return matched(image, narrow ? fromUnsigned(decoded) : decoded, 'RGB');
}

/**
 * The codecs cut signed samples of up to 8 bits off at zero. Called unsigned, the same stream decodes to the same samples with half
 * their range added (ITU-T T.800 annex G.1), which is exact.
 */
function asUnsigned(bytes: Uint8Array, { depthsAt }: StreamSize): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const at of depthsAt) copy[at] = (copy[at] ?? 0) & 0x7f;
  return copy;
}

function fromUnsigned(decoded: CodecImage): CodecImage {
  const half = 2 ** (decoded.bits - 1);
  return { ...decoded, signed: true, bytes: Uint8Array.from(decoded.bytes, (value) => value - half) };
}

const otherSize = (image: ImageDescription, found: { readonly rows: number; readonly columns: number }) =>
  failedFault(`is damaged: its code stream has ${found.rows} rows and ${found.columns} columns, the header says ${image.rows} and ${image.columns}`);

/** Checks a decoded code stream against the header and brings its cells to the width the header says. */
function matched(image: ImageDescription, decoded: CodecImage, colour = image.photometric): Result<DecodedFrame> {
  if (decoded.rows !== image.rows || decoded.columns !== image.columns) return otherSize(image, decoded);
  if (Math.ceil(decoded.bits / 8) > Math.max(1, image.bitsAllocated / 8))
    return failedFault(`is damaged: its code stream has ${decoded.bits} bits a sample, the header says ${image.bitsAllocated}`);
  const count = decoded.rows * decoded.columns * decoded.components;
  const wide = decoded.bits > 8;
  if (decoded.bytes.length < count * (wide ? 2 : 1)) return failedFault('is damaged: its code stream ends before the frame is full');
  const samples = wide ? new Uint16Array(decoded.bytes.buffer, decoded.bytes.byteOffset, count) : decoded.bytes.subarray(0, count);
  const wanted = image.bitsAllocated > 8 ? Uint16Array : Uint8Array;
  const cells = samples instanceof wanted ? samples : wanted.from(samples);
  if (decoded.signed !== null && decoded.signed !== image.signed) extendOrMask(cells, decoded.bits, image.signed);
  const grouped = decoded.planar ? interleave(cells, decoded.components) : cells;
  return ok({ cells: grouped, samplesPerPixel: decoded.components, photometric: decoded.components > 1 ? colour : image.photometric });
}

/** Where header and code stream disagree about the sign the header is right (and the bits are): extend it, or cut it off. */
function extendOrMask(cells: Uint8Array | Uint16Array, bits: number, signed: boolean): void {
  const shift = 32 - bits;
  for (let i = 0; i < cells.length; i++) cells[i] = signed ? ((cells[i] ?? 0) << shift) >> shift : ((cells[i] ?? 0) << shift) >>> shift;
}
