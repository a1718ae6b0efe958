import packageJson from '../../package.json' with { type: 'json' };
import type { Result } from '../../src/base/result.ts';
import type { RecordReader } from '../record/record.ts';
import { collectFramesSooner } from '../sources/frameMemory.ts';
import { markOfRecord } from './dataMark.ts';
import type { DeidentifyOptions } from './deidentify/deidentify.ts';
import type { DicomSyntax } from './dicom/file.ts';
import { originOf } from './origin.ts';
import { fillOutFolder } from './outFolder.ts';
import { type Share, sharesOf, workOf } from './progress.ts';
import type { ExportTask, MadeReport, RecordOrigin } from './task.ts';
import type { VideoStyle } from './video/video.ts';

/** `csv`: every sample in tables; `report`: PDF, HTML and their tables as CSV and JSON; `dicom`: instances for an archive; `video`: one file a plane. */
export const exportKinds = ['csv', 'report', 'dicom', 'video'] as const;
export type ExportKind = (typeof exportKinds)[number];

/**
 * How far an export is: `done` of `total` steps (frames, mostly) of the kind at work, and 0 … 1 of everything asked for, each kind
 * weighed by what it costs; it never goes back.
 */
export interface ExportProgress {
  readonly kind: ExportKind;
  readonly done: number;
  readonly total: number;
  readonly fraction: number;
}

export interface ExportOptions {
  readonly onProgress?: (progress: ExportProgress) => void;
  /** Aborting ends the export with a fault and leaves nothing behind. */
  readonly signal?: AbortSignal;
  /** How DICOM frames are stored; uncompressed when not said. */
  readonly dicomSyntax?: DicomSyntax;
  /** H.264 with the overlay when not said. */
  readonly video?: VideoStyle;
  /** Says nowhere whose record it is; see `docs/exports.md` for what that covers. */
  readonly deidentify?: DeidentifyOptions;
}

/** What an export wrote; stands in the folder as `export.json`. */
export interface Exported {
  readonly softwareVersion: string;
  readonly simulated: boolean;
  /** Made from data that had been recorded before and were played again. */
  readonly replayed: boolean;
  readonly deidentified: boolean;
  readonly kinds: readonly ExportKind[];
  /** Paths below the folder. */
  readonly files: readonly string[];
  /** False when the record was not closed or could not be read to its end. */
  readonly complete: boolean;
  /** Sentences for the person: what is not as they may expect. */
  readonly remarks: readonly string[];
}

/**
 * Writes files for other programs out of a record, into a folder that is new or empty. Frames go through memory one at a time.
 * Nothing is in the folder under its final name before everything is written. The reader stays open.
 */
export async function exportRecord(
  reader: RecordReader,
  kinds: readonly ExportKind[],
  outFolder: string,
  options: ExportOptions = {},
): Promise<Result<Exported>> {
  collectFramesSooner();
  const origin = await originOf(reader.folder);
  if (!options.deidentify) return exportFrom(reader, origin, [], kinds, outFolder, options);
  const { deidentify } = await import('./deidentify/deidentify.ts');
  const anonymous = await deidentify(reader, origin, options.deidentify, outFolder);
  return anonymous.ok ? exportFrom(anonymous.value.reader, anonymous.value.origin, anonymous.value.remarks, kinds, outFolder, options) : anonymous;
}

function exportFrom(
  reader: RecordReader,
  origin: RecordOrigin,
  known: readonly string[],
  kinds: readonly ExportKind[],
  outFolder: string,
  options: ExportOptions,
): Promise<Result<Exported>> {
  const { signal } = options;
  return fillOutFolder(outFolder, signal, async (stage) => {
    const files: string[] = [];
    const remarks: string[] = [...known];
    let made: Promise<MadeReport> | null = null;
    let fraction = 0;
    const shares = sharesOf(kinds, await workOf(reader), options);
    const stepIn =
      (kind: ExportKind, { from, to }: Share) =>
      (done: number, total: number) => {
        signal?.throwIfAborted();
        fraction = Math.max(fraction, from + (to - from) * Math.min(1, done / Math.max(1, total)));
        options.onProgress?.({ kind, done, total, fraction });
      };
    for (const kind of bestOrder.filter((each) => kinds.includes(each))) {
      const task = {
        reader,
        origin,
        out: stage,
        remark: (sentence: string) => void (remarks.includes(sentence) || remarks.push(sentence)),
        step: stepIn(kind, shares[kind]),
      };
      const report = () => (made ??= import('./report/report.ts').then(({ makeReport }) => makeReport({ ...task, step: stepIn(kind, shares.report) })));
      files.push(...(await parts[kind]({ ...task, report }, options)));
    }
    const cut = reader.cut();
    if (cut) remarks.push(`The record could be read only up to a place where ${cut.why}; the export ends there.`);
    return {
      softwareVersion: packageJson.version,
      simulated: reader.header.simulated,
      replayed: markOfRecord(reader.header) === 'replayed',
      deidentified: origin.deidentified !== null,
      kinds,
      files,
      complete: cut === null && reader.closed,
      remarks,
    };
  });
}

/** What takes most memory comes first, while nothing is left over from what was before. */
const bestOrder: readonly ExportKind[] = ['video', 'csv', 'report', 'dicom'];

/** Loaded when wanted: some bring large libraries with them. */
const parts: Readonly<Record<ExportKind, (task: ExportTask, options: ExportOptions) => Promise<readonly string[]>>> = {
  csv: async (task) => (await import('./tables.ts')).exportCsv(task),
  report: async (task) => (await import('./report/report.ts')).exportReport(task),
  dicom: async (task, options) => (await import('./dicom/dicom.ts')).exportDicom(task, options.dicomSyntax ?? 'uncompressed'),
  video: async (task, options) => (await import('./video/video.ts')).exportVideo(task, options.video ?? { overlay: true, lossless: false }),
};
