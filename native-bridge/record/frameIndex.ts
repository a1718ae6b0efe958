import { createByteLog } from './byteLog.ts';
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

/** The index of a file that is being written. */
export interface GrowingFrameIndex {
  /** Frames so far. */
  readonly count: number;
  add(entry: FrameEntry): void;
  /** Little-endian: sequence u64, time µs u64, chunk offset u64, chunk length u64 for each frame. */
  encoded(): Uint8Array;
}

export function createFrameIndex(): GrowingFrameIndex {
  const entries = createByteLog();
  const bytes = new Uint8Array(entryBytes);
  const view = viewOf(bytes);
  let count = 0;
  return {
    get count() {
      return count;
    },
    add({ seq, tUs, offset, length }) {
      [seq, tUs, offset, length].forEach((value, i) => {
        view.setBigUint64(8 * i, BigInt(value), true);
      });
      entries.append(bytes);
      count++;
    },
    encoded: () => Buffer.concat(entries.parts()),
  };
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
