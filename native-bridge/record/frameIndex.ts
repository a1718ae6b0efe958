import { viewOf } from './mcapFormat.ts';

/** Where a frame's chunk is in its plane's file. */
export interface FrameEntry {
  readonly seq: number;
  readonly tUs: number;
  readonly offset: number;
  /** Length of the chunk record. */
  readonly length: number;
}

/** Name of the attachment at the end of a plane's file, for opening a long record at once. */
export const frameIndexName = 'pedicle.frames';
export const frameIndexType = 'application/octet-stream';
const entryBytes = 32;

/** Little-endian: sequence u64, time µs u64, chunk offset u64, chunk length u64 for each frame. */
export function encodeFrameIndex(entries: readonly FrameEntry[]): Uint8Array {
  const bytes = new Uint8Array(entries.length * entryBytes);
  const view = viewOf(bytes);
  entries.forEach((entry, i) => {
    view.setBigUint64(i * entryBytes, BigInt(entry.seq), true);
    view.setBigUint64(i * entryBytes + 8, BigInt(entry.tUs), true);
    view.setBigUint64(i * entryBytes + 16, BigInt(entry.offset), true);
    view.setBigUint64(i * entryBytes + 24, BigInt(entry.length), true);
  });
  return bytes;
}

/** `null` when it is not a whole number of entries in order, each inside the file. */
export function parseFrameIndex(bytes: Uint8Array, fileBytes: number): FrameEntry[] | null {
  if (bytes.length % entryBytes !== 0) return null;
  const view = viewOf(bytes);
  // Halves, not a bigint: two hours of frames have a million of these numbers, and the first picture waits for them.
  const number = (at: number) => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  const entries: FrameEntry[] = [];
  let previousSeq = -1;
  let previousEnd = 0;
  for (let at = 0; at < bytes.length; at += entryBytes) {
    const entry = { seq: number(at), tUs: number(at + 8), offset: number(at + 16), length: number(at + 24) };
    if (entry.seq <= previousSeq || entry.offset < previousEnd || entry.offset + entry.length > fileBytes) return null;
    previousSeq = entry.seq;
    previousEnd = entry.offset + entry.length;
    entries.push(entry);
  }
  return entries;
}
