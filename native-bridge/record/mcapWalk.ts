import { crc32 } from 'node:zlib';
import { McapStreamReader, type TypedMcapRecord } from '@mcap/core';
import type { ByteFile } from './byteFile.ts';
import { denseCompression, unpackDense } from './denseChunk.ts';
import { type ChunkContent, type ChunkHead, maxRecordBytes, mcapMagic, parseChunkHead, parseChunkRecords, recordHeadBytes, viewOf } from './mcapFormat.ts';
import { unzstd } from './zstd.ts';

/** One record of a file, its content not yet read. */
export interface FileRecord {
  readonly opcode: number;
  /** Where its opcode is. */
  readonly offset: number;
  readonly contentBytes: number;
  /** Where the next record begins. */
  readonly end: number;
}

export interface Cut {
  readonly offset: number;
  /** Half a sentence. */
  readonly why: string;
}

export async function hasMagic(file: ByteFile): Promise<boolean> {
  return Buffer.compare(await file.read(0, mcapMagic.length), mcapMagic) === 0;
}

/** The record at `offset`, or why there is none. */
export async function recordAt(file: ByteFile, offset: number): Promise<FileRecord | Cut> {
  return recordOf(await file.read(offset, recordHeadBytes), offset, file.size);
}

/** The record that begins with these bytes of a file, at `offset` in it, or why they are not one. */
export function recordOf(head: Uint8Array, offset: number, fileBytes: number): FileRecord | Cut {
  if (head.length < recordHeadBytes) return { offset, why: head.length === 0 ? 'the file ends' : 'the file ends inside a record' };
  const contentBytes = Number(viewOf(head).getBigUint64(1, true));
  const opcode = head[0] ?? 0;
  const end = offset + recordHeadBytes + contentBytes;
  if (opcode === 0 || contentBytes > maxRecordBytes) return { offset, why: 'what follows is not a record' };
  if (end > fileBytes) return { offset, why: 'the file ends inside a record' };
  return { opcode, offset, contentBytes, end };
}

export const isCut = (record: FileRecord | Cut): record is Cut => 'why' in record;

/** The content of a record; the caller has it from `recordAt`, so it is all there. */
export const contentOf = (file: ByteFile, record: FileRecord): Promise<Uint8Array> => file.read(record.offset + recordHeadBytes, record.contentBytes);

/** A small record (not a chunk), parsed by the stock reader; `null` when it is damaged. */
export async function parseSmall(file: ByteFile, record: FileRecord): Promise<TypedMcapRecord | null> {
  const reader = new McapStreamReader({ noMagicPrefix: true });
  try {
    reader.append(await file.read(record.offset, record.end - record.offset));
    return reader.nextRecord() ?? null;
  } catch {
    // The stock parser throws on any inconsistency: here that is an answer.
    return null;
  }
}

export interface LoadedChunk extends ChunkContent {
  readonly head: ChunkHead;
}

/** A chunk's messages, its CRC checked; else half a sentence. */
export async function loadChunk(file: ByteFile, record: FileRecord): Promise<LoadedChunk | string> {
  return parseChunk(await contentOf(file, record));
}

export function parseChunk(content: Uint8Array): LoadedChunk | string {
  const parsed = parseChunkHead(content, content.length);
  if (!parsed) return 'a chunk is damaged in its head';
  const { head, recordsAt } = parsed;
  const records = decompress(content.subarray(recordsAt), head);
  if (!records || records.length !== head.uncompressedBytes) return 'a chunk is damaged in its compressed data';
  if (crc32(records) !== head.uncompressedCrc) return 'a chunk does not match its checksum';
  const inside = parseChunkRecords(records);
  return inside ? { head, ...inside } : 'a chunk holds something other than messages';
}

function decompress(stored: Uint8Array, head: ChunkHead): Uint8Array | null {
  if (head.compression === '') return stored;
  if (head.compression === denseCompression) return unpackDense(stored, head.uncompressedBytes);
  return head.compression === 'zstd' ? unzstd(stored, head.uncompressedBytes) : null;
}
