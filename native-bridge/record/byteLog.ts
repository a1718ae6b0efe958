/**
 * Bytes put behind one another while a record grows. What there is of each frame or chunk costs its own bytes here: as objects it took
 * two kilobytes a frame, two hundred megabytes an hour of two planes.
 */
export interface ByteLog {
  append(bytes: Uint8Array): void;
  /** All of them, in order; not to be changed. */
  parts(): readonly Uint8Array[];
}

const blockBytes = 64 * 1024;

export function createByteLog(): ByteLog {
  const full: Uint8Array[] = [];
  let block = new Uint8Array(blockBytes);
  let used = 0;
  return {
    append(bytes) {
      if (used + bytes.length > block.length) {
        if (used > 0) full.push(block.subarray(0, used));
        block = new Uint8Array(Math.max(blockBytes, bytes.length));
        used = 0;
      }
      block.set(bytes, used);
      used += bytes.length;
    },
    parts: () => (used > 0 ? [...full, block.subarray(0, used)] : full),
  };
}
