import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { mayGiveBack } from '../sources/frameMemory.ts';
import { openRawByteFile } from './byteFile.ts';
import type { FromHashWorker, ToHashWorker } from './hashWorker.ts';

/** SHA-256 of a file, of the bytes that have reached it. */
export interface FileHash {
  /** The next bytes of the file. Memory that `mayGiveBack` says can be given back is gone for the caller. */
  add(parts: readonly Uint8Array[]): void;
  /** Bytes given and not yet hashed. */
  readonly behindBytes: number;
  /** Called once, when less is behind than now. */
  whenLess(wake: () => void): void;
  /** Of everything given so far, as hexadecimal digits. */
  digest(): Promise<string>;
}

/** Hashes at once, on the caller's thread: for little. */
export function inlineHash(): FileHash {
  const hash = createHash('sha256');
  return {
    add(parts) {
      for (const part of parts) hash.update(part);
    },
    behindBytes: 0,
    whenLess: (wake) => wake(),
    digest: async () => hash.copy().digest('hex'),
  };
}

/**
 * A thread that hashes files while others are written: SHA-256 of every byte takes a core as long as anything else that is done with it.
 */
export interface HashThread {
  /** `path` is read again when the thread should die: the hash is known all the same. */
  hashOf(path: string): FileHash;
  close(): Promise<void>;
}

/** Started by the first file. */
export function createHashThread(): HashThread {
  let worker: Worker | null = null;
  let dead = false;
  const files: { readonly take: (message: FromHashWorker) => void; readonly lose: () => void }[] = [];
  const die = () => {
    dead = true;
    for (const file of files) file.lose();
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./hashWorker.ts', import.meta.url));
    started.unref();
    started.on('message', (message: FromHashWorker) => files[message.file]?.take(message));
    started.on('error', (error) => process.stderr.write(`pedicle: files are hashed when the record closes: ${String(error)}\n`));
    started.on('exit', die);
    return started;
  };

  return {
    hashOf(path) {
      worker ??= start();
      const thread = worker;
      const id = files.length;
      let behindBytes = 0;
      let waiter: (() => void) | null = null;
      let answer: ((sha256: string | null) => void) | null = null;
      const wake = () => {
        const woken = waiter;
        waiter = null;
        woken?.();
      };
      files.push({
        take(message) {
          if (message.kind === 'digest') answer?.(message.sha256);
          else {
            behindBytes -= message.bytes;
            wake();
          }
        },
        lose() {
          behindBytes = 0;
          wake();
          answer?.(null);
        },
      });
      const post = (message: ToHashWorker, moved: readonly ArrayBuffer[] = []) => thread.postMessage(message, moved);
      return {
        add(parts) {
          if (dead) return;
          const handed = parts.map(handedOver);
          const moved = handed.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer && buffer.byteLength > 0 ? [buffer] : []));
          behindBytes += parts.reduce((sum, part) => sum + part.length, 0);
          post({ kind: 'bytes', file: id, parts: handed }, moved);
        },
        get behindBytes() {
          return behindBytes;
        },
        whenLess(wakeUp) {
          if (dead || behindBytes === 0) wakeUp();
          else waiter = wakeUp;
        },
        async digest() {
          const sha256 = dead
            ? null
            : await new Promise<string | null>((resolve) => {
                answer = resolve;
                post({ kind: 'digest', file: id });
              });
          return sha256 ?? hashFile(path);
        },
      };
    },
    async close() {
      await worker?.terminate();
    },
  };
}

/** Shared memory stays shared and large pieces of their own move; the rest is copied, so that no pool of small pieces goes along. */
function handedOver(part: Uint8Array): Uint8Array {
  return part.buffer instanceof SharedArrayBuffer || mayGiveBack(part) ? part : Uint8Array.from(part);
}

const pieceBytes = 4 << 20;

/** SHA-256 of a file's bytes as they lie on the disk. */
export async function hashFile(path: string): Promise<string> {
  const file = await openRawByteFile(path);
  const hash = createHash('sha256');
  for (let offset = 0; offset < file.size; offset += pieceBytes) hash.update(await file.read(offset, pieceBytes));
  await file.close();
  return hash.digest('hex');
}
