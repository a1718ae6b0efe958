import { parentPort, workerData } from 'node:worker_threads';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import type { GuidanceReply, GuidanceRequest } from './planeAnalysis.ts';

const port = parentPort;
if (port === null) throw new Error('guidanceWorker runs as a worker thread');

const guidance = createPlaneGuidance((workerData as { readonly plane: PlaneId }).plane);

port.on('message', (request: GuidanceRequest) => {
  if (request.kind === 'operator') {
    guidance.operator(request.event);
    return;
  }
  const startedMs = performance.now();
  let reply: GuidanceReply;
  try {
    const observation = guidance.frame(request.frame, request.tMs);
    reply = { observation, analysisMs: performance.now() - startedMs, failure: null };
  } catch (error) {
    reply = { observation: null, analysisMs: performance.now() - startedMs, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  port.postMessage(reply);
});
