import { join } from 'node:path';
import type { XrayFrame, XrayFrameAttributes } from '../../../src/dicom/xrayFrame.ts';
import { frameTopic, type PlaneId } from '../../../src/sample/sample.ts';
import type { RecordReader } from '../../record/record.ts';
import { ExportStopped } from '../stopped.ts';
import type { ExportTask } from '../task.ts';
import { type Dataset, decimalString, dicomTimes, uidOf, writeDicomImage } from './file.ts';
import { commonModules, type DicomStudy } from './study.ts';

const sopClasses = { 8: '1.2.840.10008.5.1.4.1.1.7.2', 16: '1.2.840.10008.5.1.4.1.1.7.3' } as const;
const frameTimeVectorTag = 0x00181065;
/** No instance grows beyond this: every archive takes it, and its length fits into the element. */
const maxInstanceBytes = 1 << 30;

/** Frames that can stand in one instance: all of one size and kind. */
interface Run {
  readonly attributes: XrayFrameAttributes;
  readonly frames: { readonly seq: number; readonly tMs: number }[];
}

/**
 * The frames of a plane as multi-frame grayscale secondary captures (byte or word), uncompressed, stored values as they came
 * (MONOCHROME1 turned into MONOCHROME2, which these classes demand, by inverting). Gives the files written.
 */
export async function exportFrames({ reader, out }: ExportTask, study: DicomStudy, plane: PlaneId, onFrame: () => void): Promise<readonly string[]> {
  const runs = await runsOf(reader, plane);
  const files: string[] = [];
  for (const [index, run] of runs.entries()) {
    const name = `dicom/plane-${plane}-${String(index + 1).padStart(3, '0')}.dcm`;
    const { rows, columns, bitsAllocated } = run.attributes;
    const frameBytes = (rows * columns * bitsAllocated) / 8;
    const pixelData = { vr: bitsAllocated === 8 ? 'OB' : 'OW', frameCount: run.frames.length, frameBytes } as const;
    await writeDicomImage(join(out, name), instanceOf(study, plane, index, run), pixelData, pixelsOf(reader, plane, run, onFrame));
    files.push(name);
  }
  return files;
}

/** Runs of frames that have their pixels, from one walk through telemetry. */
async function runsOf(reader: RecordReader, plane: PlaneId): Promise<readonly Run[]> {
  const runs: Run[] = [];
  const stored = new Set(reader.frameIndex(plane).map(({ seq }) => seq));
  for await (const { topic, seq, tMs, data } of reader.samples({ frames: false, topics: [frameTopic(plane)] })) {
    if (topic !== frameTopic(plane) || !('attributes' in data) || !stored.has(seq)) continue;
    const { attributes } = data;
    const last = runs.at(-1);
    const roomy = last && (last.frames.length + 1) * attributes.rows * attributes.columns * (attributes.bitsAllocated / 8) <= maxInstanceBytes;
    if (roomy && sameKind(last.attributes, attributes)) last.frames.push({ seq, tMs });
    else runs.push({ attributes, frames: [{ seq, tMs }] });
  }
  return runs;
}

function sameKind(a: XrayFrameAttributes, b: XrayFrameAttributes): boolean {
  return (
    a.rows === b.rows && a.columns === b.columns && a.bitsAllocated === b.bitsAllocated && a.bitsStored === b.bitsStored && a.photometric === b.photometric
  );
}

async function* pixelsOf(reader: RecordReader, plane: PlaneId, run: Run, onFrame: () => void): AsyncGenerator<Uint8Array> {
  for (const { seq } of run.frames) {
    const read = await reader.frame(plane, seq);
    if (!read.ok) throw new ExportStopped(read.fault.message);
    yield bytesOf(read.value.data);
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

function instanceOf(study: DicomStudy, plane: PlaneId, index: number, { attributes, frames }: Run): Dataset {
  const startMs = frames[0]?.tMs ?? 0;
  const { date, time, dateTime } = dicomTimes(study.startedAtEpochMs + startMs);
  const inverted = attributes.photometric === 'MONOCHROME1' ? { DerivationDescription: 'Stored values inverted from MONOCHROME1' } : {};
  return {
    ...commonModules(study),
    ...inverted,
    SOPClassUID: sopClasses[attributes.bitsAllocated],
    SOPInstanceUID: uidOf(study.key, 'frames', plane, index),
    SeriesInstanceUID: uidOf(study.key, 'series', plane),
    SeriesNumber: plane === 'a' ? 1 : 2,
    SeriesDescription: `Fluoroscopy plane ${plane.toUpperCase()}`,
    Modality: 'XA',
    BodyPartExamined: 'SPINE',
    InstanceNumber: index + 1,
    PatientOrientation: '',
    ConversionType: 'DV',
    ImageType: ['DERIVED', 'SECONDARY'],
    ContentDate: date,
    ContentTime: time,
    AcquisitionDateTime: dateTime,
    ...pixelModule(attributes, frames),
    ...windowOf(attributes),
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
    BurnedInAnnotation: 'NO',
    PresentationLUTShape: 'IDENTITY',
    RescaleIntercept: 0,
    RescaleSlope: 1,
    RescaleType: 'US',
  };
}

/** Time since the frame before, ms; 0 for the first (PS3.3 C.7.6.5). */
function frameTimes(frames: Run['frames']): readonly string[] {
  return frames.map(({ tMs }, i) => decimalString(Math.round((tMs - (frames[i - 1]?.tMs ?? tMs)) * 1000) / 1000));
}

function windowOf({ windowCenter, windowWidth }: XrayFrameAttributes): object {
  return windowCenter !== null && windowWidth !== null && windowWidth >= 1
    ? { WindowCenter: decimalString(windowCenter), WindowWidth: decimalString(windowWidth) }
    : {};
}
