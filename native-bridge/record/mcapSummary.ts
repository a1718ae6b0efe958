import type { AttachmentIndex, Channel, MetadataIndex, Schema, Statistics, SummaryOffset } from '@mcap/core';
import { buildRecord, byteCount, crc32Of, opcodes } from './mcapFormat.ts';

/** What the end of a finished file says about the rest of it. */
export interface McapSummary {
  readonly schemas: readonly Schema[];
  readonly channels: readonly Channel[];
  readonly statistics: Statistics;
  readonly metadataIndexes: readonly MetadataIndex[];
  readonly attachmentIndexes: readonly AttachmentIndex[];
  /** Encoded, in any pieces: there are as many as frames. */
  readonly chunkIndexes: readonly Uint8Array[];
}

/** The summary section, its offsets and the footer, for a summary that begins at `summaryStart`. The closing magic follows. */
export function layOutSummary(summary: McapSummary, summaryStart: number): readonly Uint8Array[] {
  const groups: readonly (readonly [opcode: number, records: readonly Uint8Array[]])[] = [
    [opcodes.schema, summary.schemas.map((schema) => buildRecord((builder) => builder.writeSchema(schema)))],
    [opcodes.channel, summary.channels.map((channel) => buildRecord((builder) => builder.writeChannel(channel)))],
    [opcodes.statistics, [buildRecord((builder) => builder.writeStatistics(summary.statistics))]],
    [opcodes.metadataIndex, summary.metadataIndexes.map((index) => buildRecord((builder) => builder.writeMetadataIndex(index)))],
    [opcodes.attachmentIndex, summary.attachmentIndexes.map((index) => buildRecord((builder) => builder.writeAttachmentIndex(index)))],
    [opcodes.chunkIndex, summary.chunkIndexes],
  ];
  const offsets: SummaryOffset[] = [];
  const parts: Uint8Array[] = [];
  let at = summaryStart;
  for (const [groupOpcode, records] of groups) {
    const length = byteCount(records);
    if (length > 0) offsets.push({ groupOpcode, groupStart: BigInt(at), groupLength: BigInt(length) });
    parts.push(...records);
    at += length;
  }
  parts.push(...offsets.map((offset) => buildRecord((builder) => builder.writeSummaryOffset(offset))));
  return [...parts, ...encodeFooter(parts, summaryStart, at)];
}

/** Footer whose CRC covers the summary and the footer's own first fields, as the MCAP specification says. */
function encodeFooter(summary: readonly Uint8Array[], summaryStart: number, summaryOffsetStart: number): readonly Uint8Array[] {
  const footer = buildRecord((builder) =>
    builder.writeFooter({ summaryStart: BigInt(summaryStart), summaryOffsetStart: BigInt(summaryOffsetStart), summaryCrc: 0 }),
  );
  const head = footer.subarray(0, footer.length - 4);
  const crc = new Uint8Array(4);
  new DataView(crc.buffer).setUint32(0, crc32Of([...summary, head]), true);
  return [head, crc];
}
