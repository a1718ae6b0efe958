import { Worker } from 'node:worker_threads';
import { failedFault, ok, type Result } from '../../src/base/result.ts';
import type { DecodeJob, DecodeReply } from './dicomWorker.ts';
import { countFrame } from './frameMemory.ts';

/** A frame that takes longer than this to decode is damaged in a way that a codec does not notice. */
const patienceMs = 60_000;

type Pixels = Extract<DecodeReply, { ok: true }>;

/** Decodes frames on a thread of its own. Jobs are answered in order; a codec that crashes costs one frame, not the rest. */
export interface DicomDecoder {
  decode(job: Omit<DecodeJob, 'id'>): Promise<Result<Pixels>>;
  /** Ends the thread. Open jobs are answered with a fault. */
  close(): Promise<void>;
}

/** The thread starts at once, so that the first frame does not wait for it. */
export function createDicomDecoder(): DicomDecoder {
  let worker: Worker | null = null;
  let nextId = 0;
  const open = new Map<number, (reply: Result<Pixels>) => void>();

  const settle = (reply: DecodeReply) => {
    if (reply.ok) countFrame(reply.pixels.byteLength);
    open.get(reply.id)?.(reply.ok ? ok(reply) : reply);
  };
  const failAll = (why: string) => {
    for (const answer of [...open.values()]) answer(failedFault(why));
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./dicomWorker.ts', import.meta.url));
    started.on('message', settle);
    started.on('error', (error) => {
      if (worker === started) worker = null;
      failAll(`is damaged: it made the decoder fail (${error.message.slice(0, 120)})`);
    });
    return started;
  };
  const restart = () => {
    const stuck = worker;
    worker = null;
    void stuck?.terminate();
    failAll(`is damaged: it was not decoded within ${patienceMs / 1000} s`);
  };

  worker = start();
  return {
    decode(job) {
      worker ??= start();
      const id = nextId++;
      const thread = worker;
      return new Promise((resolve) => {
        const timer = setTimeout(restart, patienceMs);
        open.set(id, (reply) => {
          clearTimeout(timer);
          open.delete(id);
          resolve(reply);
        });
        thread.postMessage({ ...job, id } satisfies DecodeJob);
      });
    },
    async close() {
      const ending = worker;
      worker = null;
      failAll('was not decoded: the source was closed');
      await ending?.terminate();
    },
  };
}
