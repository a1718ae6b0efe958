import type { ImageDescription } from './image.ts';

/**
 * Samples of one decoded frame: cells of 8, 16 or 32 bits as they are stored (row-major, samples of a pixel together,
 * this machine's byte order), with whatever bits lie outside `bitsStored`.
 */
export interface DecodedFrame {
  readonly cells: Uint8Array | Uint16Array | Uint32Array;
  readonly samplesPerPixel: number;
  /** What the samples mean now: a decoder may already have turned YBR into RGB. */
  readonly photometric: string;
}

/** Colour table for PALETTE COLOR: entries of 8 or 16 bits, given as 8-bit luma of each index. */
export interface LumaPalette {
  readonly firstValue: number;
  readonly luma: Uint8Array;
}

/**
 * Writes a decoded frame as the unsigned stored values that the rest of the program works with:
 * - bits outside `bitsStored` (overlays, padding) are dropped, and the value is shifted down to bit 0;
 * - signed values are offset by 2^(bitsStored − 1), so that their order is kept;
 * - colour becomes luma (ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B), 8 bit.
 */
export function writeUnsigned(frame: DecodedFrame, image: ImageDescription, palette: LumaPalette | null, out: Uint8Array | Uint16Array): void {
  if (frame.samplesPerPixel > 1) writeLuma(frame, image, out);
  else if (palette !== null) writePalette(frame.cells, palette, out);
  else writeGrey(frame.cells, image, out);
}

function writeGrey(cells: DecodedFrame['cells'], image: ImageDescription, out: Uint8Array | Uint16Array): void {
  const shift = image.highBit + 1 - image.bitsStored;
  const mask = 2 ** image.bitsStored - 1;
  const flip = image.signed ? 2 ** (image.bitsStored - 1) : 0;
  if (shift === 0 && flip === 0 && image.bitsStored === image.bitsAllocated) {
    out.set(cells.length === out.length ? cells : cells.subarray(0, out.length));
    return;
  }
  // For two's complement, adding half the range and wrapping is the same as turning over the sign bit.
  for (let i = 0; i < out.length; i++) out[i] = (((cells[i] ?? 0) >>> shift) & mask) ^ flip;
}

function writeLuma(frame: DecodedFrame, image: ImageDescription, out: Uint8Array | Uint16Array): void {
  const { cells, samplesPerPixel, photometric } = frame;
  const shift = Math.max(0, image.bitsStored - 8);
  if (photometric.startsWith('YBR')) {
    // Y is the luma already.
    for (let i = 0; i < out.length; i++) out[i] = (cells[i * samplesPerPixel] ?? 0) >>> shift;
    return;
  }
  for (let i = 0, at = 0; i < out.length; i++, at += samplesPerPixel) {
    // 77, 150 and 29 of 256 are the three weights; integers, so that every engine gives the same luma.
    out[i] = (77 * ((cells[at] ?? 0) >>> shift) + 150 * ((cells[at + 1] ?? 0) >>> shift) + 29 * ((cells[at + 2] ?? 0) >>> shift) + 128) >>> 8;
  }
}

function writePalette(cells: DecodedFrame['cells'], palette: LumaPalette, out: Uint8Array | Uint16Array): void {
  const last = palette.luma.length - 1;
  for (let i = 0; i < out.length; i++) {
    const index = Math.min(Math.max((cells[i] ?? 0) - palette.firstValue, 0), last);
    out[i] = palette.luma[index] ?? 0;
  }
}
