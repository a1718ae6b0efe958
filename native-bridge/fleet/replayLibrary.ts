import type { LibraryRecord } from './library.ts';
import { startReplayPool } from './processPool.ts';
import type { RecordReplay } from './recordReplay.ts';

/** How far a library is; for a person who waits. */
export interface LibraryProgress {
  readonly done: number;
  readonly of: number;
  /** Whole records and parts of those that are running, 0 … 1. */
  readonly fraction: number;
  /** The record that has just been finished; `null` when only parts went on. */
  readonly finished: RecordReplay | null;
}

export interface LibraryOptions {
  readonly processes: number;
  readonly onProgress: (progress: LibraryProgress) => void;
  readonly signal: AbortSignal;
}

/** A process that dies may have been the machine's fault (memory, a person); twice in a row is the record's. */
const attempts = 2;

/** Counts whole and started records into one number. */
export function startLibraryProgress(of: number, onProgress: (progress: LibraryProgress) => void) {
  const started = new Map<string, number>();
  let done = 0;
  const tell = (finished: RecordReplay | null) => {
    const parts = [...started.values()].reduce((sum, part) => sum + part, 0);
    onProgress({ done, of, fraction: (done + parts) / Math.max(1, of), finished });
  };
  return {
    part(name: string, fraction: number) {
      started.set(name, Math.min(1, Math.max(0, fraction)));
      tell(null);
    },
    finished(result: RecordReplay) {
      started.delete(result.name);
      done++;
      tell(result);
    },
  };
}

/** Replays the records in parallel processes of this machine; the answers come in the order of the records. */
export async function replayLibrary(records: readonly LibraryRecord[], options: LibraryOptions): Promise<readonly RecordReplay[]> {
  const pool = startReplayPool(Math.min(options.processes, records.length), attempts);
  const progress = startLibraryProgress(records.length, options.onProgress);
  const stop = () => pool.close();
  options.signal.addEventListener('abort', stop);
  try {
    return await Promise.all(
      records.map(async (record) => {
        const result = await pool.replay(record, (fraction) => progress.part(record.name, fraction));
        progress.finished(result);
        return result;
      }),
    );
  } finally {
    options.signal.removeEventListener('abort', stop);
    pool.close();
  }
}
