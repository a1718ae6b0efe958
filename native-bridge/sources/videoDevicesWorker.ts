import { parentPort } from 'node:worker_threads';
import { listVideoSourcesHere } from './videoDevices.ts';

if (parentPort === null) throw new Error('videoDevicesWorker.ts runs as a worker thread only');
parentPort.postMessage(await listVideoSourcesHere());
