import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportTask } from '../task.ts';
import { exportFrames } from './frames.ts';
import { exportLog } from './log.ts';
import { studyOf } from './study.ts';

/** Everything that goes to an archive: one study, below `dicom/`. Gives the files. */
export async function exportDicom(task: ExportTask): Promise<readonly string[]> {
  const { reader } = task;
  await mkdir(join(task.out, 'dicom'), { recursive: true, mode: 0o700 });
  const study = await studyOf(reader);
  const total = reader.planes.reduce((sum, plane) => sum + reader.frameIndex(plane).length, 0);
  let done = 0;
  const files: string[] = [];
  for (const plane of reader.planes) files.push(...(await exportFrames(task, study, plane, () => task.step(++done, total))));
  files.push(...(await exportLog(task, study)));
  return files;
}
