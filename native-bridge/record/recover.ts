import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { type PlaneId, planeIds, type Sample } from '../../src/sample/sample.ts';
import { RecordLockedError } from '../security/encryption.ts';
import { startTally } from '../session/tally.ts';
import { type ByteFile, openByteFile, readRecordText } from './byteFile.ts';
import { frameOfChunk, frameWithoutPixels, pixelsMatchHash, toSample } from './frames.ts';
import type { HeaderMetadata } from './headerText.ts';
import { collectLosses } from './losses.ts';
import { isCut, type LoadedChunk, loadChunk, recordAt } from './mcapWalk.ts';
import { inSessionOrder } from './ordering.ts';
import { planeFileName } from './planeFile.ts';
import { readHeader } from './reader.ts';
import type { RecordHeader } from './record.ts';
import { salvageChunks } from './salvage.ts';
import { type TelemetryMessage, telemetryMessage } from './telemetry.ts';
import { sessionMsOf } from './time.ts';
import { openRecordWriter } from './writer.ts';
import type { SeqRange } from './writerProtocol.ts';

/** What a recovery brought back, and what not. */
export interface Recovery {
  readonly record: string;
  readonly samples: { readonly raw: number; readonly derived: number };
  readonly frames: Readonly<Record<PlaneId, number>>;
  readonly durationMs: number;
  readonly lost: {
    /** Raw samples of which nothing is left, as ranges of their numbers; the end of a record cut off is not known. */
    readonly samples: readonly SeqRange[];
    /** Time between the samples before and behind each such range, added up. */
    readonly ms: number;
    /** Frames whose pixels are gone though telemetry knows them. */
    readonly frames: Readonly<Record<PlaneId, number>>;
    /** Bytes that could not be read, by file; a file that is missing altogether has `null`. */
    readonly files: Readonly<Record<string, number | null>>;
  };
}

/**
 * Writes the longest readable part of a damaged or cut-off record as a new record, closed and verifying, in `out`. Raw samples
 * and frames that are readable anywhere are kept, also behind a damaged stretch; what is missing is declared in its header.
 */
export async function recoverRecord(folder: string, out: string): Promise<Result<Recovery>> {
  const files = await openFiles(folder);
  if (!files.ok) return files;
  try {
    const metadata = await anyHeader(files.value);
    if (!metadata.ok) return metadata;
    const survey = await surveyRecord(files.value, metadata.value.header);
    return await writeRest(folder, out, files.value, metadata.value.header, survey);
  } finally {
    for (const file of [files.value.telemetry, files.value.planes.a, files.value.planes.b]) await file?.close();
  }
}

interface DamagedFiles {
  readonly telemetry: ByteFile | null;
  readonly planes: Readonly<Record<PlaneId, ByteFile | null>>;
}

