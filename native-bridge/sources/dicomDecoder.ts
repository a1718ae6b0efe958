import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { failedFault, ok, type Result } from '../../src/base/result.ts';
import type { PixelCoding } from '../../src/dicom/transferSyntax.ts';
import type { DecodeJob, DecodeReply } from './dicomWorker.ts';
import { countFrame } from './frameMemory.ts';

/** A frame that takes longer than this to decode is damaged in a way that a codec does not notice. */
const patienceMs = 60_000;

type Pixels = Extract<DecodeReply, { ok: true }>;

/** Decodes frames on threads of its own. A codec that crashes costs the frames it was at, not the rest. */
export interface DicomDecoder {
  decode(job: Omit<DecodeJob, 'id'>): Promise<Result<Pixels>>;
  /** Ends the thread. Open jobs are answered with a fault. */
  close(): Promise<void>;
}

/**
 * Codings whose frames take longer than they last, whoever decodes them: JPEG 2000 spends 150 ms on the million 12-bit pixels
 * of one noisy frame, in WebAssembly and in FFmpeg alike, almost all in its entropy decoder. Their frames are decoded side by side.
 */
const slowCodings: ReadonlySet<PixelCoding> = new Set(['jpeg-2000', 'jpeg-xl', 'jpeg-lossless']);
const mostThreads = Math.max(1, Math.min(4, availableParallelism()));

/** The first thread starts at once, so that the first frame does not wait for it; more when slow frames wait. */
export function createDicomDecoder(): DicomDecoder {
  const threads = [createDecodingThread()];
  const threadFor = ({ frame }: Omit<DecodeJob, 'id'>): DecodingThread => {
    const [first = createDecodingThread()] = threads;
    if (!slowCodings.has(frame.image.transferSyntax.coding)) return first;
    const idlest = threads.reduce((best, thread) => (thread.waiting() < best.waiting() ? thread : best), first);
    if (idlest.waiting() === 0 || threads.length >= mostThreads) return idlest;
    const another = createDecodingThread();
    threads.push(another);
    return another;
  };
  return {
    decode: (job) => threadFor(job).decode(job),
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

interface DecodingThread extends DicomDecoder {
  /** Jobs that have not been answered. */
  waiting(): number;
}

const closedFault = 'was not decoded: the source was closed';

/** Jobs are answered in order. */
function createDecodingThread(): DecodingThread {
  let worker: Worker | null = null;
  let closed = false;
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
    waiting: () => open.size,
    decode(job) {
      // A frame that was still being read when its source ended: a thread for it would outlive everything.
      if (closed) return Promise.resolve(failedFault(closedFault));
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
      closed = true;
      failAll(closedFault);
      await ending?.terminate();
    },
  };
}
