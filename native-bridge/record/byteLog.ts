import { unzstd, zstdOf } from './zstd.ts';

/**
 * Bytes put behind one another while a record grows. What there is of each frame or chunk costs less than its own bytes here: as objects
 * it took two kilobytes a frame, two hundred megabytes an hour of two planes; as bytes 130; packed 32.
 */
export interface ByteLog {
  append(bytes: Uint8Array): void;
  /** All of them, in order; not to be changed. */
  parts(): readonly Uint8Array[];
}

const blockBytes = 64 * 1024;

export function createByteLog(): ByteLog {
  const full: { readonly packed: Uint8Array; readonly bytes: number }[] = [];
  let block = new Uint8Array(blockBytes);
  let used = 0;
  return {
    append(bytes) {
      if (used + bytes.length > block.length) {
        if (used > 0) full.push({ packed: zstdOf(block.subarray(0, used)), bytes: used });
        if (bytes.length > block.length) block = new Uint8Array(bytes.length);
        used = 0;
      }
      block.set(bytes, used);
      used += bytes.length;
    },
    parts: () => [...full.map(unpacked), block.subarray(0, used)],
  };
}

function unpacked({ packed, bytes }: { readonly packed: Uint8Array; readonly bytes: number }): Uint8Array {
  const block = unzstd(packed, bytes);
  if (block === null) throw new Error('bytes packed a while ago in memory are not whole');
  return block;
}
