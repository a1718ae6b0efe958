import type { InjectorSettings } from '../../src/injector/settings.ts';
import type { Job, RunAgain } from '../../src/link/desk.ts';
import { lackingText } from '../../src/session/lacking.ts';
import { type ExportKind, exportRecord } from '../export/exportRecord.ts';
import { openRecordReader } from '../record/reader.ts';
import { replayRecord } from '../session/replay.ts';
import { runAgain } from '../session/runAgain.ts';
import { performWork, type Work } from '../workThread.ts';

/** What a job's thread is told to do. */
export type JobRequest =
  | { readonly kind: 'export'; readonly folder: string; readonly out: string; readonly kinds: readonly ExportKind[]; readonly deidentify: boolean }
  | { readonly kind: 'verify-replay'; readonly folder: string }
  | { readonly kind: 'run-again'; readonly folder: string; readonly recordsFolder: string; readonly how: RunAgain; readonly settings: InjectorSettings };

const cancelled = { state: 'cancelled', message: 'Cancelled; nothing was written.' } as const;
/** How a job ended. */
export type JobOutcome = Pick<Job, 'message' | 'made'> & { readonly state: Exclude<Job['state'], 'running'> };

async function perform(request: JobRequest, { signal, onProgress, endNow }: Work<JobOutcome>): Promise<JobOutcome> {
  // A replay writes nothing: it can simply end. An export cleans up after itself first.
  if (request.kind === 'verify-replay') signal.addEventListener('abort', () => endNow({ state: 'cancelled', message: 'Cancelled.' }));
  const opened = await openRecordReader(request.folder);
  if (!opened.ok) return { state: 'failed', message: opened.fault.message };
  const reader = opened.value;
  try {
    if (request.kind === 'export') {
      const exported = await exportRecord(reader, request.kinds, request.out, {
        signal,
        onProgress: ({ fraction }) => onProgress(fraction),
        ...(request.deidentify && { deidentify: {} }),
      });
      if (signal.aborted) return cancelled;
      if (!exported.ok) return { state: 'failed', message: exported.fault.message };
      return { state: 'done', message: [request.out, ...exported.value.remarks].join(' · ') };
    }
    if (request.kind === 'run-again') {
      const { durationMs } = reader;
      const ran = await runAgain({ ...request, durationMs, planes: reader.planes }, signal, onProgress);
      if (signal.aborted) return cancelled;
      if (!ran.ok) return { state: 'failed', message: ran.fault.message };
      return { state: 'done', message: ran.value, made: ran.value };
    }
    const replayed = await replayRecord(reader, { onProgress });
    if (!replayed.ok) return { state: 'failed', message: replayed.fault.message };
    const { identical, samples, derived, firstDifference, limited, lacking } = replayed.value;
    const lacks = [limited?.why, lackingText(lacking)].filter((text) => text);
    if (firstDifference === null) {
      const said = identical ? 'Identical' : 'Compared in part, identical so far';
      return { state: identical ? 'done' : 'failed', message: [`${said}: ${derived} derived samples from ${samples} raw ones.`, ...lacks].join(' ') };
    }
    const { topic, tMs, path, recorded } = firstDifference;
    const what = path !== '' ? `, ${path}` : recorded === null ? ', not recorded' : '';
    return { state: 'failed', message: [`Not identical; the first difference: ${topic} at ${(tMs / 1000).toFixed(3)} s${what}.`, ...lacks].join(' ') };
  } finally {
    await reader.close();
  }
}

await performWork(perform);
