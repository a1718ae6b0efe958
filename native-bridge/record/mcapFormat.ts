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

/** What a chunk holds. Our own chunks hold messages only; those of other writers also the channels that they use. */
export interface ChunkContent {
  readonly messages: readonly McapMessage[];
  /** Topics of the channels that are declared in this chunk. */
  readonly topics: ReadonlyMap<number, string>;
}

/** A chunk's uncompressed records; `null` when they are not a whole number of messages, channels and schemas. */
export function parseChunkRecords(records: Uint8Array): ChunkContent | null {
  const messages: McapMessage[] = [];
  const topics = new Map<number, string>();
  const view = viewOf(records);
  for (let at = 0; at < records.length; ) {
    if (records.length - at < recordHeadBytes) return null;
    const end = at + recordHeadBytes + Number(view.getBigUint64(at + 1, true));
    if (end > records.length) return null;
    const content = records.subarray(at + recordHeadBytes, end);
    const opcode = view.getUint8(at);
    if (opcode === opcodes.message && content.length >= messageHeadBytes) messages.push(parseMessage(content));
    else if (opcode === opcodes.channel) {
      const channel = parseChannel(content);
      if (!channel) return null;
      topics.set(channel.id, channel.topic);
    } else if (opcode !== opcodes.schema) return null;
    at = end;
  }
  return { messages, topics };
}

/** A message record's content, at least `messageHeadBytes` long. */
export function parseMessage(content: Uint8Array): McapMessage {
  const view = viewOf(content);
  return {
    channelId: view.getUint16(0, true),
    sequence: view.getUint32(2, true),
    logTimeNs: view.getBigUint64(6, true),
    publishTimeNs: view.getBigUint64(14, true),
    data: content.subarray(messageHeadBytes),
  };
}

/** Id and topic in a channel record's content; `null` when it is too short for them. */
export function parseChannel(content: Uint8Array): { readonly id: number; readonly topic: string } | null {
  if (content.length < 8) return null;
  const view = viewOf(content);
  const topicBytes = view.getUint32(4, true);
  if (8 + topicBytes > content.length) return null;
  return { id: view.getUint16(0, true), topic: new TextDecoder().decode(content.subarray(8, 8 + topicBytes)) };
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const recordBuilder = new McapRecordBuilder();

/** What one of the small records is made of, through the stock serialiser. */
export function buildRecord(build: (builder: McapRecordBuilder) => void): Uint8Array {
  recordBuilder.reset();
  build(recordBuilder);
  return recordBuilder.buffer;
}

/** CRC-32 over several pieces as if they were one. */
export function crc32Of(parts: readonly Uint8Array[], initial = 0): number {
  return parts.reduce((crc, part) => crc32(part, crc), initial);
}

export const byteCount = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);
