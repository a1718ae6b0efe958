import type { AttachmentIndex, Channel, MetadataIndex, Schema } from '@mcap/core';
import { createByteLog } from './byteLog.ts';
import { buildRecord, byteCount, crc32Of, encodeChunkHead, encodeMessageHead, type MessageHead, mcapMagic } from './mcapFormat.ts';
import { layOutSummary } from './mcapSummary.ts';
import { zstdOf } from './zstd.ts';

/** Takes the pieces of a file in order; the file is their concatenation. */
export type ByteSink = (parts: readonly Uint8Array[]) => void;

export interface MessageToWrite extends MessageHead {
  /** The message's data in pieces, so that a frame's pixels are not copied. */
  readonly data: readonly Uint8Array[];
}

/**
 * Lays out one MCAP file: header, metadata, chunks with their indexes, and at the end the summary. It does no I/O:
 * every piece goes to `sink` at once and in order. The stock `McapWriter` is not used because it cannot close a chunk
 * on time, copies every frame four times and gives no access to a chunk's bytes for the hash chain; its record
 * serialiser is.
 */
export interface McapLayout {
  /** Bytes laid out so far: where the next piece goes. */
  readonly position: number;
  metadata(name: string, values: Readonly<Record<string, string>>): void;
  /** Schema and channel records, once each, outside of chunks so that every chunk can be read knowing these alone. */
  channel(channel: Omit<Channel, 'metadata'>, schema: Schema): void;
  /** One chunk with its message indexes; its pieces also go to the caller, for the chain. */
  chunk(messages: readonly MessageToWrite[], compress: boolean | PackChunk): { readonly offset: number; readonly length: number };
  /** A record of ours that other readers skip. */
  raw(record: Uint8Array): void;
  attachment(name: string, mediaType: string, data: Uint8Array, logTimeNs: bigint): void;
  /** Data end, summary, footer and magic. Nothing may follow. */
  end(): void;
}

/** A chunk's content in another form, and the name of that form. The content is only there during the call. */
export type PackChunk = (content: Uint8Array) => { readonly compression: string; readonly stored: Uint8Array };

/** Pieces joined in memory that the next call writes over. */
function createJoiner(): (parts: readonly Uint8Array[]) => Uint8Array {
  let joined = new Uint8Array(0);
  return (parts) => {
    const bytes = byteCount(parts);
    if (joined.length < bytes) joined = new Uint8Array(bytes);
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return joined.subarray(0, bytes);
  };
}

