import type { Schema } from '@mcap/core';
import type { RecordEncryption } from '../security/encryption.ts';
import { type ByteFile, openByteFile } from './byteFile.ts';
import { denseCompression, type PixelPlace, packDense } from './denseChunk.ts';
import { openFileQueue } from './fileQueue.ts';
import { createFrameIndex, frameIndexName, frameIndexType } from './frameIndex.ts';
import { pixelsMatchHash } from './frames.ts';
import { createMcapLayout, type McapLayout } from './mcapFile.ts';
import { byteCount, mcapMagic, opcodes } from './mcapFormat.ts';
import { isCut, type LoadedChunk, loadChunk, parseSmall, recordAt } from './mcapWalk.ts';
import { readHeader } from './reader.ts';
import { frameAttributesSchema } from './schemas.ts';
import { logTimeNsOf, microsecondsOf, sessionMsOf } from './time.ts';

/** The original does not hold together, or the copy is not the same: half a sentence. */
export class DamagedPlane extends Error {}

export interface CompactedFile {
  readonly bytes: number;
  readonly sha256: string;
  readonly frames: number;
}

/** Writes a dense copy of a plane's file and compares every message of it. `onBytes` counts the original twice, and may throw. */
export async function compactPlane(path: string, to: string, encryption: RecordEncryption | null, onBytes: (done: number) => void): Promise<CompactedFile> {
  const original = await openByteFile(path);
  try {
    const written = await writeDense(original, to, encryption, onBytes);
    const copy = await openByteFile(to);
    try {
      await compare(original, copy, (done) => onBytes(original.size + done));
    } finally {
      await copy.close();
    }
    return written;
  } finally {
    await original.close();
  }
}

async function writeDense(original: ByteFile, to: string, encryption: RecordEncryption | null, onBytes: (done: number) => void): Promise<CompactedFile> {
  const header = await readHeader(original);
  if (!header.ok) throw new DamagedPlane(header.fault.message.replace(/\.$/, ''));
  let failure: NodeJS.ErrnoException | null = null;
  const fail = (error: NodeJS.ErrnoException) => {
    failure ??= error;
  };
  const queue = await openFileQueue(to, { onFull: 'stop', onError: fail, onDoubt: fail, encryption });
  const settled = async () => {
    await queue.idle();
    if (failure) throw failure;
  };
  try {
    const staged: Uint8Array[] = [];
    const layout = createMcapLayout((parts) => staged.push(...parts));
    await copyStart(original, layout);
    const index = createFrameIndex();
    for await (const { chunk, end } of chunksOf(original)) {
      onBytes(end);
      const [attributes] = chunk.messages;
      const messages = chunk.messages.map((message) => ({ ...message, data: [message.data] }));
      const place = pixelPlace(chunk);
      const { offset, length } = layout.chunk(messages, (content) => ({ compression: denseCompression, stored: packDense(content, place) }));
      const tUs = microsecondsOf(sessionMsOf(header.value.header, chunk.head.startTimeNs));
      index.add({ seq: attributes?.sequence ?? 0, tUs, offset, length });
      queue.append(staged.splice(0));
      await settled();
    }
    layout.attachment(frameIndexName, frameIndexType, index.encoded(), logTimeNsOf(header.value.header, 0));
    layout.end();
    queue.append(staged.splice(0));
    queue.finish();
    queue.sync();
    await settled();
    return { bytes: queue.writtenBytes, sha256: await queue.sha256(), frames: index.count };
  } finally {
    await queue.close();
  }
}

