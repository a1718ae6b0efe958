import { Worker } from 'node:worker_threads';
import type { PlaneObservation } from '../../src/guidance/observation.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import type { RecordHeader } from '../record/record.ts';
import { stackOf } from '../stackOf.ts';
import type { ReviewMoment, ReviewPart } from './reviewIndex.ts';
import type { FromReviewWorker, ReviewWorkerData, ToReviewWorker } from './reviewWorker.ts';

/** The telemetry of one record under review, from its thread. */
export interface ReviewTelemetry {
  observation(plane: PlaneId, seq: number): Promise<PlaneObservation | null>;
  moment(tMs: number): Promise<ReviewMoment>;
  close(): Promise<void>;
}

const nothing: ReviewMoment = { injectors: [], pose: null };

/** Starts the thread; parts of the record come through `onPart` until the whole file has been walked. */
export function startReviewTelemetry(folder: string, header: RecordHeader, onPart: (part: ReviewPart) => void): ReviewTelemetry {
  const worker = new Worker(new URL('./reviewWorker.ts', import.meta.url), { workerData: { folder, header } satisfies ReviewWorkerData });
  const waiting = new Map<number, (answer: FromReviewWorker | null) => void>();
  let isOver = false;
  let asked = 0;
  const end = () => {
    isOver = true;
    for (const resolve of waiting.values()) resolve(null);
    waiting.clear();
  };
  worker.on('message', (message: FromReviewWorker) => {
    if (message.kind === 'part') {
      onPart(message.part);
      return;
    }
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  worker.on('error', (error) => {
    process.stderr.write(`pedicle: telemetry of a record under review cannot be read on: ${stackOf(error)}\n`);
  });
  worker.on('exit', end);
  const ask = (make: (id: number) => ToReviewWorker): Promise<FromReviewWorker | null> =>
    isOver
      ? Promise.resolve(null)
      : new Promise((resolve) => {
          const message = make(asked++);
          waiting.set(message.id, resolve);
          worker.postMessage(message);
        });
  return {
    async observation(plane, seq) {
      const answer = await ask((id) => ({ kind: 'observation', id, plane, seq }));
      return answer?.kind === 'observation' ? answer.observation : null;
    },
    async moment(tMs) {
      const answer = await ask((id) => ({ kind: 'moment', id, tMs }));
      return answer?.kind === 'moment' ? answer.moment : nothing;
    },
    async close() {
      end();
      await worker.terminate();
    },
  };
}
