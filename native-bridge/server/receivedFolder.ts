import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { textOf } from '../../src/dicom/values.ts';
import type { ReceivedRun } from '../../src/link/received.ts';
import { type DicomFile, openDicomFile } from '../sources/dicomFile.ts';

/** A run in the folder of received ones. */
export interface ReceivedFile {
  readonly run: ReceivedRun;
  readonly path: string;
}

/** What a console is told of a received file. */
export function describeReceived({ dataset, image }: DicomFile, from: string, receivedAtEpochMs: number): ReceivedRun {
  return {
    id: randomUUID(),
    receivedAtEpochMs,
    from,
    modality: textOf(dataset, 'x00080060') ?? '',
    description: textOf(dataset, 'x0008103e') ?? textOf(dataset, 'x00081030') ?? '',
    rows: image.rows,
    columns: image.columns,
    frames: image.frames,
  };
}

/** A file that nothing was written to for this long is half of a run whose receiver has ended. */
const abandonedMs = 3_600_000;
/** A folder with more files than this is looked at no further. */
const mostFiles = 20_000;

interface Found {
  readonly path: string;
  readonly writtenAtEpochMs: number;
}

async function filesOf(folder: string): Promise<readonly Found[]> {
  const names = (await readdir(folder)).slice(0, mostFiles);
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      // Another program may take a file away meanwhile: then it is none.
      const status = await stat(path).catch(() => null);
      return status?.isFile() ? { path, writtenAtEpochMs: Math.round(status.mtimeMs) } : null;
    }),
  );
  return found.filter((file) => file !== null).toSorted((p, q) => q.writtenAtEpochMs - p.writtenAtEpochMs);
}

/**
 * The runs that lie in the folder from earlier, the newest first, at most `most` of them; halves that a receiver left behind are
 * removed. Files that cannot be shown are passed over: they were told of when they came.
 */
export async function listReceived(folder: string, most: number, nowEpochMs: number): Promise<readonly ReceivedFile[]> {
  const listed: ReceivedFile[] = [];
  for (const { path, writtenAtEpochMs } of await filesOf(folder)) {
    if (path.endsWith('.part')) {
      if (nowEpochMs - writtenAtEpochMs > abandonedMs) await rm(path, { force: true });
    } else if (path.endsWith('.dcm') && listed.length < most) {
      const file = await openDicomFile(path);
      if (file.ok) listed.push({ path, run: describeReceived(file.value, file.value.dataset.metaSourceAe ?? '', writtenAtEpochMs) });
    }
  }
  return listed;
}
