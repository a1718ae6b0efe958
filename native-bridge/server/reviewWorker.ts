import { parentPort, workerData } from 'node:worker_threads';
import type { PlaneObservation } from '../../src/guidance/observation.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import type { RecordHeader } from '../record/record.ts';
import { openReviewIndex, type ReviewMoment, type ReviewPart } from './reviewIndex.ts';

/** A review's telemetry on its own thread: hours of it are walked without holding up a running procedure. */
export interface ReviewWorkerData {
  readonly folder: string;
  readonly header: RecordHeader;
}

export type ToReviewWorker =
  | { readonly kind: 'observation'; readonly id: number; readonly plane: PlaneId; readonly seq: number }
  | { readonly kind: 'moment'; readonly id: number; readonly tMs: number };

export type FromReviewWorker =
  | { readonly kind: 'part'; readonly part: ReviewPart }
  | { readonly kind: 'observation'; readonly id: number; readonly observation: PlaneObservation | null }
  | { readonly kind: 'moment'; readonly id: number; readonly moment: ReviewMoment };

const port = parentPort;
if (port === null) throw new Error('reviewWorker runs as a worker thread');
const { folder, header } = workerData as ReviewWorkerData;
const tell = (message: FromReviewWorker) => port.postMessage(message);
const index = await openReviewIndex(folder, header);

port.on('message', async (message: ToReviewWorker) => {
  const { id } = message;
  if (message.kind === 'moment') tell({ kind: 'moment', id, moment: await index.moment(message.tMs) });
  else tell({ kind: 'observation', id, observation: await index.observation(message.plane, message.seq) });
});
await index.walk((part) => tell({ kind: 'part', part }));
