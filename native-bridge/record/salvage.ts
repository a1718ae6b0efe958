import type { ByteFile } from './byteFile.ts';
import { mcapMagic, opcodes, recordHeadBytes, viewOf } from './mcapFormat.ts';
import { type FileRecord, isCut, type LoadedChunk, loadChunk, recordAt } from './mcapWalk.ts';

/** A stretch of a file that could not be read. */
export interface LostBytes {
  readonly offset: number;
  readonly bytes: number;
}

export type Salvaged = { readonly chunk: LoadedChunk; readonly record: FileRecord } | { readonly lost: LostBytes };

/**
 * Every readable chunk of a damaged file, in its order: where a record makes no sense, the next chunk is looked for byte by
 * byte, and taken when its checksum is good. One chunk in memory at a time.
 */
export async function* salvageChunks(file: ByteFile): AsyncGenerator<Salvaged> {
  let offset = (await startsLikeMcap(file)) ? mcapMagic.length : 0;
  while (offset < file.size) {
    const record = await recordAt(file, offset);
    if (!isCut(record) && record.opcode === opcodes.dataEnd) return;
    const chunk = !isCut(record) && record.opcode === opcodes.chunk ? await loadChunk(file, record) : null;
    if (!isCut(record) && chunk !== null && typeof chunk !== 'string') yield { chunk, record };
    if (!isCut(record) && typeof chunk !== 'string' && isPlausible(record)) {
      offset = record.end;
      continue;
    }
    const next = await findChunk(file, offset + 1);
    yield { lost: { offset, bytes: (next ?? file.size) - offset } };
    if (next === null) return;
    offset = next;
  }
}

async function startsLikeMcap(file: ByteFile): Promise<boolean> {
  return Buffer.compare(await file.read(0, mcapMagic.length), mcapMagic) === 0;
}

/** A damaged length could jump over good chunks: only records that we write, of a size that we write them in, are stepped over. */
function isPlausible(record: FileRecord): boolean {
  const known: readonly number[] = Object.values(opcodes);
  return known.includes(record.opcode) && (record.opcode === opcodes.chunk || record.contentBytes < 1 << 24);
}

const windowBytes = 1 << 18;

/** The next place from `from` on where a chunk stands whose checksum is good. */
async function findChunk(file: ByteFile, from: number): Promise<number | null> {
  for (let offset = from; offset + recordHeadBytes < file.size; offset += windowBytes - recordHeadBytes) {
    const window = (await file.read(offset, windowBytes)).slice();
    for (let at = window.indexOf(opcodes.chunk); at !== -1 && at + recordHeadBytes <= window.length; at = window.indexOf(opcodes.chunk, at + 1)) {
      if (!couldBeLength(viewOf(window).getBigUint64(at + 1, true), file.size - offset - at)) continue;
      const record = await recordAt(file, offset + at);
      if (!isCut(record) && typeof (await loadChunk(file, record)) !== 'string') return offset + at;
    }
  }
  return null;
}

/** A chunk has at least its own head and one message. */
function couldBeLength(contentBytes: bigint, left: number): boolean {
  return contentBytes > 60n && contentBytes <= BigInt(left - recordHeadBytes);
}
