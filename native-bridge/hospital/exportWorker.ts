import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failedFault, ok, type Result } from '../../src/base/result.ts';
import { exportRecord } from '../export/exportRecord.ts';
import { diskErrorText } from '../record/diskError.ts';
import { openRecordReader } from '../record/reader.ts';
import { performWork } from '../workThread.ts';
import { describeInstance, type InstanceFile } from './instanceFile.ts';

/** What the thread that exports a record for an archive is told. */
export interface ExportRequest {
  readonly record: string;
  readonly folder: string;
}

async function exportInstances(
  { record, folder }: ExportRequest,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<Result<readonly InstanceFile[]>> {
  const opened = await openRecordReader(record);
  if (!opened.ok) return opened;
  const reader = opened.value;
  try {
    await rm(folder, { recursive: true, force: true });
    const exported = await exportRecord(reader, ['dicom'], folder, { signal, onProgress: ({ fraction }) => onProgress(fraction) });
    if (!exported.ok) return exported;
    const instances: InstanceFile[] = [];
    for (const file of exported.value.files.filter((name) => name.endsWith('.dcm'))) {
      const instance = await describeInstance(join(folder, file));
      if (instance === null) throw new Error(`the export made ${file}, which is no DICOM file`);
      instances.push(instance);
    }
    return ok(instances);
  } catch (error) {
    // A disk that fails is expected; anything else is a fault of ours, and ends the thread.
    if (!(error instanceof Error && 'code' in error)) throw error;
    return failedFault(`The record could not be exported for the archive: ${diskErrorText(error as NodeJS.ErrnoException, folder)}.`);
  } finally {
    await reader.close();
  }
}

await performWork<ExportRequest, Result<readonly InstanceFile[]>>((request, { signal, onProgress }) => exportInstances(request, signal, onProgress));
