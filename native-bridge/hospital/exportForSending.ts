import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../../src/base/result.ts';
import { describeInstance, type InstanceFile } from './instanceFile.ts';

/** A record's DICOM instances, made in `folder`; what an interrupted attempt left there goes first. */
export async function exportForSending(
  record: string,
  folder: string,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<Result<readonly InstanceFile[]>> {
  const { openRecordReader } = await import('../record/reader.ts');
  const { exportRecord } = await import('../export/exportRecord.ts');
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
  } finally {
    await reader.close();
  }
}
