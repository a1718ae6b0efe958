import { join } from 'node:path';
import { frameModality } from '../../../src/dicom/modality.ts';
import type { XrayFrame, XrayFrameAttributes } from '../../../src/dicom/xrayFrame.ts';
import { frameTopic, type PlaneId } from '../../../src/sample/sample.ts';
import type { RecordReader } from '../../record/record.ts';
import { ExportStopped } from '../stopped.ts';
import type { ExportTask } from '../task.ts';
import { type Dataset, type DicomSyntax, decimalString, dicomTimes, uidOf, writeDicomImage } from './file.ts';
import { encodeJpegLs } from './jpegLs.ts';
import type { ImageReference } from './srContent.ts';
import { commonModules, type DicomStudy, requestAttributes } from './study.ts';
import { invertedCurve, voiLut } from './voiLut.ts';
import { carriesGeometry, sameView, xaClass, xaModules } from './xaModules.ts';

const secondaryCapture = { 8: '1.2.840.10008.5.1.4.1.1.7.2', 16: '1.2.840.10008.5.1.4.1.1.7.3' } as const;
const frameTimeVectorTag = 0x00181065;
/** No instance grows beyond this: every archive takes it, and its length fits into the element. */
const maxInstanceBytes = 1 << 30;

/** Frames that can stand in one instance: all of one size, kind and view. */
export interface Run {
  readonly attributes: XrayFrameAttributes;
  readonly frames: { readonly seq: number; readonly tMs: number; readonly attributes: XrayFrameAttributes }[];
}

/** The runs of a plane, and those of the other one. */
export interface PlaneRuns {
  readonly plane: PlaneId;
  readonly runs: readonly Run[];
  readonly other: readonly Run[];
}

/** Where a recorded frame is among the instances. */
export interface ExportedFrame extends ImageReference {
  readonly frameNumber: number;
  readonly seriesUid: string;
  readonly attributes: XrayFrameAttributes;
}

export interface ExportedFrames {
  readonly files: readonly string[];
  /** By ingest sequence. */
  readonly frames: ReadonlyMap<number, ExportedFrame>;
}

/**
 * The frames of a plane: X-Ray Angiographic images where the source said where tube and detector stood, else multi-frame
 * grayscale secondary captures (byte or word). Stored values as they came (MONOCHROME1 turned into MONOCHROME2, which these
 * classes demand, by inverting).
 */
export async function exportFrames(
  { reader, out }: ExportTask,
  study: DicomStudy,
  { plane, runs, other }: PlaneRuns,
  syntax: DicomSyntax,
  onFrame: () => void,
): Promise<ExportedFrames> {
  const { framesA, framesB } = reader.header.sources;
  const files: string[] = [];
  const frames = new Map<number, ExportedFrame>();
  for (const [index, run] of runs.entries()) {
    const name = `dicom/plane-${plane}-${String(index + 1).padStart(3, '0')}.dcm`;
    const { rows, columns, bitsAllocated } = run.attributes;
    const instance = instanceOf(study, plane, index, run, partnerOf(study, plane, index, other), plane === 'a' ? framesA : framesB);
    const frameBytes = (rows * columns * bitsAllocated) / 8;
    const pixelData = { syntax, vr: bitsAllocated === 8 ? 'OB' : 'OW', frameCount: run.frames.length, frameBytes } as const;
    await writeDicomImage(join(out, name), instance, pixelData, pixelsOf(reader, plane, run, syntax, onFrame));
    files.push(name);
    run.frames.forEach(({ seq, attributes }, i) => {
      const { SOPClassUID: sopClassUid, SOPInstanceUID: sopInstanceUid } = instance;
      frames.set(seq, { sopClassUid, sopInstanceUid, frameNumber: i + 1, seriesUid: seriesUidOf(study, plane), attributes });
    });
  }
  return { files, frames };
}

/** What of the other plane was taken at the same time, as far as runs tell: its run of the same number, or its last. */
function partnerOf(study: DicomStudy, plane: PlaneId, index: number, other: readonly Run[]): ImageReference | null {
  const at = Math.min(index, other.length - 1);
  const run = other[at];
  return run ? { sopClassUid: sopClassOf(run.attributes), sopInstanceUid: uidOf(study.key, 'frames', plane === 'a' ? 'b' : 'a', at) } : null;
}

