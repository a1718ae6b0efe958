import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { frameAttributesOf } from '../../src/dicom/frameAttributes.ts';
import { type FrameTiming, frameTimingOf } from '../../src/dicom/frameTiming.ts';
import { type DisplayOverlay, overlayReader } from '../../src/dicom/overlay.ts';
import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';
import { frameTopic, type PlaneId } from '../../src/sample/sample.ts';
import { createDicomDecoder, type DicomDecoder } from './dicomDecoder.ts';
import { type DicomFile, openDicomFile, readFrame } from './dicomFile.ts';
import { findRun, type Run } from './dicomFolder.ts';
import type { Source, SourceEvent } from './source.ts';
import { parseSourceUri } from './uri.ts';
import { describeVideoLibrary } from './videoLibrary.ts';

/** How many frames are decoded before they are asked for. */
const framesAhead = 4;

/** Opens `dicom:FILE_OR_FOLDER?loop=1`: plays at the recorded frame times; a folder is a series in order of its instances. */
export async function openDicomFrames(uri: string, plane: PlaneId): Promise<Result<Source>> {
  const parsed = parseSourceUri(uri);
  if (!parsed.ok) return parsed;
  const { target, query } = parsed.value;
  if (query.loop !== undefined && query.loop !== '0' && query.loop !== '1') return inputFault(`${uri}: loop is 0 or 1, not "${query.loop}".`);
  const run = await findRun(target);
  if (!run.ok) return run;
  const [firstPath] = run.value.paths;
  if (firstPath === undefined) return inputFault(`${target} holds no DICOM file with frames.`);
  const first = await openDicomFile(firstPath);
  if (!first.ok) return first;
  const playable = whyNotPlayable(first.value);
  if (playable !== null) return inputFault(`${firstPath} ${playable}.`);
  if (first.value.table.oneStream) {
    const library = await describeVideoLibrary();
    if (!library.ok) return inputFault(`${firstPath} holds video. ${library.fault.message}`);
  }
  return ok({
    uri,
    pace: 'paced',
    simulated: false,
    events: (signal) => playRun(run.value, first.value, { plane, loop: query.loop === '1', signal }),
  });
}

/** Pixels that can be read but are no X-ray frames. */
function whyNotPlayable(file: DicomFile): string | null {
  return file.image.bitsAllocated === 32 ? 'has pixels of 32 bits each, which are no X-ray frames: at most 16 bits can be played' : null;
}

interface Playing {
  readonly plane: PlaneId;
  readonly loop: boolean;
  readonly signal: AbortSignal;
}

/** Plays file after file, round again when it loops. Time and frame numbers go on from file to file and round to round. */
async function* playRun(run: Run, first: DicomFile, playing: Playing): AsyncGenerator<SourceEvent> {
  const decoder = createDicomDecoder();
  const device = `plane-${playing.plane}` as const;
  let position: Position = { startMs: 0, frameNumber: 0 };
  try {
    yield { topic: '/device', data: { device, state: 'connected', message: describeRun(run, first) }, atMs: 0 };
    do {
      const roundStartMs = position.startMs;
      for (const [index, path] of run.paths.entries()) {
        if (playing.signal.aborted) return;
        const opened = index === 0 ? ok(first) : await openDicomFile(path);
        const startMs = run.startsMs === null ? position.startMs : Math.max(position.startMs, roundStartMs + (run.startsMs[index] ?? 0));
        if (!opened.ok || whyNotPlayable(opened.value) !== null) {
          yield missing(playing.plane, position.frameNumber, position.frameNumber, startMs);
          yield notice(device, `File ${index + 1} of ${run.paths.length} could not be read: its frames are missing.`, startMs);
          position = { startMs, frameNumber: position.frameNumber + 1 };
          continue;
        }
        position = yield* playFile(opened.value, decoder, { startMs, frameNumber: position.frameNumber }, { ...playing, spaced: run.startsMs !== null });
      }
    } while (playing.loop && !playing.signal.aborted);
    if (!playing.signal.aborted) yield { topic: '/device', data: { device, state: 'ended', message: 'The recorded run has ended.' }, atMs: position.startMs };
  } finally {
    await decoder.close();
  }
}

export interface Position {
  readonly startMs: number;
  readonly frameNumber: number;
}

