import { failedFault, ok, type Result } from '../../src/base/result.ts';
import type { DecodedFrame } from '../../src/dicom/storedValues.ts';
import type { CodedFrame } from './dicomDecode.ts';

type NativeFrame = Pick<CodedFrame, 'image' | 'bitOffset' | 'bytesLittleEndian' | 'swappedBytes'>;

/** Uncompressed bytes as cells of this machine's byte order, samples of a pixel together. */
export function nativeCells(bytes: Uint8Array, frame: NativeFrame): Result<DecodedFrame> {
  const { image } = frame;
  const pixels = image.rows * image.columns;
  const half = image.photometric === 'YBR_FULL_422' && bytes.length < pixels * 3;
  const samples = pixels * (half ? 2 : image.samplesPerPixel);
  const neededBytes = Math.ceil((frame.bitOffset + samples * image.bitsAllocated) / 8);
  if (bytes.length < neededBytes) return failedFault(`is cut short: it needs ${neededBytes} bytes and ${bytes.length} are there`);
  const cells = cellsOf(bytes, samples, frame);
  if (half) return ok({ cells: lumaOf422(cells, pixels), samplesPerPixel: 1, photometric: 'MONOCHROME2' });
  const grouped = image.planar && image.samplesPerPixel > 1 ? interleave(cells, image.samplesPerPixel) : cells;
  return ok({ cells: grouped, samplesPerPixel: image.samplesPerPixel, photometric: image.photometric });
}

function cellsOf(bytes: Uint8Array, count: number, frame: NativeFrame): DecodedFrame['cells'] {
  switch (frame.image.bitsAllocated) {
    case 1:
      return bitsOf(bytes, count, frame.bitOffset);
    case 8:
      return frame.swappedBytes ? swapped(bytes, count, frame.bitOffset / 8) : bytes.subarray(0, count);
    case 16:
      return wordsOf(bytes, count, frame.bytesLittleEndian);
    case 32: {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return Uint32Array.from({ length: count }, (_, index) => view.getUint32(index * 4, frame.bytesLittleEndian));
    }
  }
}

/** From byte `first` of whole words. */
const swapped = (bytes: Uint8Array, count: number, first: number) => Uint8Array.from({ length: count }, (_, index) => bytes[(first + index) ^ 1] ?? 0);

/** Single bits, least significant first (PS3.5 8.1.1). */
function bitsOf(bytes: Uint8Array, count: number, bitOffset: number): Uint8Array {
  const cells = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const bit = bitOffset + i;
    cells[i] = ((bytes[bit >>> 3] ?? 0) >>> (bit & 7)) & 1;
  }
  return cells;
}

function wordsOf(bytes: Uint8Array, count: number, littleEndian: boolean): Uint16Array {
  // Every machine this runs on is little endian: then aligned words need no copy.
  if (littleEndian && bytes.byteOffset % 2 === 0) return new Uint16Array(bytes.buffer, bytes.byteOffset, count);
  const words = new Uint16Array(count);
  const [low, high] = littleEndian ? [0, 1] : [1, 0];
  for (let i = 0; i < count; i++) words[i] = (bytes[2 * i + low] ?? 0) | ((bytes[2 * i + high] ?? 0) << 8);
  return words;
}

/** Two luma samples, then both colour differences: Y1 Y2 Cb Cr (PS3.3 C.7.6.3.1.2). */
function lumaOf422(cells: DecodedFrame['cells'], pixels: number): Uint8Array {
  return Uint8Array.from({ length: pixels }, (_, index) => cells[(index >> 1) * 4 + (index & 1)] ?? 0);
}

/** Sample planes one after the other → samples of a pixel together. */
export function interleave<T extends Uint8Array | Uint16Array | Uint32Array>(cells: T, components: number): T {
  // Not with `slice`: of a Buffer, which inflated bytes are, that is the same memory.
  const out = new (cells.constructor === Uint16Array ? Uint16Array : cells.constructor === Uint32Array ? Uint32Array : Uint8Array)(cells.length) as T;
  const pixels = Math.floor(cells.length / components);
  for (let c = 0; c < components; c++) for (let i = 0; i < pixels; i++) out[i * components + c] = cells[c * pixels + i] ?? 0;
  return out;
}
