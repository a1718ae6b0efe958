import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { frameTopic, type PlaneId, planeIds, type Sample } from '../../src/sample/sample.ts';
import { giveBack } from '../sources/frameMemory.ts';
import { type ByteFile, openByteFile } from './byteFile.ts';
import type { FrameEntry } from './frameIndex.ts';
import { type FrameSample, frameOfChunk, frameWithoutPixels, toSample } from './frames.ts';
import { type HeaderMetadata, headerMetadataName, parseHeaderMetadata } from './headerText.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { mcapMagic, opcodes, recordHeadBytes } from './mcapFormat.ts';
import { type Cut, hasMagic, isCut, parseChunk, parseSmall, recordAt, recordOf } from './mcapWalk.ts';
import { inSessionOrder } from './ordering.ts';
import { listChunks, matchFrames, openPlaneFile, planeFileName, readFrameIndex } from './planeFile.ts';
import type { RecordHeader, RecordReader, SamplesOptions } from './record.ts';
import { type TelemetryMessage, walkTelemetry } from './telemetry.ts';
import { microsecondsOf, sessionMsOf } from './time.ts';
import type { SeqRange } from './writerProtocol.ts';

/** A record opened for reading; see `RecordReader`. */
export interface OpenRecordReader extends RecordReader {
  /** What this record lacks because it was recovered from a damaged one; `null` in an original. */
  readonly missing: readonly SeqRange[] | null;
}

interface PlaneFrames {
  readonly file: ByteFile;
  readonly bySeq: ReadonlyMap<number, FrameEntry>;
  readonly times: readonly { readonly seq: number; readonly tMs: number }[];
}

/** Opens a record folder, closed or cut off. Nothing in it is trusted: what does not hold together ends what is read. */
export async function openRecordReader(folder: string): Promise<Result<OpenRecordReader>> {
  const opened = await openTelemetryFile(folder);
  if (!opened.ok) return opened;
  const telemetry = opened.value;
  const read = await readHeader(telemetry);
  if (!read.ok) {
    await telemetry.close();
    return read;
  }
  const manifest = await readManifest(folder);
  const extent = manifest
    ? { derivedLag: manifest.samples.derivedLag, durationMs: manifest.durationMs, frames: null }
    : await surveyTelemetry(telemetry, read.value.header);
  const planes = new Map<PlaneId, PlaneFrames>();
  for (const plane of planeIds) {
    const frames = await openPlane(folder, plane, telemetry, read.value.header, extent.frames);
    if (frames) planes.set(plane, frames);
  }
  return ok(createReader(folder, telemetry, read.value, manifest !== null, extent, planes));
}

interface Extent {
  readonly derivedLag: number;
  readonly durationMs: number;
}

function createReader(
  folder: string,
  telemetry: ByteFile,
  { header, missing }: HeaderMetadata,
  closed: boolean,
  extent: Extent,
  planes: ReadonlyMap<PlaneId, PlaneFrames>,
): OpenRecordReader {
  let cut: Cut | null = null;
  let withoutPixels = 0;

  async function* messages(): AsyncGenerator<TelemetryMessage> {
    cut = yield* walkTelemetry(telemetry);
  }

  async function* samples(options: SamplesOptions = {}): AsyncGenerator<Sample> {
    cut = null;
    withoutPixels = 0;
    const wanted = options.topics ? new Set<string>(options.topics) : null;
    for await (const message of inSessionOrder(messages(), extent.derivedLag)) {
      if (wanted && !wanted.has(message.plane ? frameTopic(message.plane) : message.topic)) continue;
      if (message.plane) {
        const frame =
          options.frames === false ? frameWithoutPixels(message.plane, header, message) : await readFrame(message.plane, planes, header, message.seq);
        if (typeof frame === 'string') withoutPixels++;
        else yield frame;
        continue;
      }
      const sample = toSample(message, header);
      if (typeof sample === 'string') {
        cut ??= { offset: 0, why: sample };
        return;
      }
      yield sample;
    }
  }

  return {
    folder,
    header,
    missing,
    durationMs: extent.durationMs,
    closed,
    planes: [...planes.keys()],
    samples,
    cut: () => cut,
    framesWithoutPixels: () => withoutPixels,
    frameIndex: (plane) => planes.get(plane)?.times ?? [],
    async frame(plane, seq) {
      const frame = await readFrame(plane, planes, header, seq);
      if (typeof frame === 'string') return failedFault(`Frame ${seq} of plane ${plane.toUpperCase()} of ${folder} cannot be read: ${frame}.`);
      return ok(frame);
    },
    async close() {
      await telemetry.close();
      for (const { file } of planes.values()) await file.close();
    },
  };
}

