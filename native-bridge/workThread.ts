import { parentPort, Worker, workerData } from 'node:worker_threads';
import { stackOf } from './stackOf.ts';

/** Long work on a thread of its own, so that a running procedure is not held up by it. `R` is what it ends with: something that can be cloned. */
export interface WorkThread<R> {
  /** What it ended with, as soon as it says so; `null` when it ended without: then standard error has said why. */
  readonly result: Promise<R | null>;
  /** Resolves when the thread is gone. */
  readonly exited: Promise<void>;
  /** Asks it to end soon and to clean up; its result then says so. */
  cancel(): void;
}

type FromWork<R> = { readonly kind: 'progress'; readonly fraction: number } | { readonly kind: 'finished'; readonly result: R };

/** `program` calls `performWork`; `what` names the work where it fails by a fault of ours. Neither promise rejects. */
export function startWorkThread<R>(program: URL, request: unknown, what: string, onProgress: (fraction: number) => void): WorkThread<R> {
  const worker = new Worker(program, { workerData: request });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const result = new Promise<R | null>((resolve) => {
    worker.on('message', (message: FromWork<R>) => {
      if (message.kind === 'progress') onProgress(message.fraction);
      else resolve(message.result);
    });
    void exited.then(() => resolve(null));
  });
  worker.on('error', (error) => {
    process.stderr.write(`pedicle: ${what} failed: ${stackOf(error)}\n`);
  });
  return { result, exited, cancel: () => worker.postMessage('cancel') };
}

/** The work as its thread sees it. */
export interface Work<R> {
  /** Aborts when the work was cancelled. */
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
  /** Ends the thread where it is: for work that leaves nothing behind. */
  endNow(result: R): void;
}

/** For the program of a thread that `startWorkThread` started; `Q` is what it was asked for. Resolves when it has told the result. */
export async function performWork<Q, R>(perform: (request: Q, work: Work<R>) => Promise<R>): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('this program is that of a thread');
  const tell = (message: FromWork<R>) => port.postMessage(message);
  const stop = new AbortController();
  port.on('message', () => stop.abort());
  const result = await perform(workerData as Q, {
    signal: stop.signal,
    onProgress: (fraction) => tell({ kind: 'progress', fraction }),
    endNow(ended) {
      tell({ kind: 'finished', result: ended });
      process.exit();
    },
  });
  tell({ kind: 'finished', result });
  port.close();
}
