import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { diskErrorText } from '../record/diskError.ts';
import { ExportStopped } from './stopped.ts';

/** Everything is written in here and moved up when all of it is there: an export that was interrupted never looks whole. */
const stageName = 'incomplete-export';
/** Written last: the list of files. */
const inventoryName = 'export.json';

/** The folder of an export: new or empty, so that nothing of an earlier one is taken for part of it. */
export async function prepareOutFolder(out: string): Promise<Result<void>> {
  try {
    await mkdir(out, { recursive: true, mode: 0o700 });
    const there = await readdir(out);
    // Another program may be at it: only a person can tell.
    if (there.join() === stageName)
      return inputFault(`${out} holds what is left of an export that was killed: remove ${stageName} in it unless one is running, or give another folder.`);
    if (there.length > 0) return inputFault(`${out} is not empty: give a new or an empty folder for the export.`);
    return ok(undefined);
  } catch (error) {
    return inputFault(`${out} cannot be used for the export: ${diskErrorText(error as NodeJS.ErrnoException, out)}. Give a folder that you may write to.`);
  }
}

/**
 * Lets `write` fill a stage folder, then moves what is there into `out` and writes `export.json` with what `write` gave. When it
 * fails or is aborted, nothing stays behind.
 */
export async function fillOutFolder<T>(out: string, signal: AbortSignal | undefined, write: (stage: string) => Promise<T>): Promise<Result<T>> {
  const prepared = await prepareOutFolder(out);
  if (!prepared.ok) return prepared;
  const stage = join(out, stageName);
  try {
    await mkdir(stage, { mode: 0o700 });
    const written = await write(stage);
    signal?.throwIfAborted();
    for (const name of await readdir(stage)) await rename(join(stage, name), join(out, name));
    await rm(stage, { recursive: true });
    await writeFile(join(out, inventoryName), `${JSON.stringify(written, null, 2)}\n`, { mode: 0o600, flush: true });
    return ok(written);
  } catch (error) {
    const removed = await removeStage(stage);
    if (signal?.aborted) return failedFault(`The export to ${out} was cancelled; ${removed}.`);
    // Anything else is a mistake of ours, and must be seen as one.
    if (!(error instanceof ExportStopped) && !(error instanceof Error && 'code' in error)) throw error;
    const why = error instanceof ExportStopped ? error.message : diskErrorText(error as NodeJS.ErrnoException, out);
    return failedFault(`The export to ${out} failed: ${why.replace(/\.$/, '')}; ${removed}.`);
  }
}

async function removeStage(stage: string): Promise<string> {
  try {
    await rm(stage, { recursive: true, force: true });
    return 'nothing was kept';
  } catch {
    return `what was written so far is still in ${stage}: remove it`;
  }
}