export function createMcapLayout(sink: ByteSink): McapLayout {
  let position = 0;
  const join = createJoiner();
  const schemas = new Map<number, Schema>();
  const channels = new Map<number, Channel>();
  const chunkIndexes = createByteLog();
  let chunkCount = 0;
  const attachmentIndexes: AttachmentIndex[] = [];
  const metadataIndexes: MetadataIndex[] = [];
  const messageCounts = new Map<number, bigint>();
  let messageCount = 0n;
  let firstTimeNs = 0n;
  let lastTimeNs = 0n;

  const put = (...parts: Uint8Array[]) => {
    position += byteCount(parts);
    sink(parts);
  };

  const count = (message: MessageHead) => {
    if (messageCount === 0n || message.logTimeNs < firstTimeNs) firstTimeNs = message.logTimeNs;
    if (messageCount === 0n || message.logTimeNs > lastTimeNs) lastTimeNs = message.logTimeNs;
    messageCount++;
    messageCounts.set(message.channelId, (messageCounts.get(message.channelId) ?? 0n) + 1n);
  };

  const packedAs = (how: boolean | PackChunk, parts: readonly Uint8Array[]): { readonly compression: string; readonly stored: readonly Uint8Array[] } => {
    if (how === false) return { compression: '', stored: parts };
    if (how === true) return { compression: 'zstd', stored: [zstdOf(join(parts))] };
    const { compression, stored } = how(join(parts));
    return { compression, stored: [stored] };
  };

  put(
    mcapMagic,
    buildRecord((builder) => builder.writeHeader({ profile: 'pedicle', library: 'pedicle' })),
  );

  return {
    get position() {
      return position;
    },
    metadata(name, values) {
      const record = buildRecord((builder) => builder.writeMetadata({ name, metadata: new Map(Object.entries(values)) }));
      metadataIndexes.push({ name, offset: BigInt(position), length: BigInt(record.length) });
      put(record);
    },
    channel(channel, schema) {
      if (!schemas.has(schema.id)) {
        schemas.set(schema.id, schema);
        put(buildRecord((builder) => builder.writeSchema(schema)));
      }
      const whole = { ...channel, metadata: new Map<string, string>() };
      channels.set(channel.id, whole);
      put(buildRecord((builder) => builder.writeChannel(whole)));
    },
    chunk(messages, how) {
      const offset = position;
      const { parts, indexes, startTimeNs, endTimeNs } = layOutMessages(messages);
      const uncompressedBytes = byteCount(parts);
      const packed = packedAs(how, parts);
      const head = {
        startTimeNs,
        endTimeNs,
        uncompressedBytes,
        uncompressedCrc: crc32Of(parts),
        compression: packed.compression,
        storedBytes: byteCount(packed.stored),
      };
      const chunkHead = encodeChunkHead(head);
      const indexRecords = indexes.map((index) => buildRecord((builder) => builder.writeMessageIndex(index)));
      messages.forEach(count);
      put(chunkHead, ...packed.stored, ...indexRecords);
      const length = chunkHead.length + head.storedBytes;
      let indexAt = BigInt(offset + length);
      const messageIndexOffsets = new Map<number, bigint>();
      indexes.forEach((index, i) => {
        messageIndexOffsets.set(index.channelId, indexAt);
        indexAt += BigInt(indexRecords[i]?.length ?? 0);
      });
      const index = {
        messageStartTime: startTimeNs,
        messageEndTime: endTimeNs,
        chunkStartOffset: BigInt(offset),
        chunkLength: BigInt(length),
        messageIndexOffsets,
        messageIndexLength: BigInt(byteCount(indexRecords)),
        compression: head.compression,
        compressedSize: BigInt(head.storedBytes),
        uncompressedSize: BigInt(uncompressedBytes),
      };
      chunkIndexes.append(buildRecord((builder) => builder.writeChunkIndex(index)));
      chunkCount++;
      return { offset, length };
    },
    raw: (record) => put(record),
    attachment(name, mediaType, data, logTimeNs) {
      const attachment = { name, mediaType, data, logTime: logTimeNs, createTime: logTimeNs };
      const record = buildRecord((builder) => builder.writeAttachment(attachment));
      const { data: _, ...index } = attachment;
      attachmentIndexes.push({ ...index, offset: BigInt(position), length: BigInt(record.length), dataSize: BigInt(data.length) });
      put(record);
    },
    end() {
      // A data section CRC of 0 means "not given": each chunk has its own, and the manifest has the file's SHA-256.
      put(buildRecord((builder) => builder.writeDataEnd({ dataSectionCrc: 0 })));
      const statistics = {
        messageCount,
        schemaCount: schemas.size,
        channelCount: channels.size,
        attachmentCount: attachmentIndexes.length,
        metadataCount: metadataIndexes.length,
        chunkCount,
        messageStartTime: firstTimeNs,
        messageEndTime: lastTimeNs,
        channelMessageCounts: messageCounts,
      };
      const summary = layOutSummary(
        {
          schemas: [...schemas.values()],
          channels: [...channels.values()],
          statistics,
          metadataIndexes,
          attachmentIndexes,
          chunkIndexes: chunkIndexes.parts(),
        },
        position,
      );
      put(...summary, mcapMagic);
    },
  };
}

/** Message records in pieces, and for each channel where its messages begin. */
export function layOutMessages(messages: readonly MessageToWrite[]): {
  readonly parts: Uint8Array[];
  readonly indexes: readonly { channelId: number; records: [bigint, bigint][] }[];
  readonly startTimeNs: bigint;
  readonly endTimeNs: bigint;
} {
  const parts: Uint8Array[] = [];
  const indexes = new Map<number, [bigint, bigint][]>();
  let at = 0;
  let startTimeNs = messages[0]?.logTimeNs ?? 0n;
  let endTimeNs = startTimeNs;
  for (const message of messages) {
    const dataBytes = byteCount(message.data);
    const head = encodeMessageHead(message, dataBytes);
    const entries = indexes.get(message.channelId) ?? [];
    entries.push([message.logTimeNs, BigInt(at)]);
    indexes.set(message.channelId, entries);
    parts.push(head, ...message.data);
    at += head.length + dataBytes;
    if (message.logTimeNs < startTimeNs) startTimeNs = message.logTimeNs;
    if (message.logTimeNs > endTimeNs) endTimeNs = message.logTimeNs;
  }
  return { parts, indexes: [...indexes].map(([channelId, records]) => ({ channelId, records })), startTimeNs, endTimeNs };
}
