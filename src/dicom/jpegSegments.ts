import { type HuffmanTable, huffmanTable } from './jpegBits.ts';

/** One marker segment of a JPEG stream before or between scans. */
export interface Segment {
  readonly code: number;
  readonly body: Uint8Array;
  /** Where the data behind the segment begin: entropy-coded bits, for a scan header. */
  readonly end: number;
}

export const wordAt = (data: Uint8Array, at: number): number => ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);

/** The next segment at or behind `from`; null at the end of the image or of the data. Anything between is passed over. */
export function nextSegment(data: Uint8Array, from: number): Segment | null {
  for (let at = from; at + 4 <= data.length; at++) {
    const code = data[at + 1] ?? 0;
    if (data[at] !== 0xff || code === 0xff || code === 0) continue;
    if (code === 0xd9) return null;
    if (code === 0x01 || (code >= 0xd0 && code <= 0xd8)) {
      at++;
      continue;
    }
    const end = at + 2 + Math.max(2, wordAt(data, at + 2));
    return { code, body: data.subarray(at + 4, end), end };
  }
  return null;
}

/** Adds the tables of a DHT segment: DC (and lossless) tables under 0–3, AC tables under 16–19. */
export function readHuffman(body: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= body.length; ) {
    const counts = body.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    tables.set(body[at] ?? 0, huffmanTable(counts, body.subarray(at + 17, at + 17 + total)));
    at += 17 + total;
  }
}