const sopClassOf = (attributes: XrayFrameAttributes): string => (carriesGeometry(attributes) ? xaClass : secondaryCapture[attributes.bitsAllocated]);

/** Runs of frames that have their pixels, from one walk through telemetry. */
export async function runsOf(reader: RecordReader, plane: PlaneId): Promise<readonly Run[]> {
  const runs: Run[] = [];
  const stored = new Set(reader.frameIndex(plane).map(({ seq }) => seq));
  let before: XrayFrameAttributes | null = null;
  for await (const { topic, seq, tMs, data } of reader.samples({ frames: false, topics: [frameTopic(plane)] })) {
    if (topic !== frameTopic(plane) || !('attributes' in data) || !stored.has(seq)) continue;
    const attributes: XrayFrameAttributes = before ? sharingParts(data.attributes, before) : data.attributes;
    before = attributes;
    const last = runs.at(-1);
    const roomy = last && (last.frames.length + 1) * attributes.rows * attributes.columns * (attributes.bitsAllocated / 8) <= maxInstanceBytes;
    if (roomy && sameKind(last.attributes, attributes)) last.frames.push({ seq, tMs, attributes });
    else runs.push({ attributes, frames: [{ seq, tMs, attributes }] });
  }
  return runs;
}

/** With those parts of the frame before that are the same: two hours of frames are kept, and most differ in their number alone. */
function sharingParts(attributes: XrayFrameAttributes, before: XrayFrameAttributes): XrayFrameAttributes {
  const { technique, shutter, overlays } = attributes;
  return {
    ...attributes,
    geometry: sameOr(before.geometry, attributes.geometry),
    ...(technique && { technique: sameOr(before.technique, technique) }),
    ...(shutter && { shutter: sameOr(before.shutter, shutter) }),
    ...(overlays && { overlays: sameOr(before.overlays, overlays) }),
  };
}

const sameOr = <T>(known: T | undefined, value: T): T => (known !== undefined && JSON.stringify(known) === JSON.stringify(value) ? known : value);

const sameKind = (a: XrayFrameAttributes, b: XrayFrameAttributes): boolean =>
  a.rows === b.rows &&
  a.columns === b.columns &&
  a.bitsAllocated === b.bitsAllocated &&
  a.bitsStored === b.bitsStored &&
  a.photometric === b.photometric &&
  a.lossyCompression === b.lossyCompression &&
  a.burnedInAnnotation === b.burnedInAnnotation &&
  sameView(a, b);

async function* pixelsOf(reader: RecordReader, plane: PlaneId, run: Run, syntax: DicomSyntax, onFrame: () => void): AsyncGenerator<Uint8Array> {
  const { columns, rows, bitsAllocated, bitsStored } = run.attributes;
  for (const { seq } of run.frames) {
    const read = await reader.frame(plane, seq);
    if (!read.ok) throw new ExportStopped(read.fault.message);
    const bytes = bytesOf(read.value.data);
    yield syntax === 'jpeg-ls' ? await encodeJpegLs(bytes, columns, rows, bitsAllocated === 8 ? 8 : bitsStored) : bytes;
    onFrame();
  }
}

function bytesOf({ pixels, attributes }: XrayFrame): Uint8Array {
  if (attributes.photometric === 'MONOCHROME1') {
    const highest = 2 ** attributes.bitsStored - 1;
    for (let i = 0; i < pixels.length; i++) pixels[i] = highest - (pixels[i] ?? 0);
  }
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}

/** The series of a plane's frames. */
export const seriesUidOf = (study: DicomStudy, plane: PlaneId): string => uidOf(study.key, 'series', plane);

