import { parentPort, workerData } from 'node:worker_threads';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import { countFrame } from '../sources/frameMemory.ts';
import { stackOf } from '../stackOf.ts';
import type { FromGuidance, GuidanceReply, GuidanceRequest } from './planeAnalysis.ts';

const port = parentPort;
if (port === null) throw new Error('guidanceWorker runs as a worker thread');

const guidance = createPlaneGuidance((workerData as { readonly plane: PlaneId }).plane);
port.postMessage({ kind: 'ready' } satisfies FromGuidance);

port.on('message', (request: GuidanceRequest) => {
  if (request.kind === 'operator') {
    guidance.operator(request.event);
    return;
  }
  countFrame(request.frame.pixels.byteLength);
  let reply: GuidanceReply;
  try {
    const observation = guidance.frame(request.frame, request.tMs);
    reply = { kind: 'observed', observation, failure: null };
  } catch (error) {
    const failure = stackOf(error);
    reply = { kind: 'observed', observation: null, failure };
  }
  port.postMessage(reply satisfies FromGuidance);
});
