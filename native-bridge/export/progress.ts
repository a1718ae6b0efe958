import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskErrorText } from '../record/diskError.ts';
import type { RecordReader } from '../record/record.ts';
import type { ExportKind, ExportOptions } from './exportRecord.ts';
import { ExportStopped } from './stopped.ts';

/** Which part of 0 … 1 belongs to a kind. */
export interface Share {
  readonly from: number;
  readonly to: number;
}

/** What an export goes through: the work of its kinds. The report is made for `dicom` too, which brings it along. */
export interface ExportWork {
  readonly frames: number;
  readonly frameBytes: number;
  readonly framePixels: number;
  readonly telemetryBytes: number;
}

/** Time on one machine, ms; only how they relate counts. Measured over 600 frames of 1024² in 16 bits: video 28 s whatever its codec, JPEG-LS 17 s, uncompressed 8 s. */
const cost = {
  videoMsPerPixel: 45e-6,
  jpegLsMsPerByte: 13e-6,
  dicomMsPerByte: 6e-6,
  telemetryMsPerByte: 40e-6,
  reportMs: 1000,
  leastMs: 50,
} as const;

/** How much there is; frames are taken to be as large as the first of their plane. */
export async function workOf(reader: RecordReader): Promise<ExportWork> {
  let [frames, frameBytes, framePixels] = [0, 0, 0];
  for (const plane of reader.planes) {
    const index = reader.frameIndex(plane);
    const first = index[0] && (await reader.frame(plane, index[0].seq));
    if (!first?.ok) continue;
    const { pixels } = first.value.data;
    frames += index.length;
    frameBytes += index.length * pixels.byteLength;
    framePixels += index.length * pixels.length;
  }
  return { frames, frameBytes, framePixels, telemetryBytes: await telemetryBytesOf(reader.folder) };
}

/** The record was read a moment ago: without its telemetry nothing that is exported would be true. */
async function telemetryBytesOf(folder: string): Promise<number> {
  const path = join(folder, 'telemetry.mcap');
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw new ExportStopped(`the record can no longer be read (${diskErrorText(error as NodeJS.ErrnoException, path)})`);
  }
}

/** Divides 0 … 1 among `kinds`, which follow one another, by what each of them costs; `report` is there also when only DICOM needs it. */
export function sharesOf(
  kinds: readonly ExportKind[],
  { frameBytes, framePixels, telemetryBytes }: ExportWork,
  { dicomSyntax }: Pick<ExportOptions, 'dicomSyntax'>,
): Readonly<Record<ExportKind, Share>> {
  const wanted = (kind: ExportKind) => kinds.includes(kind);
  const telemetryMs = telemetryBytes * cost.telemetryMsPerByte;
  const frameMs = frameBytes * (dicomSyntax === 'jpeg-ls' ? cost.jpegLsMsPerByte : cost.dicomMsPerByte);
  const costs: readonly (readonly [ExportKind, number])[] = [
    ['video', wanted('video') ? framePixels * cost.videoMsPerPixel + cost.leastMs : 0],
    ['csv', wanted('csv') ? telemetryMs + cost.leastMs : 0],
    ['report', wanted('report') || wanted('dicom') ? telemetryMs + cost.reportMs : 0],
    ['dicom', wanted('dicom') ? frameMs + cost.leastMs : 0],
  ];
  const total = costs.reduce((sum, [, ms]) => sum + ms, 0);
  const shares: Record<ExportKind, Share> = { video: { from: 0, to: 0 }, csv: { from: 0, to: 0 }, report: { from: 0, to: 0 }, dicom: { from: 0, to: 0 } };
  let before = 0;
  for (const [kind, ms] of costs) {
    shares[kind] = { from: before / total, to: (before + ms) / total };
    before += ms;
  }
  return shares;
}
