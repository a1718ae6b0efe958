import type { PixelCoding } from './transferSyntax.ts';

/**
 * How a coded frame is really coded, by its own markers; `declared` when they do not tell. Files whose transfer syntax
 * names a neighbour (lossless for baseline, JPEG-LS for JPEG) are common enough.
 */
export function codedAs(frame: Uint8Array, declared: PixelCoding): PixelCoding {
  const marker = ((frame[0] ?? 0) << 8) | (frame[1] ?? 0);
  if (marker === 0xff4f) return declared === 'htj2k' || hasCapabilityMarker(frame) ? 'htj2k' : 'jpeg-2000';
  if (marker === 0xff0a) return 'jpeg-xl';
  if (frame[0] === 0 && frame[1] === 0 && frame[2] === 0 && frame[3] === 0x0c) return frame[4] === 0x4a && frame[5] === 0x58 ? 'jpeg-xl' : 'jpeg-2000';
  return marker === 0xffd8 ? (jpegProcess(frame) ?? declared) : declared;
}

/** Whether a frame begins as a code stream of its family must; other codings have no mark of their own. */
export function looksCoded(frame: Uint8Array, coding: PixelCoding): boolean {
  if (!coding.startsWith('jpeg') && coding !== 'htj2k') return true;
  return (frame[0] === 0xff && [0xd8, 0x4f, 0x0a].includes(frame[1] ?? 0)) || (frame[0] === 0 && frame[3] === 0x0c);
}

/** Whether a code stream begins at a place that is one by its first bytes: JPEG family SOI, JPEG 2000 code stream or file, JPEG XL code stream or file, RLE header. */
export function startsCodeStream(bytes: Uint8Array, at: number): boolean {
  const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  if (a === 0xff && (b === 0xd8 || b === 0x4f || b === 0x0a)) return true;
  if (a === 0 && b === 0 && c === 0 && d === 0x0c) return true;
  return a !== undefined && a >= 1 && a <= 15 && b === 0 && c === 0 && d === 0 && bytes[at + 4] === 64 && bytes[at + 5] === 0;
}

/** How many bytes of filling in front of a code stream are passed over. */
const mostFilling = 64;

/** A frame without the zeros and ones that some writers put in front of its code stream; as it is when none begins behind them. */
export function withoutFilling(frame: Uint8Array): Uint8Array {
  const start = frame
    .subarray(0, mostFilling)
    .findIndex((value, at) => value === 0xff && (frame[at + 1] === 0xd8 || frame[at + 1] === 0x4f) && frame[at + 2] === 0xff);
  return start > 0 && frame.subarray(0, start).every((value) => value === 0 || value === 0xff) ? frame.subarray(start) : frame;
}

/** Whether a frame begins as the header of RLE segments (PS3.5 annex G.5): how many, and the first right behind it. */
export const looksRle = (frame: Uint8Array): boolean =>
  frame.length > 64 && [0, 0, 0, 64, 0, 0, 0].every((value, index) => frame[index + 1] === value) && (frame[0] ?? 0) >= 1 && (frame[0] ?? 0) <= 15;

/** The JPEG process by its start-of-frame marker (ITU-T T.81 table B.1; T.87 for FFF7). */
function jpegProcess(frame: Uint8Array): PixelCoding | null {
  const code = startOfFrame(frame)?.code;
  if (code === undefined) return null;
  if (code === 0xf7) return 'jpeg-ls';
  return code === 0xc3 || code === 0xcb ? 'jpeg-lossless' : 'jpeg';
}

/** The start-of-frame segment of a JPEG or JPEG-LS stream. */
export interface StartOfFrame {
  readonly code: number;
  readonly precision: number;
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
}

/** Finds it by walking the segments before the first scan; null when the stream has none there. */
export function startOfFrame(frame: Uint8Array): StartOfFrame | null {
  let at = 2;
  while (at + 9 < frame.length) {
    if (frame[at] !== 0xff) {
      at++;
      continue;
    }
    const code = frame[at + 1] ?? 0;
    const length = ((frame[at + 2] ?? 0) << 8) | (frame[at + 3] ?? 0);
    if (code === 0xff) at++;
    else if (code === 0 || code === 0x01 || (code >= 0xd0 && code <= 0xd8)) at += 2;
    else if (code === 0xda) return null;
    else if ((code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc) || code === 0xf7) {
      const word = (offset: number) => ((frame[at + offset] ?? 0) << 8) | (frame[at + offset + 1] ?? 0);
      return { code, precision: frame[at + 4] ?? 0, rows: word(5), columns: word(7), components: frame[at + 9] ?? 0 };
    } else at += 2 + Math.max(length, 2);
  }
  return null;
}

/** The SIZ segment of a JPEG 2000 stream (ITU-T T.800 A.5.1). */
export interface StreamSize {
  readonly rows: number;
  readonly columns: number;
  /** Of the first component. */
  readonly bits: number;
  readonly signed: boolean;
  /** Where sign and depth of each component stand, one byte each. */
  readonly depthsAt: readonly number[];
}

/** How far into a frame its code stream may begin: boxes of a JP2 file come before it. */
const mostBoxes = 4096;

/** Null where no such segment is found. */
export function streamSize(frame: Uint8Array): StreamSize | null {
  const last = Math.min(mostBoxes, frame.length - 45);
  for (let at = 0; at <= last; at++) {
    if (frame[at] !== 0xff || frame[at + 1] !== 0x4f || frame[at + 2] !== 0xff || frame[at + 3] !== 0x51) continue;
    const view = new DataView(frame.buffer, frame.byteOffset + at + 2, frame.length - at - 2);
    const components = Math.min(view.getUint16(38), Math.floor((view.byteLength - 40) / 3));
    const depth = view.getUint8(40);
    return {
      columns: view.getUint32(6) - view.getUint32(14),
      rows: view.getUint32(10) - view.getUint32(18),
      bits: (depth & 0x7f) + 1,
      signed: depth > 0x7f,
      depthsAt: Array.from({ length: components }, (_, component) => at + 2 + 40 + 3 * component),
    };
  }
  return null;
}

/** HTJ2K streams announce Part 15 with a CAP marker (FF50) right after SIZ. */
function hasCapabilityMarker(frame: Uint8Array): boolean {
  const sizLength = ((frame[4] ?? 0) << 8) | (frame[5] ?? 0);
  return frame[2] === 0xff && frame[3] === 0x51 && frame[4 + sizLength] === 0xff && frame[5 + sizLength] === 0x50;
}
