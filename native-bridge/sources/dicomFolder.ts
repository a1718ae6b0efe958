import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { DicomDataset } from '../../src/dicom/dataset.ts';
import { dateTimeMs } from '../../src/dicom/frameTiming.ts';
import { tags } from '../../src/dicom/image.ts';
import { numberOf, textOf } from '../../src/dicom/values.ts';
import { readFault } from './dicomBytes.ts';
import { readHead } from './dicomFile.ts';

/** Files of one run in playing order, and what was left out of a folder. */
export interface Run {
  readonly paths: readonly string[];
  readonly note: string | null;
  /** Frames of all files by their headers; null for a single file, which has not been read. */
  readonly frames: number | null;
  /** Start of each file on the run's own timeline where their acquisition times tell, else null. */
  readonly startsMs: readonly number[] | null;
}

/** A file is its own run; in a folder, the series with the most instances, in order. */
export async function findRun(target: string): Promise<Result<Run>> {
  if (target === '') return inputFault('dicom: needs a file or folder: dicom:FILE_OR_FOLDER.');
  try {
    const found = await stat(target);
    if (!found.isDirectory()) return ok({ paths: [target], note: null, frames: null, startsMs: null });
    const entries = await readdir(target, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return await sortFolder(target, paths.sort());
  } catch (error) {
    return readFault(target, error);
  }
}

interface Instance {
  readonly path: string;
  readonly series: string;
  readonly number: number | null;
  readonly frames: number;
  readonly takenMs: number | null;
}

async function sortFolder(folder: string, paths: readonly string[]): Promise<Result<Run>> {
  const instances: Instance[] = [];
  for (const path of paths) {
    const head = await readHead(path);
    if (head !== null)
      instances.push({
        path,
        series: textOf(head, 'x0020000e') ?? '',
        number: numberOf(head, 'x00200013', 'text'),
        frames: numberOf(head, tags.frames, 'text') ?? 1,
        takenMs: takenAtMs(head),
      });
  }
  if (instances.length === 0)
    return inputFault(`${folder} holds no DICOM file with frames (${paths.length} ${paths.length === 1 ? 'file' : 'files'} looked at).`);
  const bySeries = Map.groupBy(instances, (instance) => instance.series);
  const series = [...bySeries.values()].reduce((best, candidate) => (candidate.length > best.length ? candidate : best));
  const ordered = series.toSorted((a, b) => compare(a.number, b.number) || compare(a.takenMs, b.takenMs));
  const others = bySeries.size - 1;
  const note = others === 0 ? null : `The folder holds ${others} other series, which ${others === 1 ? 'is' : 'are'} not played.`;
  return ok({
    paths: ordered.map((instance) => instance.path),
    note,
    frames: ordered.reduce((sum, instance) => sum + instance.frames, 0),
    startsMs: startsOf(ordered),
  });
}

const compare = (a: number | null, b: number | null) => (a === null || b === null ? 0 : a - b);

/** Starts relative to the first instance, when every one says when it was taken, in order and not all at once. */
function startsOf(ordered: readonly Instance[]): readonly number[] | null {
  const times = ordered.map((instance) => instance.takenMs);
  const known = times.filter((time) => time !== null);
  const [start] = known;
  if (known.length < times.length || start === undefined || known.length < 2) return null;
  const rising = known.every((time, index) => index === 0 || time > (known[index - 1] ?? time));
  return rising ? known.map((time) => time - start) : null;
}

/** Acquisition, else content date and time: (0008,002A), (0008,0022)+(0008,0032), (0008,0023)+(0008,0033). */
function takenAtMs(head: DicomDataset): number | null {
  const whole = textOf(head, 'x0008002a');
  if (whole !== null) return dateTimeMs(whole);
  for (const [date, time] of [
    ['x00080022', 'x00080032'],
    ['x00080023', 'x00080033'],
  ] as const) {
    const clock = textOf(head, time);
    if (clock !== null) return dateTimeMs(`${textOf(head, date) ?? '20000101'}${clock}`);
  }
  return null;
}