function instanceOf(study: DicomStudy, plane: PlaneId, index: number, run: Run, partner: ImageReference | null, source: string | null): Dataset {
  const { attributes, frames } = run;
  const startMs = frames[0]?.tMs ?? 0;
  const { date, time, dateTime } = dicomTimes(study.startedAtEpochMs + startMs);
  const inverted = attributes.photometric === 'MONOCHROME1' ? { DerivationDescription: 'Stored values inverted from MONOCHROME1' } : {};
  return {
    ...commonModules(study),
    ...requestAttributes(study),
    ...inverted,
    SOPClassUID: sopClassOf(attributes),
    SOPInstanceUID: uidOf(study.key, 'frames', plane, index),
    SeriesInstanceUID: seriesUidOf(study, plane),
    SeriesNumber: plane === 'a' ? 1 : 2,
    SeriesDescription: `Fluoroscopy plane ${plane.toUpperCase()}`,
    Modality: frameModality,
    BodyPartExamined: 'SPINE',
    InstanceNumber: index + 1,
    PatientOrientation: '',
    ContentDate: date,
    ContentTime: time,
    AcquisitionDateTime: dateTime,
    ...pixelHistory(attributes, source),
    ...(carriesGeometry(attributes)
      ? xaModules(plane, run, partner)
      : { ConversionType: 'DV', ImageType: ['DERIVED', 'SECONDARY'], PresentationLUTShape: 'IDENTITY' }),
    // Stored values are handed on as they came; what they mean is not known.
    RescaleIntercept: 0,
    RescaleSlope: 1,
    RescaleType: 'US',
    ...pixelModule(attributes, frames),
    ...writtenWindow(attributes),
  };
}

/**
 * What was done to pixels before they came here, as far as anybody knows (PS3.3 C.7.6.1). Both may be left out where nobody does, but
 * for burned-in annotation in secondary captures (type 1, C.8.6.3): unknown text is said to be there, so that somebody looks.
 */
function pixelHistory(attributes: XrayFrameAttributes, source: string | null): object {
  const { simulated, lossyCompression: lossy = simulated ? false : undefined } = attributes;
  // Records made before frames said it themselves: of captured video without a mask.
  const { burnedInAnnotation: burnedIn = simulated ? false : source?.startsWith('video:') ? !/[?&]mask=/.test(source) : undefined } = attributes;
  return {
    ...(lossy === undefined ? {} : { LossyImageCompression: lossy ? '01' : '00' }),
    ...(burnedIn === undefined && carriesGeometry(attributes) ? {} : { BurnedInAnnotation: burnedIn === false ? 'NO' : 'YES' }),
  };
}

function pixelModule(attributes: XrayFrameAttributes, frames: Run['frames']): object {
  return {
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: attributes.rows,
    Columns: attributes.columns,
    BitsAllocated: attributes.bitsAllocated,
    // The byte class demands 8 stored bits; a source with fewer fills them from below.
    BitsStored: attributes.bitsAllocated === 8 ? 8 : attributes.bitsStored,
    HighBit: (attributes.bitsAllocated === 8 ? 8 : attributes.bitsStored) - 1,
    PixelRepresentation: 0,
    NumberOfFrames: frames.length,
    // A single frame has no increment.
    ...(frames.length > 1 ? { FrameIncrementPointer: frameTimeVectorTag, FrameTimeVector: frameTimes(frames) } : {}),
  };
}

/** Time since the frame before, ms; 0 for the first (PS3.3 C.7.6.5). */
function frameTimes(frames: Run['frames']): readonly string[] {
  return frames.map(({ tMs }, i) => decimalString(Math.round((tMs - (frames[i - 1]?.tMs ?? tMs)) * 1000) / 1000));
}

/** The window of the values as they are written: inverted ones have theirs on the other side. */
export function writtenWindow({ windowCenter, windowWidth, voiFunction, photometric, bitsStored }: XrayFrameAttributes): object {
  if (windowCenter === null || windowWidth === null || (windowWidth < 1 && voiFunction === undefined)) return {};
  if (typeof voiFunction === 'object') {
    const inverted = photometric === 'MONOCHROME1';
    const center = inverted ? 2 ** bitsStored - 1 - windowCenter : windowCenter;
    return voiLut({ center, width: windowWidth, voiFunction: inverted ? invertedCurve(voiFunction) : voiFunction }, bitsStored);
  }
  // A linear window is about its centre less a half (PS3.3 C.11.2.1.2.1).
  const highest = 2 ** bitsStored - (voiFunction === undefined ? 0 : 1);
  return {
    WindowCenter: decimalString(photometric === 'MONOCHROME1' ? highest - windowCenter : windowCenter),
    WindowWidth: decimalString(windowWidth),
    ...(voiFunction === undefined ? {} : { VOILUTFunction: voiFunction }),
  };
}
