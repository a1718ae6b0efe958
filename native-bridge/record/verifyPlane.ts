import type { PlaneId } from '../../src/sample/sample.ts';
import type { ByteFile } from './byteFile.ts';
import { frameAttributesChannelId, frameChannelId, frameChannels } from './channels.ts';
import type { Finding } from './finding.ts';
import { frameOfChunk } from './frames.ts';
import { type HeaderMetadata, headerMetadata, headerMetadataName, planeHeader } from './headerText.ts';
import { createMcapLayout, layOutMessages } from './mcapFile.ts';
import { buildRecord, type McapMessage, mcapMagic, opcodes, parseChunkHead } from './mcapFormat.ts';
import { contentOf, type FileRecord, isCut, type LoadedChunk, parseChunk, parseSmall, recordAt } from './mcapWalk.ts';
import { planeFileName } from './planeFile.ts';
import { summaryProblem } from './verifySummary.ts';
import { type FrameBinding, sha256Of } from './verifyTelemetry.ts';
import { zstdOf } from './zstd.ts';

export interface PlaneVerdict {
  readonly findings: readonly Finding[];
  readonly frames: number;
}

export interface PlaneExpectations {
  /** Frames whose pixels the record says it does not have. */
  readonly excused: (seq: number) => boolean;
  /** A file that the disk had no room for ends without a summary. */
  readonly mayEndEarly: boolean;
  /** Its SHA-256 is that of the manifest: what stands before the first frame may then be what another version wrote. */
  readonly sealed: boolean;
}

/**
 * Checks one plane's file: each frame's checksum, that its attributes and pixels are those that telemetry has for it, and that
 * every byte around it is as the writer lays it out.
 */
export async function verifyPlane(
  plane: PlaneId,
  bytes: ByteFile,
  metadata: HeaderMetadata,
  bindings: ReadonlyMap<number, FrameBinding>,
  { excused, mayEndEarly, sealed }: PlaneExpectations,
): Promise<PlaneVerdict> {
  const file = planeFileName(plane);
  const topic = `/plane/${plane}/frame`;
  const findings: Finding[] = [];
  const find = (what: string, seq: number | null = null) => findings.push({ file, topic, seq, what });
  const seen = new Set<number>();
  let lastSeq = -1;

  // Records made earlier have the whole header here too.
  const starts = [fileStart(plane, planeHeader(metadata)), fileStart(plane, metadata)];
  const begins = await Promise.all(starts.map(async (written) => Buffer.compare(await bytes.read(0, written.length), written) === 0));
  const start = starts[Math.max(0, begins.indexOf(true))] ?? new Uint8Array(0);
  if (!sealed && !begins.includes(true)) find('its first records are not those that were written');

  const packed = { asWritten: 0, otherwise: [] as number[] };
  const checkPacking = (chunk: LoadedChunk, content: Uint8Array): void => {
    if (sealed || chunk.head.compression !== 'zstd') return;
    if (isPackedAsWritten(chunk, content)) packed.asWritten++;
    else packed.otherwise.push(chunk.messages[0]?.sequence ?? -1);
  };

  const checkFrame = (chunk: LoadedChunk): void => {
    const seq = chunk.messages[0]?.sequence ?? -1;
    const problem = frameProblem(plane, chunk, metadata, bindings.get(seq));
    if (problem) find(problem, seq);
    if (seq <= lastSeq) find(`it stands after frame ${lastSeq}: frames were repeated or reordered`, seq);
    lastSeq = seq;
    seen.add(seq);
  };

  for (let offset = await firstChunkAt(bytes, start.length); ; ) {
    const record = await recordAt(bytes, offset);
    if (isCut(record)) {
      if (!mayEndEarly || record.offset !== bytes.size) find(`it ends at byte ${record.offset} of ${bytes.size}: ${record.why}`);
      break;
    }
    if (record.opcode === opcodes.attachment || record.opcode === opcodes.dataEnd) {
      const problem = await endProblem(bytes, record);
      if (problem) find(problem);
      break;
    }
    const content = await contentOf(bytes, record);
    const chunk = record.opcode === opcodes.chunk ? parseChunk(content) : 'what follows is not a frame';
    if (typeof chunk === 'string') {
      find(`${chunk} (byte ${offset})`);
      offset = await nextChunkAt(bytes, record);
      continue;
    }
    checkFrame(chunk);
    checkPacking(chunk, content);
    const index = indexRecords(chunk.messages);
    if (Buffer.compare(await bytes.read(record.end, index.length), index) !== 0) find('the index behind it was changed', lastSeq);
    offset = record.end + index.length;
  }
  // Where none is as we would pack it, another zstd wrote the file.
  if (packed.asWritten > 0) for (const seq of packed.otherwise) find('its compressed bytes are not those that were written', seq);
  for (const seq of bindings.keys()) if (!seen.has(seq) && !excused(seq)) find('its pixels are not there', seq);
  return { findings, frames: seen.size };
}