async function openFiles(folder: string): Promise<Result<DamagedFiles>> {
  let locked: RecordLockedError | null = null;
  const open = async (name: string): Promise<ByteFile | null> => {
    try {
      return await openByteFile(join(folder, name));
    } catch (error) {
      // One file whose head is damaged is lost; when all are, it is the secret that is wrong.
      if (error instanceof RecordLockedError) locked = error;
      if (error instanceof RecordLockedError) return null;
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  };
  try {
    if (!(await stat(folder)).isDirectory()) return inputFault(`${folder} is a file: give the folder of one record.`);
    const telemetry = await open('telemetry.mcap');
    const planes = { a: await open(planeFileName('a')), b: await open(planeFileName('b')) };
    if (telemetry || planes.a || planes.b) return ok({ telemetry, planes });
    if (locked !== null) throw locked;
    return inputFault(`There is nothing to recover in ${folder}: neither telemetry.mcap nor plane-a.mcap nor plane-b.mcap. Give the folder of one record.`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) return inputFault(`${folder} cannot be read: ${message}.`);
    return inputFault(`${folder} cannot be read (${code === 'ENOENT' ? 'it does not exist' : code}): give the folder of one record.`);
  }
}

/** Each file of a record has the header; the first readable one counts. */
async function anyHeader({ telemetry, planes }: DamagedFiles): Promise<Result<HeaderMetadata>> {
  let last: Result<HeaderMetadata> = inputFault('The record has no readable header: nothing in it can be placed in time.');
  for (const file of [telemetry, planes.a, planes.b]) {
    if (!file) continue;
    last = await readHeader(file);
    if (last.ok) return last;
  }
  return last;
}

interface Survey {
  /** Raw samples that are readable, in order of their numbers. */
  readonly raw: readonly { readonly seq: number; readonly tMs: number }[];
  /** Offsets of the chunks of readable frames. */
  readonly frames: Readonly<Record<PlaneId, ReadonlyMap<number, number>>>;
  /** Frames that telemetry does not have, in order. */
  readonly orphans: readonly { readonly plane: PlaneId; readonly seq: number }[];
  readonly framesLost: Readonly<Record<PlaneId, number>>;
  readonly derivedLag: number;
  /** The highest number that anything readable carries; raw samples up to it were there once. */
  readonly lastSeq: number;
  readonly lostBytes: Readonly<Record<string, number | null>>;
}

async function surveyRecord({ telemetry, planes }: DamagedFiles, header: RecordHeader): Promise<Survey> {
  const lostBytes: Record<string, number | null> = telemetry ? {} : { 'telemetry.mcap': null };
  const addLost = (file: ByteFile, bytes: number) => {
    const name = basename(file.path);
    lostBytes[name] = (lostBytes[name] ?? 0) + bytes;
  };
  const raw = new Map<number, number>();
  const frames: Record<PlaneId, Map<number, number>> = { a: new Map(), b: new Map() };
  const framesLost: Record<PlaneId, number> = { a: 0, b: 0 };
  const known: Record<PlaneId, Set<number>> = { a: new Set(), b: new Set() };
  for (const plane of planeIds) {
    const file = planes[plane];
    if (file) for await (const { seq, offset } of readableFrames(plane, file, header, (bytes) => addLost(file, bytes))) frames[plane].set(seq, offset);
  }
  let derivedLag = 0;
  let lastRaw = -1;
  let lastSeq = -1;
  for await (const message of readableMessages(telemetry, header, addLost)) {
    lastSeq = Math.max(lastSeq, message.seq);
    if (!message.raw) derivedLag = Math.max(derivedLag, lastRaw - message.seq);
    else {
      lastRaw = message.seq;
      if (message.plane) known[message.plane].add(message.seq);
      if (message.plane && !frames[message.plane].has(message.seq)) framesLost[message.plane]++;
      else raw.set(message.seq, sessionMsOf(header, message.logTimeNs));
    }
  }
  const orphans = planeIds.flatMap((plane) => [...frames[plane].keys()].filter((seq) => !known[plane].has(seq)).map((seq) => ({ plane, seq })));
  orphans.sort((x, y) => x.seq - y.seq);
  for (const { plane, seq } of orphans) raw.set(seq, await orphanTimeMs(planes[plane], frames[plane].get(seq) ?? 0, header));
  for (const plane of planeIds) if (!planes[plane] && known[plane].size > 0) lostBytes[planeFileName(plane)] = null;
  const inOrder = [...raw].map(([seq, tMs]) => ({ seq, tMs })).sort((x, y) => x.seq - y.seq);
  return { raw: inOrder, frames, orphans, framesLost, derivedLag, lastSeq, lostBytes };
}

async function orphanTimeMs(file: ByteFile | null, offset: number, header: RecordHeader): Promise<number> {
  const chunk = file ? await chunkAt(file, offset) : null;
  return chunk ? sessionMsOf(header, chunk.head.startTimeNs) : 0;
}

async function chunkAt(file: ByteFile, offset: number): Promise<LoadedChunk | null> {
  const record = await recordAt(file, offset);
  if (isCut(record)) return null;
  const chunk = await loadChunk(file, record);
  return typeof chunk === 'string' ? null : chunk;
}

/** Frames whose chunk, attributes and pixels all hold together, wherever in the file they are. */
async function* readableFrames(
  plane: PlaneId,
  file: ByteFile,
  header: RecordHeader,
  lost: (bytes: number) => void,
): AsyncGenerator<{ seq: number; offset: number }> {
  for await (const item of salvageChunks(file)) {
    if ('lost' in item) {
      lost(item.lost.bytes);
      continue;
    }
    const seq = item.chunk.messages[0]?.sequence ?? 0;
    if (typeof frameOfChunk(plane, item.chunk, header, seq) === 'string' || !pixelsMatchHash(item.chunk)) lost(item.record.contentBytes);
    else yield { seq, offset: item.record.offset };
  }
}

/** Telemetry messages in the order of the file that are what they must be. Numbers that do not rise are not taken twice. */
async function* readableMessages(file: ByteFile | null, header: RecordHeader, lost: (file: ByteFile, bytes: number) => void): AsyncGenerator<TelemetryMessage> {
  if (!file) return;
  let lastRaw = -1;
  for await (const item of salvageChunks(file)) {
    if ('lost' in item) {
      lost(file, item.lost.bytes);
      continue;
    }
    for (const message of item.chunk.messages) {
      const known = telemetryMessage(message);
      if (!known || (known.raw && known.seq <= lastRaw)) continue;
      if (typeof (known.plane ? frameWithoutPixels(known.plane, header, known) : toSample(known, header)) === 'string') lost(file, known.data.length);
      else {
        if (known.raw) lastRaw = known.seq;
        yield known;
      }
    }
  }
}

async function writeRest(folder: string, out: string, files: DamagedFiles, header: RecordHeader, survey: Survey): Promise<Result<Recovery>> {
  const missing = missingRanges(
    survey.raw.map(({ seq }) => seq),
    survey.lastSeq,
  );
  const losses = collectLosses();
  const opened = await openRecordWriter({ folder: out }, header, (_, trouble) => losses.note(trouble), { missing });
  if (!opened.ok) return opened;
  const writer = opened.value;
  for (const name of ['plan.json', 'site.json']) {
    const text = await readText(join(folder, name));
    if (text !== null) writer.attachFile(name, text);
  }
  const tally = startTally();
  const samples = { raw: 0, derived: 0 };
  const frames: Record<PlaneId, number> = { a: 0, b: 0 };
  for await (const { sample, raw } of restOf(files, header, survey)) {
    tally.count(sample);
    writer.write(sample);
    samples[raw ? 'raw' : 'derived']++;
    if (sample.topic === '/plane/a/frame') frames.a++;
    else if (sample.topic === '/plane/b/frame') frames.b++;
    await writer.drained(backlogBytes);
  }
  const summary = tally.summary();
  const closed = await writer.close(summary);
  if (!closed.ok) return closed;
  const incomplete = losses.sentence(out);
  if (incomplete !== null) return failedFault(incomplete);
  const lost = { samples: missing, ms: missingMs(survey.raw), frames: survey.framesLost, files: survey.lostBytes };
  return ok({ record: out, samples, frames, durationMs: summary.durationMs, lost });
}

const backlogBytes = 32 << 20;

/** Everything that is left, in the order of the session. */
async function* restOf(files: DamagedFiles, header: RecordHeader, survey: Survey): AsyncGenerator<{ readonly sample: Sample; readonly raw: boolean }> {
  const frameAt = async (plane: PlaneId, seq: number): Promise<Sample | null> => {
    const file = files.planes[plane];
    const offset = survey.frames[plane].get(seq);
    const chunk = file && offset !== undefined ? await chunkAt(file, offset) : null;
    const frame = chunk ? frameOfChunk(plane, chunk, header, seq) : 'gone';
    return typeof frame === 'string' ? null : frame;
  };
  const orphans = [...survey.orphans];
  async function* orphansBefore(seq: number): AsyncGenerator<{ sample: Sample; raw: boolean }> {
    for (let next = orphans[0]; next && next.seq < seq; next = orphans[0]) {
      orphans.shift();
      const sample = await frameAt(next.plane, next.seq);
      if (sample) yield { sample, raw: true };
    }
  }
  for await (const message of inSessionOrder(
    readableMessages(files.telemetry, header, () => undefined),
    survey.derivedLag,
  )) {
    yield* orphansBefore(message.raw ? message.seq : message.seq + 1);
    const sample = message.plane ? await frameAt(message.plane, message.seq) : toSample(message, header);
    if (sample !== null && typeof sample !== 'string') yield { sample, raw: message.raw };
  }
  yield* orphansBefore(Number.POSITIVE_INFINITY);
}

/** The numbers from 0 to `last` that are not among `present`, which rises. */
function missingRanges(present: readonly number[], last: number): SeqRange[] {
  const ranges: SeqRange[] = [];
  let expected = 0;
  for (const seq of present) {
    if (seq > expected) ranges.push([expected, seq - 1]);
    expected = seq + 1;
  }
  if (last >= expected) ranges.push([expected, last]);
  return ranges;
}

function missingMs(present: readonly { readonly seq: number; readonly tMs: number }[]): number {
  let ms = 0;
  let last = { seq: -1, tMs: 0 };
  for (const sample of present) {
    if (sample.seq > last.seq + 1) ms += sample.tMs - last.tMs;
    last = sample;
  }
  return ms;
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readRecordText(path);
  } catch {
    // Not every record has one; one that cannot be read is no reason to lose the rest.
    return null;
  }
}
