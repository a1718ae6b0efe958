import { Worker } from 'node:worker_threads';
import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';
import type { PlaneObservation } from '../../src/guidance/observation.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import { stackOf } from '../stackOf.ts';

export type GuidanceRequest =
  | { readonly kind: 'operator'; readonly event: OperatorEvent }
  | { readonly kind: 'frame'; readonly frame: XrayFrame; readonly tMs: number };

export interface GuidanceReply {
  readonly kind: 'observed';
  /** `null` when the analysis threw: the same frame throws again on replay, so both see nothing. */
  readonly observation: PlaneObservation | null;
  readonly failure: string | null;
}

export type FromGuidance = { readonly kind: 'ready' } | GuidanceReply;

/** Guidance of one plane on its own thread, fed in ingest order. */
export interface PlaneAnalysis {
  /** Frames handed over and not yet answered. */
  readonly pending: number;
  /** Resolves when the thread's code is compiled: the first frame is then no slower than the next. */
  readonly ready: Promise<void>;
  readonly isReady: boolean;
  operator(event: OperatorEvent): void;
  frame(frame: XrayFrame, tMs: number): Promise<GuidanceReply>;
  close(): Promise<void>;
}

const gone: GuidanceReply = { kind: 'observed', observation: null, failure: 'the guidance thread ended' };

/** Starts the thread; pixels over a SharedArrayBuffer are not copied on their way to it. */
export function startPlaneAnalysis(plane: PlaneId): PlaneAnalysis {
  const worker = new Worker(new URL('./guidanceWorker.ts', import.meta.url), { workerData: { plane } });
  const waiting: ((reply: GuidanceReply) => void)[] = [];
  let ended = false;
  let isReady = false;
  const ready = Promise.withResolvers<void>();
  const becomeReady = () => {
    isReady = true;
    ready.resolve();
  };
  worker.on('message', (message: FromGuidance) => {
    if (message.kind === 'ready') becomeReady();
    else waiting.shift()?.(message);
  });
  const end = (failure: string) => {
    ended = true;
    becomeReady();
    for (const resolve of waiting.splice(0)) resolve({ ...gone, failure });
  };
  worker.on('error', (error) => end(stackOf(error)));
  worker.on('exit', () => end('the guidance thread ended'));
  const send = (request: GuidanceRequest) => worker.postMessage(request);
  return {
    ready: ready.promise,
    get isReady() {
      return isReady;
    },
    get pending() {
      return waiting.length;
    },
    operator(event) {
      if (!ended) send({ kind: 'operator', event });
    },
    frame(frame, tMs) {
      if (ended) return Promise.resolve(gone);
      return new Promise((resolve) => {
        waiting.push(resolve);
        send({ kind: 'frame', frame, tMs });
      });
    },
    async close() {
      await worker.terminate();
    },
  };
}
