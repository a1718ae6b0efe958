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

/** HTJ2K streams announce Part 15 with a CAP marker (FF50) right after SIZ. */
function hasCapabilityMarker(frame: Uint8Array): boolean {
  const sizLength = ((frame[4] ?? 0) << 8) | (frame[5] ?? 0);
  return frame[2] === 0xff && frame[3] === 0x51 && frame[4 + sizLength] === 0xff && frame[5 + sizLength] === 0x50;
}
