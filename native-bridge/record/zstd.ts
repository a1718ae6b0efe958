import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { collectYoung } from '../sources/frameMemory.ts';

const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * zstd at its fastest regular level, which is what other tools expect of `zstd` chunks: the same content gives the same bytes, as
 * long as zstd is the same. (Verifying packs chunks again: larger pieces of output than Node's default save a fifth of the time but
 * give other bytes for a few large frames.)
 */
export function zstdOf(content: Uint8Array): Uint8Array {
  compressed++;
  if (compressed % collectEvery === 0) collectYoung();
  return zstdCompressSync(content, options);
}

/** Node keeps what a compressor took, half a megabyte and more, until its handle is collected, and does not tell V8 how much it is. */
const collectEvery = 16;
let compressed = 0;

/** What `zstdOf` was given, `contentBytes` long at the most, in memory of its own; `null` when it is damaged. */
export function unzstd(stored: Uint8Array, contentBytes: number): Uint8Array | null {
  try {
    // All of it in one piece, with a byte to spare: full to the brim, a second piece would be made and both be joined.
    const chunkSize = Math.max(constants.Z_MIN_CHUNK, contentBytes + 1);
    return zstdDecompressSync(stored, { maxOutputLength: Math.max(1, contentBytes), chunkSize });
  } catch {
    // zlib throws on damaged data: here that is an answer.
    return null;
  }
}
