import {
  decrypt,
  endMagic,
  indexMagic,
  mostHeadBytes,
  nonceOf,
  parseHead,
  parseSegmentHead,
  RecordLockedError,
  segmentHeadBytes,
  segmentMagic,
  tagBytes,
  trailerBytes,
  unlock,
} from './encryption.ts';

/** Reads the bytes of a file as they lie on the disk; fewer where it ends. */
export type ReadRaw = (offset: number, length: number) => Promise<Uint8Array>;

/** The plaintext of an encrypted file, anywhere in it. */
export interface EncryptedBytes {
  /** Bytes of plaintext up to the last segment that can be found. */
  readonly size: number;
  /** A segment that was damaged reads as zeros: whatever stood there has checksums of its own. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

interface Segment {
  readonly plainOffset: number;
  readonly plainBytes: number;
  readonly fileOffset: number;
}

/** No write of a record is larger; a head that says so is not ours. */
const largestSegmentBytes = 1 << 28;

/**
 * The plaintext of a file that begins like an encrypted one; `null` for any other file. Throws `RecordLockedError` without the right secret.
 */
export async function openEncryptedBytes(size: number, readRaw: ReadRaw): Promise<EncryptedBytes | null> {
  const parsed = parseHead(Buffer.from(await readRaw(0, Math.min(size, mostHeadBytes))));
  if (parsed === null) return null;
  if (parsed === 'damaged') throw new RecordLockedError('it is encrypted, and the head that says how is damaged');
  const key = await unlock(parsed.head);
  const segments = (await readIndex(size, readRaw, key)) ?? (await findSegments(parsed.bytes, size, readRaw));
  const last = segments.at(-1);
  let cached: { readonly segment: Segment; readonly plain: Uint8Array } | null = null;

  const plainOf = async (segment: Segment): Promise<Uint8Array> => {
    if (cached?.segment === segment) return cached.plain;
    const bytes = Buffer.from(await readRaw(segment.fileOffset, segmentHeadBytes + segment.plainBytes + tagBytes));
    const head = parseSegmentHead(bytes, segmentMagic);
    const end = segmentHeadBytes + segment.plainBytes;
    const fits = head !== null && head.plainOffset === segment.plainOffset && head.plainBytes === segment.plainBytes && bytes.length === end + tagBytes;
    const opened = fits ? decrypt(key, nonceOf(segmentMagic, head.number), head.bytes, bytes.subarray(segmentHeadBytes, end), bytes.subarray(end)) : null;
    const plain = opened ?? new Uint8Array(segment.plainBytes);
    cached = { segment, plain };
    return plain;
  };

  return {
    size: last ? last.plainOffset + last.plainBytes : 0,
    async read(offset, length) {
      const end = Math.min(offset + length, last ? last.plainOffset + last.plainBytes : 0);
      if (end <= offset) return new Uint8Array(0);
      const out = new Uint8Array(end - offset);
      for (let i = firstAt(segments, offset); i < segments.length; i++) {
        const segment = segments[i];
        if (!segment || segment.plainOffset >= end) break;
        const plain = await plainOf(segment);
        const from = Math.max(offset, segment.plainOffset);
        const to = Math.min(end, segment.plainOffset + segment.plainBytes);
        if (to > from) out.set(plain.subarray(from - segment.plainOffset, to - segment.plainOffset), from - offset);
      }
      return out;
    },
  };
}

/** Index of the last segment that begins at or before `offset`. */
function firstAt(segments: readonly Segment[], offset: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle]?.plainOffset ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The index at the end of a file that was closed; `null` when there is none that holds together. */
async function readIndex(size: number, readRaw: ReadRaw, key: Buffer): Promise<readonly Segment[] | null> {
  const trailer = Buffer.from(await readRaw(Math.max(0, size - trailerBytes), trailerBytes));
  if (trailer.length !== trailerBytes || !trailer.subarray(8).equals(endMagic)) return null;
  const at = Number(trailer.readBigUInt64LE(0));
  const bytes = size - trailerBytes - at;
  if (at <= 0 || bytes < segmentHeadBytes + tagBytes || bytes > largestSegmentBytes) return null;
  const sealed = Buffer.from(await readRaw(at, bytes));
  const head = parseSegmentHead(sealed, indexMagic);
  const end = bytes - tagBytes;
  if (!head || head.plainBytes !== end - segmentHeadBytes) return null;
  const table = decrypt(key, nonceOf(indexMagic, head.number), head.bytes, sealed.subarray(segmentHeadBytes, end), sealed.subarray(end));
  if (!table) return null;
  const starts = Array.from({ length: table.length / 16 }, (_, i) => ({
    plainOffset: Number(table.readBigUInt64LE(i * 16)),
    fileOffset: Number(table.readBigUInt64LE(i * 16 + 8)),
  }));
  return starts.map((start, i) => ({ ...start, plainBytes: (starts[i + 1]?.plainOffset ?? head.plainOffset) - start.plainOffset }));
}

const windowBytes = 1 << 18;

/** Segment after segment; behind a damaged head the next one is looked for by its mark. */
async function findSegments(from: number, size: number, readRaw: ReadRaw): Promise<readonly Segment[]> {
  const segments: Segment[] = [];
  let expected = 0;
  for (let at: number | null = from; at !== null && at < size; ) {
    const head = parseSegmentHead(Buffer.from(await readRaw(at, segmentHeadBytes)), segmentMagic);
    const end: number = head ? at + segmentHeadBytes + head.plainBytes + tagBytes : Number.POSITIVE_INFINITY;
    if (head && head.plainOffset >= expected && head.plainBytes <= largestSegmentBytes && end <= size) {
      segments.push({ plainOffset: head.plainOffset, plainBytes: head.plainBytes, fileOffset: at });
      expected = head.plainOffset + head.plainBytes;
      at = end;
    } else at = await nextMark(at + 1, size, readRaw);
  }
  return segments;
}

async function nextMark(from: number, size: number, readRaw: ReadRaw): Promise<number | null> {
  for (let offset = from; offset < size; offset += windowBytes - segmentMagic.length) {
    const found = Buffer.from(await readRaw(offset, Math.min(windowBytes, size - offset))).indexOf(segmentMagic);
    if (found !== -1) return offset + found;
  }
  return null;
}
