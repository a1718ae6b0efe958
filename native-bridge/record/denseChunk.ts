import { viewOf } from './mcapFormat.ts';
import { unzstd, zstdOf } from './zstd.ts';

/** Name of the compression in a chunk's head. Chunks of this kind hold one frame. */
export const denseCompression = 'pedicle-dense1';

/** Where in a chunk's content the pixels are, row-major, little-endian. */
export interface PixelPlace {
  readonly offset: number;
  readonly columns: number;
  readonly rows: number;
  readonly bytesPerPixel: 1 | 2;
}

const headBytes = 13;

/**
 * The content of a chunk, its pixels made easy to compress without losing anything, then zstd: what a pixel differs from
 * (3 · left + 3 · above − 2 · above left + 2) >> 2, small numbers of both signs made small positive ones, low bytes of all pixels
 * before high bytes. Before it stands, little-endian, `u32 offset | u32 columns | u32 rows | u8 bytes per pixel` of the pixels.
 */
export function packDense(content: Uint8Array, place: PixelPlace): Uint8Array {
  const { offset, columns, rows, bytesPerPixel } = place;
  const bytes = columns * rows * bytesPerPixel;
  if (offset + bytes > content.length) throw new Error('pixels beyond the end of their chunk');
  const packed = Buffer.from(content);
  const pixels = pixelsAt(content, place);
  const residuals = residualsOf(pixels, columns, rows, bytesPerPixel === 1 ? 8 : 16);
  packed.set(bytesPerPixel === 1 ? residuals : split(residuals), offset);
  const head = new Uint8Array(headBytes);
  const view = viewOf(head);
  view.setUint32(0, offset, true);
  view.setUint32(4, columns, true);
  view.setUint32(8, rows, true);
  view.setUint8(12, bytesPerPixel);
  return Buffer.concat([head, zstdOf(packed)]);
}

/** What `packDense` was given, `contentBytes` long; `null` when it is damaged. */
export function unpackDense(stored: Uint8Array, contentBytes: number): Uint8Array | null {
  if (stored.length < headBytes) return null;
  const view = viewOf(stored);
  const [offset, columns, rows, bytesPerPixel] = [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true), view.getUint8(12)];
  if (bytesPerPixel !== 1 && bytesPerPixel !== 2) return null;
  const bytes = columns * rows * bytesPerPixel;
  if (offset + bytes > contentBytes) return null;
  const content = unzstd(stored.subarray(headBytes), contentBytes);
  if (content?.length !== contentBytes) return null;
  const packed = content.subarray(offset, offset + bytes);
  const residuals = bytesPerPixel === 1 ? packed : joined(packed);
  const pixels = pixelsOf(residuals, columns, rows, bytesPerPixel === 1 ? 8 : 16);
  packed.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
  return content;
}

type Samples = Uint8Array | Uint16Array;

/** A copy, as the pixels need not lie on an even address. (`slice` of a `Buffer` is none.) */
function pixelsAt(content: Uint8Array, { offset, columns, rows, bytesPerPixel }: PixelPlace): Samples {
  const bytes = Uint8Array.from(content.subarray(offset, offset + columns * rows * bytesPerPixel));
  return bytesPerPixel === 1 ? bytes : new Uint16Array(bytes.buffer, 0, columns * rows);
}

/** What is expected of a pixel inside the picture. */
const expected = (left: number, above: number, aboveLeft: number): number => (3 * left + 3 * above - 2 * aboveLeft + 2) >> 2;

const samplesLike = (samples: Samples): Samples => (samples instanceof Uint8Array ? new Uint8Array(samples.length) : new Uint16Array(samples.length));

/** Modulo 2^bits, and then 0, −1, 1, −2 … as 0, 1, 2, 3 … Neighbours are kept in variables: this runs for every pixel of a record. */
function residualsOf(pixels: Samples, columns: number, rows: number, bits: 8 | 16): Samples {
  const residuals = samplesLike(pixels);
  const shift = 32 - bits;
  for (let y = 0, at = 0; y < rows; y++) {
    let left = 0;
    let aboveLeft = 0;
    for (let x = 0; x < columns; x++, at++) {
      const above = y === 0 ? left : (pixels[at - columns] ?? 0);
      const guess = y === 0 ? left : x === 0 ? above : expected(left, above, aboveLeft);
      const pixel = pixels[at] ?? 0;
      const signed = ((pixel - guess) << shift) >> shift;
      residuals[at] = (signed << 1) ^ (signed >> 31);
      left = pixel;
      aboveLeft = above;
    }
  }
  return residuals;
}

function pixelsOf(residuals: Samples, columns: number, rows: number, bits: 8 | 16): Samples {
  const pixels = samplesLike(residuals);
  const mask = bits === 8 ? 0xff : 0xffff;
  for (let y = 0, at = 0; y < rows; y++) {
    let left = 0;
    let aboveLeft = 0;
    for (let x = 0; x < columns; x++, at++) {
      const above = y === 0 ? left : (pixels[at - columns] ?? 0);
      const guess = y === 0 ? left : x === 0 ? above : expected(left, above, aboveLeft);
      const residual = residuals[at] ?? 0;
      const pixel = (guess + ((residual >>> 1) ^ -(residual & 1))) & mask;
      pixels[at] = pixel;
      left = pixel;
      aboveLeft = above;
    }
  }
  return pixels;
}

function split(values: Samples): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    bytes[i] = value;
    bytes[values.length + i] = value >>> 8;
  }
  return bytes;
}

function joined(bytes: Uint8Array): Uint16Array {
  const values = new Uint16Array(bytes.length / 2);
  for (let i = 0; i < values.length; i++) values[i] = (bytes[i] ?? 0) | ((bytes[values.length + i] ?? 0) << 8);
  return values;
}