/** Some bytes of a compressed chunk can change without changing what it holds: only packing it again finds them. */
function isPackedAsWritten({ messages }: LoadedChunk, content: Uint8Array): boolean {
  const recordsAt = parseChunkHead(content, content.length)?.recordsAt ?? content.length;
  const { parts } = layOutMessages(messages.map((message) => ({ ...message, data: [message.data] })));
  return Buffer.compare(content.subarray(recordsAt), zstdOf(Buffer.concat(parts))) === 0;
}

/** From the frame index on; `null` when nothing is wrong with it. */
async function endProblem(bytes: ByteFile, record: FileRecord): Promise<string | null> {
  if (record.opcode === opcodes.dataEnd) return summaryProblem(bytes, record);
  // The stock parser checks an attachment's own CRC.
  if ((await parseSmall(bytes, record))?.type !== 'Attachment') return 'its frame index is damaged';
  const next = await recordAt(bytes, record.end);
  if (isCut(next) || next.opcode !== opcodes.dataEnd) return 'what follows its frame index is not the end of the data';
  return summaryProblem(bytes, next);
}

/** Everything before the first frame, as the writer writes it. */
function fileStart(plane: PlaneId, metadata: HeaderMetadata): Uint8Array {
  const parts: Uint8Array[] = [];
  const layout = createMcapLayout((written) => parts.push(...written));
  layout.metadata(headerMetadataName, headerMetadata(metadata));
  for (const { channel, schema } of frameChannels(plane)) layout.channel(channel, schema);
  return Buffer.concat(parts);
}

/** Where the first chunk is. It follows what the writer of this version begins with; another version may begin otherwise. */
async function firstChunkAt(bytes: ByteFile, expectedAt: number): Promise<number> {
  for (let offset = mcapMagic.length; ; ) {
    const record = await recordAt(bytes, offset);
    if (isCut(record)) return expectedAt;
    if (record.opcode === opcodes.chunk || record.opcode === opcodes.attachment || record.opcode === opcodes.dataEnd) return offset;
    offset = record.end;
  }
}

/** Past a damaged chunk and its indexes, to the next record that could be a chunk. */
async function nextChunkAt(bytes: ByteFile, damaged: FileRecord): Promise<number> {
  for (let offset = damaged.end; ; ) {
    const record = await recordAt(bytes, offset);
    if (isCut(record) || record.opcode !== opcodes.messageIndex) return offset;
    offset = record.end;
  }
}

function indexRecords(messages: readonly McapMessage[]): Uint8Array {
  const { indexes } = layOutMessages(messages.map((message) => ({ ...message, data: [message.data] })));
  return Buffer.concat(indexes.map((index) => buildRecord((builder) => builder.writeMessageIndex(index))));
}

function frameProblem(plane: PlaneId, chunk: LoadedChunk, metadata: HeaderMetadata, binding: FrameBinding | undefined): string | null {
  const [attributes, image, ...others] = chunk.messages;
  if (attributes?.channelId !== frameAttributesChannelId || image?.channelId !== frameChannelId || others.length > 0)
    return 'its chunk holds something other than one frame';
  if (!binding) return 'telemetry does not know it';
  const times = [attributes.logTimeNs, image.logTimeNs, chunk.head.startTimeNs, chunk.head.endTimeNs];
  if (times.some((time) => time !== binding.logTimeNs)) return 'its time is not the one that telemetry has for it';
  if (attributes.publishTimeNs !== image.publishTimeNs) return 'its publish times differ';
  if (sha256Of(attributes.data) !== binding.attributesSha256) return 'its attributes are not those that telemetry has for it';
  const frame = frameOfChunk(plane, chunk, metadata.header, attributes.sequence);
  if (typeof frame === 'string') return frame;
  const { buffer, byteOffset, byteLength } = frame.data.pixels;
  return sha256Of(new Uint8Array(buffer, byteOffset, byteLength)) === binding.pixelsSha256 ? null : 'its pixels are not those whose hash telemetry has';
}