/** Metadata, schemas and channels as the version that wrote the record had them. */
async function copyStart(original: ByteFile, layout: McapLayout): Promise<void> {
  const schemas = new Map<number, Schema>();
  for (let offset = mcapMagic.length; ; ) {
    const record = await recordAt(original, offset);
    if (isCut(record) || record.opcode === opcodes.chunk || record.opcode === opcodes.attachment || record.opcode === opcodes.dataEnd) return;
    const parsed = await parseSmall(original, record);
    if (!parsed) throw new DamagedPlane(`${original.path} is damaged before its first frame`);
    if (parsed.type === 'Metadata') layout.metadata(parsed.name, Object.fromEntries(parsed.metadata));
    if (parsed.type === 'Schema') schemas.set(parsed.id, { id: parsed.id, name: parsed.name, encoding: parsed.encoding, data: parsed.data });
    const schema = parsed.type === 'Channel' ? schemas.get(parsed.schemaId) : undefined;
    if (parsed.type === 'Channel' && !schema) throw new DamagedPlane(`${original.path} has a channel without a schema`);
    if (parsed.type === 'Channel' && schema)
      layout.channel({ id: parsed.id, schemaId: parsed.schemaId, topic: parsed.topic, messageEncoding: parsed.messageEncoding }, schema);
    offset = record.end;
  }
}

/** Where the pixels are in the content of a frame's chunk: the end of its last message. */
function pixelPlace(chunk: LoadedChunk): PixelPlace {
  const [attributes, image] = chunk.messages;
  const parsed = frameAttributesSchema.safeParse(attributes && JSON.parse(Buffer.from(attributes.data).toString('utf8')));
  if (!image || !parsed.success || !pixelsMatchHash(chunk)) throw new DamagedPlane('a frame is not the one whose hash its attributes have');
  const { rows, columns, bitsAllocated } = parsed.data;
  const bytesPerPixel = bitsAllocated === 8 ? 1 : 2;
  return { offset: chunk.head.uncompressedBytes - rows * columns * bytesPerPixel, columns, rows, bytesPerPixel };
}

interface PlacedChunk {
  readonly chunk: LoadedChunk;
  readonly end: number;
}

async function* chunksOf(file: ByteFile): AsyncGenerator<PlacedChunk> {
  for (let offset = mcapMagic.length; ; ) {
    const record = await recordAt(file, offset);
    // The disk was full: such a file ends with a whole frame.
    if (isCut(record) && record.offset === file.size) return;
    if (isCut(record)) throw new DamagedPlane(`${file.path} cannot be read to its end: ${record.why}`);
    if (record.opcode === opcodes.dataEnd) return;
    if (record.opcode === opcodes.chunk) {
      const chunk = await loadChunk(file, record);
      if (typeof chunk === 'string') throw new DamagedPlane(`${file.path} cannot be read to its end: ${chunk}`);
      yield { chunk, end: record.end };
    }
    offset = record.end;
  }
}

/** Walks both files; throws at the first message that is not the same to the bit. */
async function compare(original: ByteFile, copy: ByteFile, onBytes: (done: number) => void): Promise<void> {
  const copies = chunksOf(copy);
  let count = 0;
  for await (const { chunk, end } of chunksOf(original)) {
    onBytes(end);
    const next = await copies.next();
    if (next.done || !sameChunk(chunk, next.value.chunk)) throw new DamagedPlane(`the compact form of frame ${count} would not be the same`);
    count++;
  }
  if (!(await copies.next()).done) throw new DamagedPlane('the compact form would have more frames');
}

const sameChunk = (a: LoadedChunk, b: LoadedChunk): boolean =>
  a.messages.length === b.messages.length &&
  a.head.startTimeNs === b.head.startTimeNs &&
  a.head.endTimeNs === b.head.endTimeNs &&
  a.head.uncompressedCrc === b.head.uncompressedCrc &&
  byteCount(a.messages.map(({ data }) => data)) === byteCount(b.messages.map(({ data }) => data)) &&
  a.messages.every((message, i) => {
    const other = b.messages[i];
    return (
      other !== undefined &&
      message.channelId === other.channelId &&
      message.sequence === other.sequence &&
      message.logTimeNs === other.logTimeNs &&
      message.publishTimeNs === other.publishTimeNs &&
      Buffer.compare(message.data, other.data) === 0
    );
  });