async function openTelemetryFile(folder: string): Promise<Result<ByteFile>> {
  const path = join(folder, 'telemetry.mcap');
  try {
    if (!(await stat(folder)).isDirectory()) return inputFault(`${folder} is a file, not a record: give the folder that holds telemetry.mcap.`);
    const file = await openByteFile(path);
    if (await hasMagic(file)) return ok(file);
    await file.close();
    return inputFault(`${path} does not begin like an MCAP file: the record is damaged, or it is something else. Try "pedicle recover".`);
  } catch (error) {
    return inputFault(`No record can be read in ${folder}: ${reason(error as NodeJS.ErrnoException)}.`);
  }
}

function reason(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no telemetry.mcap there; give the folder of one record';
  if (error.code === 'EACCES') return 'you have no permission to read it';
  return error.code ?? error.message;
}

/** The header stands in one of the first records; a file that another program has rewritten may have it at the end. */
export async function readHeader(file: ByteFile): Promise<Result<HeaderMetadata>> {
  let offset = mcapMagic.length;
  for (;;) {
    const record = await recordAt(file, offset);
    if (isCut(record) || record.opcode === opcodes.footer)
      return inputFault(`${file.path} has no record header: it is damaged, or was not written by Pedicle.`);
    if (record.opcode === opcodes.metadata) {
      const metadata = await parseSmall(file, record);
      if (metadata?.type === 'Metadata' && metadata.name === headerMetadataName) return parseHeaderMetadata(metadata.metadata, file.path);
    }
    offset = record.end;
  }
}

/** The manifest of a record that was closed and whose files have the sizes it says; else `null`. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    const parsed = parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'));
    if (!('manifest' in parsed)) return null;
    for (const [name, { bytes }] of Object.entries(parsed.manifest.files)) {
      if ((await stat(join(folder, name))).size !== bytes) return null;
    }
    return parsed.manifest;
  } catch {
    // Not there, or a file it names is not: then the record was not closed.
    return null;
  }
}

interface Survey extends Extent {
  readonly frames: Readonly<Record<PlaneId, readonly { readonly seq: number; readonly tUs: number }[]>>;
}

/** What a manifest would have said, from one walk through telemetry. */
async function surveyTelemetry(telemetry: ByteFile, header: RecordHeader): Promise<Survey> {
  const frames: Record<PlaneId, { seq: number; tUs: number }[]> = { a: [], b: [] };
  let derivedLag = 0;
  let lastRaw = -1;
  let durationMs = 0;
  for await (const message of walkTelemetry(telemetry)) {
    if (!message.raw) {
      derivedLag = Math.max(derivedLag, lastRaw - message.seq);
      continue;
    }
    lastRaw = message.seq;
    durationMs = sessionMsOf(header, message.logTimeNs);
    if (message.plane) frames[message.plane].push({ seq: message.seq, tUs: microsecondsOf(durationMs) });
  }
  return { derivedLag, durationMs, frames };
}

async function openPlane(
  folder: string,
  plane: PlaneId,
  telemetry: ByteFile,
  header: RecordHeader,
  surveyed: Survey['frames'] | null,
): Promise<PlaneFrames | null> {
  const file = await openPlaneFile(join(folder, planeFileName(plane)));
  if (!file) return null;
  const index = surveyed ? null : await readFrameIndex(file);
  const entries = index ?? matchFrames(await listChunks(file, header.startedAtEpochMs), (surveyed ?? (await surveyTelemetry(telemetry, header)).frames)[plane]);
  const times = entries.map(({ seq, tUs }) => ({ seq, tMs: tUs / 1000 }));
  return { file, times, bySeq: new Map(entries.map((entry) => [entry.seq, entry])) };
}

/** One frame, from its chunk alone; else half a sentence. */
async function readFrame(plane: PlaneId, planes: ReadonlyMap<PlaneId, PlaneFrames>, header: RecordHeader, seq: number): Promise<FrameSample | string> {
  const frames = planes.get(plane);
  const entry = frames?.bySeq.get(seq);
  if (!frames || !entry) return 'its pixels are not in the record';
  // All of it in one read: looking at its head first would read the megabyte behind it twice.
  const bytes = await frames.file.read(entry.offset, entry.length);
  const record = recordOf(bytes, entry.offset, frames.file.size);
  if (isCut(record)) return record.why;
  if (record.opcode !== opcodes.chunk || record.end !== entry.offset + bytes.length) return 'the index points elsewhere';
  const chunk = parseChunk(bytes.subarray(recordHeadBytes));
  if (typeof chunk === 'string') return chunk;
  const frame = frameOfChunk(plane, chunk, header, seq);
  // The frame has its own memory: two to four times as much as it holds would wait here for garbage to be collected.
  for (const { data } of chunk.messages) giveBack(data);
  giveBack(bytes);
  return frame;
}
