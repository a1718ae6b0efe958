import { availableParallelism, hostname } from 'node:os';
import { resolve } from 'node:path';
import { inputFault, type Result } from '../../src/base/result.ts';
import { findRecords, type LibraryRecord, looksLikeRecord } from '../fleet/library.ts';
import type { RecordReplay } from '../fleet/recordReplay.ts';
import { type LibraryOptions, type LibraryProgress, replayLibrary } from '../fleet/replayLibrary.ts';
import { statusWords } from '../fleet/report/words.ts';
import { makeReportFolder, writeReport } from '../fleet/report/writeReport.ts';
import { printJson, reportFault } from './output.ts';

export interface LibraryReplayOptions {
  readonly report: string;
  readonly processes?: number;
  readonly queue?: string;
  readonly json?: true;
}

/** A bar on a terminal, a line for each finished record elsewhere. */
function showProgress(): { readonly onProgress: (progress: LibraryProgress) => void; readonly end: () => void } {
  if (!process.stderr.isTTY) {
    const line = ({ done, of, finished }: LibraryProgress) => {
      if (finished) process.stderr.write(`${done}/${of} ${finished.name}: ${statusWords[finished.status]}\n`);
    };
    return { onProgress: line, end: () => undefined };
  }
  const barWidth = 30;
  let problems = 0;
  let shownMs = 0;
  return {
    onProgress({ done, of, fraction, finished }) {
      if (finished && finished.status !== 'identical') problems++;
      const nowMs = performance.now();
      if (!finished && nowMs - shownMs < 100) return;
      shownMs = nowMs;
      const filled = Math.round(fraction * barWidth);
      const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
      process.stderr.write(`\r${bar} ${done} of ${of} records, ${Math.floor(fraction * 100)} %${problems > 0 ? `, ${problems} not identical` : ''}  `);
    },
    end: () => void process.stderr.write('\r\u001b[K'),
  };
}

type Replayed = Result<{ readonly results: readonly RecordReplay[]; readonly by: string; readonly release: (reported: boolean) => Promise<void> }>;

async function replayAll(
  library: string,
  records: readonly LibraryRecord[],
  options: LibraryReplayOptions,
  shared: Omit<LibraryOptions, 'processes'>,
): Promise<Replayed> {
  if (options.queue !== undefined) {
    const { replayThroughQueue } = await import('../fleet/queue/coordinator.ts');
    return replayThroughQueue(options.queue, resolve(library), records, { ...shared, onNotice: (sentence) => process.stderr.write(`pedicle: ${sentence}\n`) });
  }
  const processes = options.processes ?? availableParallelism();
  const results = await replayLibrary(records, { ...shared, processes });
  return { ok: true, value: { results, by: `${Math.min(processes, records.length)} processes of ${hostname()}`, release: async () => undefined } };
}

/** `pedicle replay DIR --report OUT`: every record of a library, here or on the workers of a queue, into one report. */
export async function replayLibraryCommand(library: string, options: LibraryReplayOptions): Promise<void> {
  const found = looksLikeRecord(library) ? { ok: true as const, value: [{ name: library, folder: resolve(library) }] } : await findRecords(library);
  if (!found.ok) return reportFault(found.fault);
  const records = found.value;
  if (options.queue !== undefined && looksLikeRecord(library))
    return reportFault(inputFault(`${library} is one record; a queue is for a folder of records, so give that or leave --queue out.`).fault);
  const made = await makeReportFolder(options.report);
  if (!made.ok) return reportFault(made.fault);
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.on('SIGINT', onInterrupt).on('SIGTERM', onInterrupt);
  const { onProgress, end } = showProgress();
  const startedAtEpochMs = Date.now();
  const startedMs = performance.now();
  const replayed = await replayAll(library, records, options, { onProgress, signal: stop.signal });
  end();
  process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
  if (!replayed.ok) return reportFault(replayed.fault);
  const { results, by, release } = replayed.value;
  const tookMs = performance.now() - startedMs;
  const written = await writeReport(options.report, results, { library: resolve(library), startedAtEpochMs, tookMs, by, stopped: stop.signal.aborted });
  await release(written.ok);
  if (!written.ok) return reportFault(written.fault);
  const { identical, differs, partly, errors, notRun, recordedMs, derived } = written.value;
  if (identical < results.length) process.exitCode = 1;
  if (options.json) {
    const perRecord = results.map(({ name, status, message, replay }) => ({ record: name, status, message, firstDifference: replay?.firstDifference ?? null }));
    return printJson({
      identical: identical === results.length,
      records: results.length,
      differs,
      partly,
      errors,
      notRun,
      derived,
      report: options.report,
      results: perRecord,
    });
  }
  const speed = recordedMs / Math.max(1, tookMs);
  const parts = [
    `${identical} identical`,
    differs > 0 ? `${differs} differ` : '',
    partly > 0 ? `${partly} compared in part` : '',
    errors > 0 ? `${errors} could not be replayed` : '',
    notRun > 0 ? `${notRun} not run` : '',
  ];
  process.stdout.write(
    `${results.length} records: ${parts.filter(Boolean).join(', ')}; ${speed.toFixed(1)} times real time. Report: ${options.report}/index.html\n`,
  );
}
