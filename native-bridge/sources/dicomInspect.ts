import { createHash } from 'node:crypto';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { geometryOf } from '../../src/dicom/geometryTags.ts';
import { tags } from '../../src/dicom/image.ts';
import { numberOf } from '../../src/dicom/values.ts';
import { type CodedFrame, decodeFrame } from './dicomDecode.ts';
import { createDicomDecoder, type DicomDecoder } from './dicomDecoder.ts';
import { type DicomFile, openDicomFile, readFrame } from './dicomFile.ts';
import { findRun } from './dicomFolder.ts';

/** What a DICOM file or series holds, as its header says it: `pedicle inspect`. */
export interface FramesInspection {
  readonly kind: 'frames';
  readonly sopClass: string | null;
  /** As declared; null when the file declares none. */
  readonly transferSyntax: string | null;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly samplesPerPixel: number;
  readonly photometric: string;
  readonly frameTimeMs: number | null;
  readonly geometry: {
    readonly primaryAngleDeg: number | null;
    readonly secondaryAngleDeg: number | null;
    readonly sidMm: number | null;
    readonly sodMm: number | null;
    readonly imagerPixelSpacingMm: readonly [row: number, column: number] | null;
  };
  /** Over the stored values: row-major, little endian, 8 bit up to 8 bits allocated, else 16 (or 32), before any LUT. */
  readonly firstFrameSha256: string;
  readonly lastFrameSha256: string;
}

export interface Inspected {
  readonly inspection: FramesInspection;
  readonly syntaxName: string;
  readonly files: number;
  /** What a person should know besides: frames cut off, series left out. */
  readonly notes: readonly string[];
  /** Mean of the first frame's stored values, as they are signed or unsigned: how lossy frames are compared. */
  readonly firstFrameMean: () => number;
}

/** Reads a file, or the series of a folder, and decodes its first and last frame. */
export async function inspectDicom(target: string): Promise<Result<Inspected>> {
  const run = await findRun(target);
  if (!run.ok) return run;
  const first = await openEnd(run.value.paths[0], target);
  if (!first.ok) return first;
  const last = run.value.paths.length === 1 ? first : await openEnd(run.value.paths.at(-1), target);
  if (!last.ok) return last;
  // A thread takes longer to start than uncompressed frames take altogether.
  const decoder = first.value.table.encapsulated || last.value.table.encapsulated ? createDicomDecoder() : null;
  try {
    const firstFrame = await decodeNearest(decoder, first.value, 0, 1);
    if (!firstFrame.ok) return firstFrame;
    const lastFrame = await decodeNearest(decoder, last.value, last.value.table.frames.length - 1, -1);
    if (!lastFrame.ok) return lastFrame;
    const frames = run.value.frames ?? first.value.image.frames;
    const hashes = { firstFrameSha256: sha256(firstFrame.value.cells), lastFrameSha256: sha256(lastFrame.value.cells) };
    const notes = [run.value.note, shortageNote(first.value), firstFrame.value.note, lastFrame.value.note].filter((note) => note !== null);
    return ok({
      inspection: { ...headerOf(first.value), frames, ...hashes },
      syntaxName: first.value.image.transferSyntax.name,
      files: run.value.paths.length,
      notes: [...new Set(notes)],
      firstFrameMean: () => meanOf(firstFrame.value.cells, first.value),
    });
  } finally {
    await decoder?.close();
  }
}

const openEnd = async (path: string | undefined, target: string) =>
  path === undefined ? inputFault(`${target} holds no DICOM file with frames.`) : openDicomFile(path);

const shortageNote = (file: DicomFile) => (file.table.shortage === null ? null : `The header counts more frames than the file holds: ${file.table.shortage}.`);

/** How many damaged frames at either end are passed over. */
const mostDamaged = 32;

type Cells = Uint8Array | Uint16Array | Uint32Array;

/** The first frame from `index` on, in steps of `step`, that decodes: its cells as stored, and what was passed over. */
async function decodeNearest(
  decoder: DicomDecoder | null,
  file: DicomFile,
  index: number,
  step: 1 | -1,
): Promise<Result<{ readonly cells: Cells; readonly note: string | null }>> {
  let fault = `${file.path} has no frame ${index + 1}.`;
  for (let at = index, tries = 0; tries < mostDamaged; at += step, tries++) {
    const frame = await readFrame(file, at);
    if (frame === null) break;
    const decoded = frame.ok ? await cellsOf(decoder, frame.value) : frame;
    const note = tries === 0 ? null : `${fault} The checksum is of frame ${at + 1}.`;
    if (decoded.ok) return ok({ cells: decoded.value, note });
    if (tries === 0) fault = `${file.path}: frame ${at + 1} ${decoded.fault.message}.`;
  }
  return inputFault(fault);
}

async function cellsOf(decoder: DicomDecoder | null, frame: CodedFrame): Promise<Result<Cells>> {
  if (decoder === null) {
    const decoded = await decodeFrame(frame);
    return decoded.ok ? ok(decoded.value.cells) : decoded;
  }
  const decoded = await decoder.decode({ frame, palette: null, want: 'cells' });
  return decoded.ok ? ok(decoded.value.pixels) : decoded;
}

function headerOf(file: DicomFile): Omit<FramesInspection, 'firstFrameSha256' | 'lastFrameSha256'> {
  const { dataset, image } = file;
  const geometry = geometryOf(dataset, 0);
  const said = (tag: string) => numberOf(dataset, tag, 'text');
  return {
    kind: 'frames',
    sopClass: image.sopClass,
    transferSyntax: dataset.transferSyntaxUid,
    rows: image.rows,
    columns: image.columns,
    frames: image.frames,
    bitsAllocated: image.bitsAllocated,
    // As the file says it, impossible numbers too; what is made of them is the image description's matter.
    bitsStored: numberOf(dataset, tags.bitsStored, 'US') ?? image.bitsStored,
    samplesPerPixel: image.samplesPerPixel,
    photometric: image.photometric,
    // As the file says it, zeros too: what is made of them is the player's matter.
    frameTimeMs: said('x00181063'),
    geometry: {
      primaryAngleDeg: said('x00181510') ?? geometry.primaryAngleDeg,
      secondaryAngleDeg: said('x00181511') ?? geometry.secondaryAngleDeg,
      sidMm: said('x00181110') ?? geometry.sidMm,
      sodMm: said('x00181111') ?? geometry.sodMm,
      imagerPixelSpacingMm: geometry.imagerPixelSpacingMm,
    },
  };
}

const sha256 = (cells: Uint8Array | Uint16Array | Uint32Array) =>
  createHash('sha256')
    .update(new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength))
    .digest('hex');

function meanOf(cells: Uint8Array | Uint16Array | Uint32Array, file: DicomFile): number {
  const signed = file.image.signed && cells instanceof Uint16Array;
  let sum = 0;
  for (const value of signed ? new Int16Array(cells.buffer, cells.byteOffset, cells.length) : cells) sum += value;
  return sum / cells.length;
}
