import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { giveWay } from '../giveWay.ts';
import { countFrame } from '../sources/frameMemory.ts';

/** `file` counts the files of a thread from 0. */
export type ToHashWorker =
  | { readonly kind: 'bytes'; readonly file: number; readonly parts: readonly Uint8Array[] }
  | { readonly kind: 'digest'; readonly file: number };

export type FromHashWorker =
  | { readonly kind: 'hashed'; readonly file: number; readonly bytes: number }
  | { readonly kind: 'digest'; readonly file: number; readonly sha256: string };

giveWay();
const port = parentPort;
if (port === null) throw new Error('hashWorker.ts is a worker thread: it is started by fileHash.ts');
const send = (message: FromHashWorker) => port.postMessage(message);
const hashes = new Map<number, Hash>();

port.on('message', (message: ToHashWorker) => {
  const { file } = message;
  const hash = hashes.get(file) ?? createHash('sha256');
  hashes.set(file, hash);
  if (message.kind === 'digest') {
    send({ kind: 'digest', file, sha256: hash.copy().digest('hex') });
    return;
  }
  let bytes = 0;
  for (const part of message.parts) {
    hash.update(part);
    bytes += part.length;
    if (part.buffer instanceof SharedArrayBuffer) countFrame(part.length);
    // What was moved here is nobody else's. This thread makes so little garbage that compressed frames would wait for its collector by the thousand.
    else part.buffer.transfer(0);
  }
  send({ kind: 'hashed', file, bytes });
});
