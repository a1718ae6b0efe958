import { crc32 } from 'node:zlib';
import { McapRecordBuilder } from '@mcap/core';

/** MCAP record opcodes that a record uses, and the private one of the hash chain (0x80–0xFF are the application's own). */
export const opcodes = {
  header: 0x01,
  footer: 0x02,
  schema: 0x03,
  channel: 0x04,
  message: 0x05,
  chunk: 0x06,
  messageIndex: 0x07,
  chunkIndex: 0x08,
  attachment: 0x09,
  attachmentIndex: 0x0a,
  statistics: 0x0b,
  metadata: 0x0c,
  metadataIndex: 0x0d,
  summaryOffset: 0x0e,
  dataEnd: 0x0f,
  chainLink: 0x80,
} as const;

export const mcapMagic = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a);
/** Opcode (1 byte) and content length (8 bytes) before each record's content. */
export const recordHeadBytes = 9;
export const messageHeadBytes = 22;
/** Footer record and closing magic at the end of a complete file. */
export const footerBytes = recordHeadBytes + 20;
export const dataEndBytes = recordHeadBytes + 4;

export interface MessageHead {
  readonly channelId: number;
  readonly sequence: number;
  readonly logTimeNs: bigint;
  readonly publishTimeNs: bigint;
}

/** A message record's bytes before its data, `dataBytes` of which follow. */
export function encodeMessageHead(head: MessageHead, dataBytes: number): Uint8Array {
  const bytes = new Uint8Array(recordHeadBytes + messageHeadBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, opcodes.message);
  view.setBigUint64(1, BigInt(messageHeadBytes + dataBytes), true);
  view.setUint16(9, head.channelId, true);
  view.setUint32(11, head.sequence, true);
  view.setBigUint64(15, head.logTimeNs, true);
  view.setBigUint64(23, head.publishTimeNs, true);
  return bytes;
}

export interface ChunkHead {
  readonly startTimeNs: bigint;
  readonly endTimeNs: bigint;
  readonly uncompressedBytes: number;
  readonly uncompressedCrc: number;
  readonly compression: '' | 'zstd' | string;
  readonly storedBytes: number;
}

/** A chunk record's bytes before its stored records, `storedBytes` of which follow. */
export function encodeChunkHead(head: ChunkHead): Uint8Array {
  const name = new TextEncoder().encode(head.compression);
  const bytes = new Uint8Array(recordHeadBytes + 40 + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, opcodes.chunk);
  view.setBigUint64(1, BigInt(40 + name.length + head.storedBytes), true);
  view.setBigUint64(9, head.startTimeNs, true);
  view.setBigUint64(17, head.endTimeNs, true);
  view.setBigUint64(25, BigInt(head.uncompressedBytes), true);
  view.setUint32(33, head.uncompressedCrc, true);
  view.setUint32(37, name.length, true);
  bytes.set(name, 41);
  view.setBigUint64(41 + name.length, BigInt(head.storedBytes), true);
  return bytes;
}

/** The chunk head in a chunk's content, and where its stored records begin in it; `null` when the lengths do not add up. */
export function parseChunkHead(content: Uint8Array, contentBytes: number): { readonly head: ChunkHead; readonly recordsAt: number } | null {
  if (content.length < 40) return null;
  const view = viewOf(content);
  const nameBytes = view.getUint32(28, true);
  const recordsAt = 40 + nameBytes;
  if (nameBytes > 16 || content.length < recordsAt) return null;
  const storedBytes = Number(view.getBigUint64(32 + nameBytes, true));
  const uncompressedBytes = Number(view.getBigUint64(16, true));
  if (recordsAt + storedBytes !== contentBytes || uncompressedBytes > maxRecordBytes) return null;
  const compression = new TextDecoder().decode(content.subarray(32, 32 + nameBytes));
  const head: ChunkHead = {
    startTimeNs: view.getBigUint64(0, true),
    endTimeNs: view.getBigUint64(8, true),
    uncompressedBytes,
    uncompressedCrc: view.getUint32(24, true),
    compression,
    storedBytes,
  };
  return { head, recordsAt };
}

/** No single record of ours comes near this; a longer one is a damaged length. */
export const maxRecordBytes = 1 << 29;

export interface McapMessage extends MessageHead {
  readonly data: Uint8Array;
}

/** The messages of a chunk's uncompressed records, in order; `null` when they are not a whole number of message records. */
export function parseMessages(records: Uint8Array): readonly McapMessage[] | null {
  const messages: McapMessage[] = [];
  const view = viewOf(records);
  let at = 0;
  while (at < records.length) {
    if (records.length - at < recordHeadBytes + messageHeadBytes) return null;
    const contentBytes = Number(view.getBigUint64(at + 1, true));
    const end = at + recordHeadBytes + contentBytes;
    if (view.getUint8(at) !== opcodes.message || contentBytes < messageHeadBytes || end > records.length) return null;
    messages.push({
      channelId: view.getUint16(at + 9, true),
      sequence: view.getUint32(at + 11, true),
      logTimeNs: view.getBigUint64(at + 15, true),
      publishTimeNs: view.getBigUint64(at + 23, true),
      data: records.subarray(at + recordHeadBytes + messageHeadBytes, end),
    });
    at = end;
  }
  return messages;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What one of the small records is made of, through the stock serialiser. */
export function buildRecord(build: (builder: McapRecordBuilder) => void): Uint8Array {
  const builder = new McapRecordBuilder();
  build(builder);
  return builder.buffer;
}

/** CRC-32 over several pieces as if they were one. */
export function crc32Of(parts: readonly Uint8Array[], initial = 0): number {
  return parts.reduce((crc, part) => crc32(part, crc), initial);
}

export const byteCount = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);
