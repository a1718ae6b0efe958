import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import type { InjectorSettings } from '../../src/injector/settings.ts';
import type { AgainSource, RunAgain } from '../../src/link/desk.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import { collectLosses } from '../record/losses.ts';
import { openRecordWriter } from '../record/writer.ts';
import { softwareVersion } from '../softwareVersion.ts';
import type { ScheduledSourceFault } from '../sources/faults.ts';
import { openSources } from './openSources.ts';
import { startSession } from './session.ts';

export interface RunAgainRequest {
  /** The record that is run again. */
  readonly folder: string;
  /** Where the new record is made. */
  readonly recordsFolder: string;
  readonly how: RunAgain;
  readonly settings: InjectorSettings;
  /** Of the record: planes that it has, and how long it is. */
  readonly planes: readonly PlaneId[];
  readonly durationMs: number;
}

const tellEveryMs = 200;

/**
 * Runs a recorded procedure once more, as fast as this machine can, into a record of its own: with other hardware, with faults on
 * the way, or as it was, and then what is derived is what this version derives. Gives the new record's name. Stopped by `signal`
 * it leaves nothing behind; a record that lacks something, as on a full disk, is kept, and is a failure.
 */
export async function runAgain(request: RunAgainRequest, signal: AbortSignal, onProgress: (fraction: number) => void): Promise<Result<string>> {
  const { folder, recordsFolder, how, settings } = request;
  const input = {
    framesA: framesUri(request, 'a', how.framesA),
    framesB: framesUri(request, 'b', how.framesB),
    injector: how.injector === 'none' ? null : how.injector === 'recorded' ? `record:${folder}` : `sim:${how.injector}`,
  };
  if (Object.values(input).every((uri) => uri === null)) return inputFault('Nothing is left to run: choose pictures or an injector.');
  const opened = await openSources({ ...input, planFile: null, scriptFile: null, faults: how.faults.map(scheduled), speed: 'max' });
  if (!opened.ok) return opened;
  const { sources, planes, simulated, procedure } = opened.value;
  const named = (uri: string | null) => (uri?.startsWith('record:') ? `record:${basename(folder)}` : uri);
  const losses = collectLosses();
  const session = await startSession({
    sources,
    planes,
    speed: 'max',
    injectorSettings: settings,
    describe: {
      softwareVersion: softwareVersion(),
      runtime: `node ${process.versions.node}, v8 ${process.versions.v8}`,
      procedure,
      simulated,
      sources: { framesA: named(input.framesA), framesB: named(input.framesB), injector: named(input.injector) },
    },
    openRecord: (header, onTrouble) =>
      openRecordWriter(recordsFolder, header, (message, trouble) => {
        losses.note(trouble);
        onTrouble(message, trouble);
      }),
  });
  if (!session.ok) return session;
  const stop = () => session.value.stop();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const telling = setInterval(() => onProgress(Math.min(1, session.value.nowMs() / Math.max(1, request.durationMs))), tellEveryMs);
  const ended = await session.value.run();
  clearInterval(telling);
  signal.removeEventListener('abort', stop);
  const made = session.value.writer?.folder ?? '';
  if (signal.aborted) {
    await rm(made, { recursive: true, force: true });
    return inputFault('Stopped; nothing was kept.');
  }
  if (!ended.ok) return ended;
  const incomplete = losses.sentence(made);
  return incomplete === null ? ok(basename(made)) : failedFault(incomplete);
}

/** `null` where the record has no such plane: what is not there cannot be shown again. */
function framesUri({ folder, planes }: RunAgainRequest, plane: PlaneId, what: AgainSource): string | null {
  if (what === 'none' || (what === 'recorded' && !planes.includes(plane))) return null;
  return what === 'recorded' ? `record:${folder}?plane=${plane}` : `sim:${what}`;
}

/** Faults of pictures are of both planes. */
const scheduled = ({ fault, fromS, toS }: RunAgain['faults'][number]): ScheduledSourceFault => ({
  name: fault,
  plane: null,
  fromMs: fromS * 1000,
  toMs: toS * 1000,
});
