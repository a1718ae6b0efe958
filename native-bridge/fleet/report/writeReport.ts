import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failedFault, inputFault, ok, type Result } from '../../../src/base/result.ts';
import type { RecordReplay } from '../recordReplay.ts';
import { junitXml } from './junit.ts';
import { type ReportRun, summaryPage } from './page.ts';
import { type LibraryTotals, libraryTotals } from './totals.ts';

/** Makes the report's folder before the work that it is about: whoever waits an hour should not learn then that it cannot be written. */
export async function makeReportFolder(folder: string): Promise<Result<void>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return ok(undefined);
  } catch (error) {
    return inputFault(`The report's folder ${folder} cannot be made (${(error as NodeJS.ErrnoException).code ?? String(error)}); name another with --report.`);
  }
}

/** Writes `junit.xml`, `index.html` and `results.json` (everything, for other programs), each whole or not at all. */
export async function writeReport(folder: string, results: readonly RecordReplay[], run: ReportRun): Promise<Result<LibraryTotals>> {
  const totals = libraryTotals(results);
  const files: Readonly<Record<string, string>> = {
    'junit.xml': junitXml(results, run),
    'index.html': summaryPage(results, totals, run),
    'results.json': `${JSON.stringify({ version: 1, ...run, totals, results })}\n`,
  };
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, `${name}.part`), content);
      await rename(join(folder, `${name}.part`), join(folder, name));
    }
    return ok(totals);
  } catch (error) {
    return failedFault(
      `The report in ${folder} could not be written (${(error as NodeJS.ErrnoException).code ?? String(error)}); make room or name another folder.`,
    );
  }
}
