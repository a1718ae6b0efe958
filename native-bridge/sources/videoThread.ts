import { Worker } from 'node:worker_threads';
import { countFrame } from './frameMemory.ts';
import type { VideoRequest } from './videoUri.ts';
import type { VideoMessage, VideoOrder } from './videoWorker.ts';

/** How long a thread that was told to stop may take, before it is ended. */
const stopWithinMs = 1500;

/** Opens and decodes on a thread of its own. */
export interface VideoThread {
  tell(order: VideoOrder): void;
  /** The next message; null when none came within `withinMs`, or `signal` aborted. */
  next(withinMs: number, signal: AbortSignal): Promise<VideoMessage | null>;
  /** Pictures that were thrown away since the last call, the oldest first, because nobody took them. */
  takeDropped(): number;
  /** Whether the thread keeps the process alive; it does at first. */
  keepAlive(holds: boolean): void;
  close(): Promise<void>;
}

/** Starts the thread. `mostWaiting` pictures are kept for whoever takes them. */
export function startVideoThread(request: VideoRequest, mostWaiting: number): VideoThread {
  const worker = new Worker(new URL('./videoWorker.ts', import.meta.url), { workerData: request });
  const waiting: VideoMessage[] = [];
  let dropped = 0;
  let wake: () => void = () => {};
  let pictures = 0;

  const put = (message: VideoMessage): void => {
    if (message.kind === 'picture') {
      countFrame(message.frame.pixels.byteLength);
      if (pictures >= mostWaiting) {
        waiting.splice(
          waiting.findIndex((one) => one.kind === 'picture'),
          1,
        );
        dropped++;
      } else pictures++;
    }
    waiting.push(message);
    wake();
  };
  worker.on('message', put);
  worker.on('error', (error) => put({ kind: 'failed', why: `the video thread failed (${error.message.slice(0, 120)}).` }));
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve());
  });

  return {
    tell: (order) => worker.postMessage(order),
    async next(withinMs, signal) {
      if (waiting.length === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = Number.isFinite(withinMs) ? setTimeout(resolve, Math.max(0, withinMs)) : undefined;
          const done = () => {
            clearTimeout(timer);
            signal.removeEventListener('abort', done);
            resolve();
          };
          wake = done;
          signal.addEventListener('abort', done, { once: true });
        });
        wake = () => {};
      }
      if (signal.aborted) return null;
      const message = waiting.shift() ?? null;
      if (message?.kind === 'picture') pictures--;
      return message;
    },
    takeDropped() {
      const count = dropped;
      dropped = 0;
      return count;
    },
    keepAlive(holds) {
      if (holds) worker.ref();
      else worker.unref();
    },
    async close() {
      worker.ref();
      worker.postMessage({ kind: 'stop' } satisfies VideoOrder);
      const overdue = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        // A driver that does not come back holds its thread; nobody waits for it.
        worker.unref();
        void worker.terminate();
        overdue.resolve();
      }, stopWithinMs);
      await Promise.race([exited, overdue.promise]);
      clearTimeout(timer);
    },
  };
}
