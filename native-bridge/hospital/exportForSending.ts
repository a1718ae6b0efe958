import { failedFault, type Result } from '../../src/base/result.ts';
import { startWorkThread } from '../workThread.ts';
import type { ExportRequest } from './exportWorker.ts';
import type { InstanceFile } from './instanceFile.ts';

const exportProgram = new URL('./exportWorker.ts', import.meta.url);

/**
 * A record's DICOM instances, made in `folder` on a thread of their own: the outbox is that of a bridge which may be in the middle of a
 * procedure. What an interrupted attempt left in the folder goes first. Resolves when the thread is gone; `onProgress` is told 0 to 1.
 */
export async function exportForSending(
  record: string,
  folder: string,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
  program: URL = exportProgram,
): Promise<Result<readonly InstanceFile[]>> {
  const request: ExportRequest = { record, folder };
  const { result, exited, cancel } = startWorkThread<Result<readonly InstanceFile[]>>(program, request, 'the export of a record for an archive', onProgress);
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  const made = await result;
  await exited;
  signal.removeEventListener('abort', cancel);
  return made ?? failedFault('The export of the record for the archive ended without a result; the log of the bridge says why.');
}
