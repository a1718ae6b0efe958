import { parentPort, workerData } from 'node:worker_threads';
import type { PlaneId } from '../../src/sample/sample.ts';
import { createVirtualCArm } from '../../src/simulation/cArm.ts';
import type { FramePixels } from '../../src/simulation/planeRenderer.ts';
import { scenarioByName } from '../../src/simulation/scenario.ts';
import { giveWay } from '../giveWay.ts';
import { anatomyStore } from './anatomyStore.ts';
import { countFrame } from './frameMemory.ts';
import type { SimulationRequest } from './simulatedUri.ts';

/** Which plane of which simulation this thread makes. */
export interface SimulatedWorkerData {
  readonly request: SimulationRequest;
  readonly plane: PlaneId;
}

/** Asks for one frame in shared memory that nobody else writes. */
export interface FrameJob {
  readonly frameIndex: number;
  readonly pixels: FramePixels;
}

export type FrameReply = { readonly kind: 'ready' } | { readonly kind: 'made'; readonly frameIndex: number };

const port = parentPort;
if (port === null) throw new Error('simulatedWorker.ts runs as a worker thread only');
const { request, plane } = workerData as SimulatedWorkerData;
const scenario = scenarioByName(request.name, request.seed, request.options);
if (!scenario.ok) throw new Error(scenario.fault.message);
const cArm = createVirtualCArm(scenario.value, plane, request.fps, anatomyStore());
// Not before: the first picture waits for this.
giveWay();
port.on('message', (job: FrameJob) => {
  countFrame(job.pixels.byteLength);
  cArm.render(job.frameIndex, job.pixels);
  port.postMessage({ kind: 'made', frameIndex: job.frameIndex } satisfies FrameReply);
});
port.postMessage({ kind: 'ready' } satisfies FrameReply);
