import { mkdir, readdir } from 'node:fs/promises';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { diskErrorText } from '../record/diskError.ts';

/** The folder of an export: new or empty, so that nothing of an earlier one is taken for part of it. */
export async function prepareOutFolder(out: string): Promise<Result<void>> {
  try {
    await mkdir(out, { recursive: true, mode: 0o700 });
    if ((await readdir(out)).length > 0) return inputFault(`${out} is not empty: give a new or an empty folder for the export.`);
    return ok(undefined);
  } catch (error) {
    return inputFault(`${out} cannot be used for the export: ${diskErrorText(error as NodeJS.ErrnoException, out)}. Give a folder that you may write to.`);
  }
}

export function cannotWrite(where: string, error: unknown) {
  return failedFault(`The export to ${where} failed: ${diskErrorText(error as NodeJS.ErrnoException, where)}. What is there so far is not complete.`);
}
