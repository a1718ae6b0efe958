import { Worker } from 'node:worker_threads';
import type { PlaneId } from '../../src/sample/sample.ts';
import type { FramePixels } from '../../src/simulation/planeRenderer.ts';
import { frameMemory } from './frameMemory.ts';
import type { SimulationRequest } from './simulatedUri.ts';
import type { FrameJob, FrameReply, SimulatedWorkerData } from './simulatedWorker.ts';

/** Makes frames on a thread of its own, in the order in which they are asked for. */
export interface FrameMaker {
  /** Resolves when the anatomy has been ray-cast and the first frame can be made. */
  readonly ready: Promise<void>;
  make(frameIndex: number): Promise<FramePixels>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (pixels: FramePixels) => void;
  readonly reject: (error: Error) => void;
  readonly pixels: FramePixels;
}

/** Starts the thread. Until the first frame is asked for it does not keep the process alive. */
export function startFrameMaker(request: SimulationRequest, plane: PlaneId): FrameMaker {
  const worker = new Worker(new URL('./simulatedWorker.ts', import.meta.url), { workerData: { request, plane } satisfies SimulatedWorkerData });
  const count = (request.options.sizePx ?? 1024) ** 2;
  const video = request.options.look === 'video';
  const waiting = new Map<number, Waiting>();
  const ready = Promise.withResolvers<void>();
  let ended: Error | null = null;
  const end = (error: Error): void => {
    ended ??= error;
    ready.reject(error);
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  };
  // Whoever closed before it was ready does not wait for it: no unhandled rejection.
  ready.promise.catch(() => undefined);
  worker.on('message', (reply: FrameReply) => {
    if (reply.kind === 'ready') {
      ready.resolve();
      // A frame that was asked for meanwhile still keeps the process alive.
      if (waiting.size === 0) worker.unref();
      return;
    }
    const one = waiting.get(reply.frameIndex);
    waiting.delete(reply.frameIndex);
    one?.resolve(one.pixels);
  });
  worker.on('error', end);
  worker.on('exit', () => end(new Error('the thread that makes simulated frames has ended')));
  return {
    ready: ready.promise,
    make(frameIndex) {
      if (ended !== null) return Promise.reject(ended);
      worker.ref();
      const pixels = video ? new Uint8Array(frameMemory(count)) : new Uint16Array(frameMemory(count * 2));
      const made = new Promise<FramePixels>((resolve, reject) => waiting.set(frameIndex, { resolve, reject, pixels }));
      worker.postMessage({ frameIndex, pixels } satisfies FrameJob);
      return made;
    },
    async close() {
      await worker.terminate();
    },
  };
}
