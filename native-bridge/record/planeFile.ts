import type { PlaneId } from '../../src/sample/sample.ts';
import { RecordLockedError } from '../security/encryption.ts';
import { type ByteFile, openByteFile } from './byteFile.ts';
import { type FrameEntry, frameIndexName, parseFrameIndex } from './frameIndex.ts';
import { footerBytes, mcapMagic, opcodes, parseChunkHead, recordHeadBytes, viewOf } from './mcapFormat.ts';
import { contentOf, type FileRecord, hasMagic, isCut, parseSmall, recordAt } from './mcapWalk.ts';
import { microsecondsOf, sessionMsOf } from './time.ts';

/** Where a chunk of a plane's file is, and its time: what can be known without reading its pixels. */
export interface ChunkPlace {
  readonly tUs: number;
  readonly offset: number;
  readonly length: number;
}

/** The plane's file; `null` when there is none or it does not begin like one. */
export async function openPlaneFile(path: string): Promise<ByteFile | null> {
  let file: ByteFile;
  try {
    file = await openByteFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    // The record's other files could be opened: then it is the head of this one that is damaged.
    if (error instanceof RecordLockedError) return null;
    throw error;
  }
  if (await hasMagic(file)) return file;
  await file.close();
  return null;
}

/** The index at the end of a finished file, found through the footer; `null` when the file has none that holds together. */
export async function readFrameIndex(file: ByteFile): Promise<FrameEntry[] | null> {
  const footer = await recordAt(file, file.size - footerBytes - mcapMagic.length);
  if (isCut(footer) || footer.opcode !== opcodes.footer || footer.contentBytes !== footerBytes - recordHeadBytes) return null;
  // Second field of the footer. (The stock parser takes a footer only together with the magic behind it.)
  const summaryOffsetStart = Number(viewOf(await contentOf(file, footer)).getBigUint64(8, true));
  for (let at = summaryOffsetStart; at < footer.offset; ) {
    const record = await recordAt(file, at);
    if (isCut(record)) return null;
    const group = await parseSmall(file, record);
    if (group?.type === 'SummaryOffset' && group.groupOpcode === opcodes.attachmentIndex) return readIndexAttachment(file, Number(group.groupStart));
    at = record.end;
  }
  return null;
}

async function readIndexAttachment(file: ByteFile, indexAt: number): Promise<FrameEntry[] | null> {
  const indexRecord = await recordAt(file, indexAt);
  if (isCut(indexRecord)) return null;
  const index = await parseSmall(file, indexRecord);
  if (index?.type !== 'AttachmentIndex' || index.name !== frameIndexName) return null;
  const record = await recordAt(file, Number(index.offset));
  if (isCut(record)) return null;
  const attachment = await parseSmall(file, record);
  return attachment?.type === 'Attachment' ? parseFrameIndex(attachment.data, file.size) : null;
}

/** Every chunk of a file that was cut off, without reading the pixels. */
export async function listChunks(file: ByteFile, startedAtEpochMs: number): Promise<ChunkPlace[]> {
  const places: ChunkPlace[] = [];
  for (let offset = mcapMagic.length; ; ) {
    const record = await recordAt(file, offset);
    if (isCut(record) || record.opcode === opcodes.dataEnd) return places;
    if (record.opcode === opcodes.chunk) {
      const place = await chunkPlace(file, record, startedAtEpochMs);
      if (!place) return places;
      places.push(place);
    }
    offset = record.end;
  }
}

export async function chunkPlace(file: ByteFile, record: FileRecord, startedAtEpochMs: number): Promise<ChunkPlace | null> {
  const parsed = parseChunkHead(await file.read(record.offset + recordHeadBytes, Math.min(64, record.contentBytes)), record.contentBytes);
  if (!parsed) return null;
  const tUs = microsecondsOf(sessionMsOf({ startedAtEpochMs }, parsed.head.startTimeNs));
  return { tUs, offset: record.offset, length: record.end - record.offset };
}

/** Chunks given the sequence numbers that telemetry has for them: in order, by equal times. */
export function matchFrames(places: readonly ChunkPlace[], frames: readonly { readonly seq: number; readonly tUs: number }[]): FrameEntry[] {
  const entries: FrameEntry[] = [];
  let at = 0;
  for (const frame of frames) {
    while ((places[at]?.tUs ?? Number.POSITIVE_INFINITY) < frame.tUs) at++;
    const place = places[at];
    if (place?.tUs !== frame.tUs) continue;
    entries.push({ seq: frame.seq, ...place });
    at++;
  }
  return entries;
}

export const planeFileName = (plane: PlaneId): string => `plane-${plane}.mcap`;
