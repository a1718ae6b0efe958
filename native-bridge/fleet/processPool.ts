import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type RecordSecret, recordSecret } from '../security/recordSecret.ts';
import type { LibraryRecord } from './library.ts';
import { failedReplay, type RecordReplay, recordReplaySchema } from './recordReplay.ts';

/** With what opens encrypted records: over the channel of the two, where no list of processes shows it. */
export type ToReplayProcess = LibraryRecord & { readonly secret: RecordSecret | null };
export type FromReplayProcess = { readonly kind: 'progress'; readonly fraction: number } | { readonly kind: 'done'; readonly result: RecordReplay };

/**
 * Replays records in processes of their own: a record that brings its process down costs that process and nobody else's work.
 * A process that was not asked for anything is not there.
 */
export interface ReplayPool {
  /** Waits for a free process. Tried again in a fresh one when the process dies, `attempts` times in all; then the answer is an error. */
  replay(record: LibraryRecord, onProgress: (fraction: number) => void): Promise<RecordReplay>;
  /** Ends every process; what was running answers `not-run`. */
  close(): void;
}

interface Waiting {
  readonly record: LibraryRecord;
  readonly onProgress: (fraction: number) => void;
  readonly resolve: (result: RecordReplay) => void;
  attempt: number;
}

const entry = fileURLToPath(new URL('./replayProcess.ts', import.meta.url));

export function startReplayPool(size: number, attempts: number): ReplayPool {
  const queue: Waiting[] = [];
  const idle: ChildProcess[] = [];
  const running = new Map<ChildProcess, Waiting>();
  let closed = false;

  const stopped = ({ record }: Waiting) => failedReplay(record.name, 'not-run', 'Stopped before it was replayed.');
  const next = () => {
    while (!closed && queue.length > 0 && (idle.length > 0 || running.size < size)) {
      const waiting = queue.shift();
      if (waiting) give(idle.pop() ?? startProcess(), waiting);
    }
  };
  const give = (child: ChildProcess, waiting: Waiting) => {
    waiting.attempt++;
    running.set(child, waiting);
    child.send({ ...waiting.record, secret: recordSecret() } satisfies ToReplayProcess);
  };
  const onDeath = (child: ChildProcess, how: string) => {
    const at = idle.indexOf(child);
    if (at >= 0) idle.splice(at, 1);
    const waiting = running.get(child);
    running.delete(child);
    if (waiting && closed) waiting.resolve(stopped(waiting));
    else if (waiting && waiting.attempt < attempts) queue.unshift(waiting);
    else if (waiting) waiting.resolve(failedReplay(waiting.record.name, 'error', `Its process ended ${waiting.attempt} times while replaying it (${how}).`));
    next();
  };
  const startProcess = (): ChildProcess => {
    const child = fork(entry, { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (message: FromReplayProcess) => {
      const waiting = running.get(child);
      if (message.kind === 'progress') waiting?.onProgress(message.fraction);
      else {
        running.delete(child);
        idle.push(child);
        waiting?.resolve(recordReplaySchema.parse(message.result));
        next();
      }
    });
    child.on('exit', (code, signal) => onDeath(child, signal ?? `exit status ${code}`));
    child.on('error', () => undefined);
    return child;
  };

  return {
    replay: (record, onProgress) =>
      new Promise((resolve) => {
        const waiting: Waiting = { record, onProgress, resolve, attempt: 0 };
        if (closed) {
          resolve(stopped(waiting));
          return;
        }
        queue.push(waiting);
        next();
      }),
    close() {
      closed = true;
      for (const waiting of queue.splice(0)) waiting.resolve(stopped(waiting));
      for (const child of [...idle, ...running.keys()]) child.kill('SIGKILL');
    },
  };
}
