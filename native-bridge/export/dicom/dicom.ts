import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlaneId } from '../../../src/sample/sample.ts';
import type { ExportTask } from '../task.ts';
import { exportDocument } from './document.ts';
import type { DicomSyntax } from './file.ts';
import { type ExportedFrame, exportFrames, type Run, runsOf } from './frames.ts';
import { exportKeyObjects } from './keyObjects.ts';
import { exportLog } from './log.ts';
import { exportPresentations } from './presentation.ts';
import { studyOf } from './study.ts';

/** Everything that goes to an archive: one study, below `dicom/`. Gives the files. */
export async function exportDicom(task: ExportTask, syntax: DicomSyntax): Promise<readonly string[]> {
  const { reader } = task;
  await mkdir(join(task.out, 'dicom'), { recursive: true, mode: 0o700 });
  const study = await studyOf(task);
  const report = await task.report();
  const total = reader.planes.reduce((sum, plane) => sum + reader.frameIndex(plane).length, 0);
  let done = 0;
  const files: string[] = [];
  const exported = new Map<PlaneId, ReadonlyMap<number, ExportedFrame>>();
  const runs: Record<PlaneId, readonly Run[]> = { a: [], b: [] };
  for (const plane of reader.planes) runs[plane] = await runsOf(reader, plane);
  for (const plane of reader.planes) {
    const written = await exportFrames(task, study, { plane, runs: runs[plane], other: runs[plane === 'a' ? 'b' : 'a'] }, syntax, () =>
      task.step(++done, total),
    );
    files.push(...written.files);
    exported.set(plane, written.frames);
  }
  const marked = report.facts.keyFrames.flatMap((stored) => {
    const frame = exported.get(stored.plane)?.get(stored.frameSeq);
    return frame ? [{ stored, exported: frame }] : [];
  });
  files.push(...(await exportPresentations(task, study, marked)));
  files.push(...(await exportKeyObjects(task, study, marked)));
  files.push(...(await exportLog(task, study)));
  files.push(...(await exportDocument(task, study, report)));
  return files;
}
