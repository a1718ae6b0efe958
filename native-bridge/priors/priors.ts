import type { ServerResponse } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PriorSeries } from '../../src/link/priors.ts';
import { stackOf } from '../stackOf.ts';
import type { FromPriorWorker, ToPriorWorker } from './worker.ts';

/** Prior images of one folder, read and decoded on their own thread. */
export interface Priors {
  list(folder: string): Promise<{ readonly series: readonly PriorSeries[]; readonly message: string | null }>;
  /** Answers with the header and pixels of a series of the last list; see `PriorHeader`. */
  serve(series: string, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** Where the archive's prior images go, and where others are looked for, unless the site says otherwise. */
export const defaultPriorsFolder = join(homedir(), 'Pedicle', 'priors');

const failed = { kind: 'failed' as const, id: -1, message: 'Reading prior images ended unexpectedly; list them again.' };

export function createPriors(): Priors {
  let worker: Worker | null = null;
  let asked = 0;
  const waiting = new Map<number, (answer: FromPriorWorker) => void>();
  const start = (): Worker => {
    const started = new Worker(new URL('./worker.ts', import.meta.url));
    started.on('message', (answer: FromPriorWorker) => {
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
    });
    started.on('error', (error) => process.stderr.write(`pedicle: prior images: ${stackOf(error)}\n`));
    started.on('exit', () => {
      if (worker === started) worker = null;
      for (const resolve of waiting.values()) resolve(failed);
      waiting.clear();
    });
    return started;
  };
  const ask = (make: (id: number) => ToPriorWorker): Promise<FromPriorWorker> =>
    new Promise((resolve) => {
      worker ??= start();
      const message = make(asked++);
      waiting.set(message.id, resolve);
      worker.postMessage(message);
    });
  return {
    async list(folder) {
      const answer = await ask((id) => ({ kind: 'scan', id, folder }));
      return answer.kind === 'scanned' ? answer : { series: [], message: failed.message };
    },
    async serve(series, response) {
      const answer = await ask((id) => ({ kind: 'load', id, series }));
      const secure = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
      if (answer.kind !== 'loaded') {
        const message = answer.kind === 'failed' ? answer.message : failed.message;
        response.writeHead(422, { ...secure, 'content-type': 'text/plain; charset=utf-8' }).end(message);
        return;
      }
      const json = Buffer.from(JSON.stringify(answer.header));
      const padded = Buffer.concat([json, Buffer.alloc((4 - (json.length % 4)) % 4, 0x20)]);
      const head = Buffer.alloc(4);
      head.writeUInt32LE(padded.length, 0);
      const { buffer, byteOffset, byteLength } = answer.values;
      response.writeHead(200, { ...secure, 'content-type': 'application/octet-stream', 'content-length': 4 + padded.length + byteLength });
      response.write(head);
      response.write(padded);
      response.end(Buffer.from(buffer, byteOffset, byteLength));
    },
    async close() {
      await worker?.terminate();
    },
  };
}