/** Plays the frames of one file; returns where the next one begins. */
export async function* playFile(
  file: DicomFile,
  decoder: DicomDecoder,
  start: Position,
  playing: Omit<Playing, 'loop'> & { readonly spaced: boolean },
): AsyncGenerator<SourceEvent, Position> {
  const count = file.table.frames.length;
  const timing = frameTimingOf(file.dataset, count);
  const overlaysOf = overlayReader(file.dataset);
  const at = (index: number) => start.startMs + (timing.atMs[index] ?? 0);
  const ahead: ReturnType<typeof decode>[] = [];
  for (let index = 0; index < count && !playing.signal.aborted; index++) {
    while (ahead.length < framesAhead && index + ahead.length < count) ahead.push(decode(file, decoder, index + ahead.length));
    const decoded = await ahead.shift();
    if (playing.signal.aborted || decoded === undefined) break;
    const frameNumber = start.frameNumber + index;
    if (decoded.ok) yield frameEvent(file, playing.plane, { index, frameNumber, overlays: overlaysOf(index) }, timing, decoded.value.pixels, at(index));
    else yield* damaged(playing.plane, frameNumber, decoded.fault.message, at(index));
  }
  if (count < file.image.frames && !playing.signal.aborted) {
    yield missing(playing.plane, start.frameNumber + count, start.frameNumber + file.image.frames - 1, at(count - 1));
    yield notice(`plane-${playing.plane}`, `The header counts more frames than the file holds: ${file.table.shortage}.`, at(count - 1));
  }
  const last = at(count - 1);
  // Where files say when they were taken, the next one begins when it says so, not a default frame time later.
  return { startMs: playing.spaced ? last : last + timing.lastFrameMs, frameNumber: start.frameNumber + file.image.frames };
}

async function decode(file: DicomFile, decoder: DicomDecoder, index: number) {
  const frame = await readFrame(file, index);
  if (frame === null) throw new Error(`frame ${index} is beyond the table`);
  return frame.ok ? decoder.decode({ frame: frame.value, palette: file.palette, want: 'unsigned' }) : frame;
}

function frameEvent(
  file: DicomFile,
  plane: PlaneId,
  { index, frameNumber, overlays }: { readonly index: number; readonly frameNumber: number; readonly overlays: readonly DisplayOverlay[] },
  timing: FrameTiming,
  pixels: ArrayBufferView,
  atMs: number,
): SourceEvent {
  if (!(pixels instanceof Uint8Array || pixels instanceof Uint16Array)) throw new Error('frames are 8 or 16 bit');
  const attributes = frameAttributesOf(file.dataset, file.image, index, { frameNumber, frameTimeMs: timing.frameTimeMs, deviceTimeMs: null, overlays });
  const narrow = pixels instanceof Uint8Array;
  // A decoder may have found colour where the header says grey, or the other way round: what it gave decides.
  const asDecoded =
    narrow === (attributes.bitsAllocated === 8)
      ? attributes
      : { ...attributes, bitsAllocated: narrow ? (8 as const) : (16 as const), bitsStored: narrow ? 8 : file.image.bitsStored };
  const data: XrayFrame = { attributes: asDecoded, pixels };
  return { topic: frameTopic(plane), data, atMs };
}

const missing = (plane: PlaneId, fromFrame: number, toFrame: number, atMs: number): SourceEvent => ({
  topic: '/gap',
  data: { kind: 'frames-missing', plane, fromFrame, toFrame },
  atMs,
});
const notice = (device: string, message: string, atMs: number): SourceEvent => ({ topic: '/device', data: { device, state: 'notice', message }, atMs });

function* damaged(plane: PlaneId, frameNumber: number, why: string, atMs: number): Generator<SourceEvent> {
  yield missing(plane, frameNumber, frameNumber, atMs);
  yield notice(`plane-${plane}`, `Frame ${frameNumber + 1} ${why}.`, atMs);
}

function describeRun(run: Run, first: DicomFile): string {
  const { rows, columns, bitsStored, transferSyntax, frames } = first.image;
  const what = run.paths.length > 1 ? `${run.paths.length} files` : `${frames} ${frames === 1 ? 'frame' : 'frames'}`;
  return `DICOM run: ${what}, ${rows} rows, ${columns} columns, ${bitsStored} bits, ${transferSyntax.name}.${run.note === null ? '' : ` ${run.note}`}`;
}
