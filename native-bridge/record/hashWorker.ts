import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { giveWay } from '../giveWay.ts';
import { countFrame, heldFrames } from '../sources/frameMemory.ts';
import { type FromHashWorker, hashSlot, type ToHashWorker } from './hashProtocol.ts';

const port = parentPort;
if (port === null) throw new Error('hashWorker.ts is a worker thread: it is started by fileHash.ts');
const send = (message: FromHashWorker) => port.postMessage(message);
// One frame is here at a time: the others are still in the queue of messages.
let hashing = 0;
heldFrames(() => hashing);
const files = new Map<number, { readonly hash: Hash; readonly progress: BigInt64Array }>();

port.on('message', (message: ToHashWorker) => {
  if (message.kind === 'give-way') giveWay();
  else if (message.kind === 'file') files.set(message.file, { hash: createHash('sha256'), progress: new BigInt64Array(message.progress) });
  else if (message.kind === 'digest') send({ kind: 'digest', file: message.file, sha256: known(message.file).hash.copy().digest('hex') });
  else add(message.file, message.parts);
});

function known(file: number) {
  const announced = files.get(file);
  if (announced === undefined) throw new Error(`file ${file} was not announced to the thread that hashes files`);
  return announced;
}

function add(file: number, parts: readonly Uint8Array[]): void {
  const { hash, progress } = known(file);
  for (const part of parts) {
    const { length } = part;
    hashing = length;
    hash.update(part);
    if (part.buffer instanceof SharedArrayBuffer) countFrame(length);
    // What was moved here is nobody else's. This thread makes so little garbage that compressed frames would wait for its collector by the thousand.
    else part.buffer.transfer(0);
    Atomics.add(progress, hashSlot.hashed, BigInt(length));
  }
  if (Atomics.exchange(progress, hashSlot.waitedFor, 0n) === 1n) send({ kind: 'less-behind', file });
}
