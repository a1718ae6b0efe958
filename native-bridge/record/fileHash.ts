import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { mayGiveBack } from '../sources/frameMemory.ts';
import { openRawByteFile } from './byteFile.ts';
import { type FromHashWorker, hashProgressBytes, hashSlot, type ToHashWorker } from './hashProtocol.ts';
import { byteCount } from './mcapFormat.ts';

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

/** Started by the first file. `isLive`, asked when there is something to hash: what leads to a screen goes first where processors are few. */
export function createHashThread(isLive: () => boolean): HashThread {
  let worker: Worker | null = null;
  let dead = false;
  let begun = false;
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
      const file = files.length;
      const progress = new BigInt64Array(new SharedArrayBuffer(hashProgressBytes));
      let given = 0n;
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
          else wake();
        },
        lose() {
          wake();
          answer?.(null);
        },
      });
      const post = (message: ToHashWorker, moved: readonly ArrayBuffer[] = []) => thread.postMessage(message, moved);
      const behind = () => (dead ? 0 : Number(given - Atomics.load(progress, hashSlot.hashed)));
      post({ kind: 'file', file, progress: progress.buffer as SharedArrayBuffer });
      return {
        add(parts) {
          if (dead) return;
          const handed = handedOver(parts);
          const moved = handed.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
          given += BigInt(byteCount(parts));
          if (!begun && isLive()) post({ kind: 'give-way' });
          begun = true;
          post({ kind: 'bytes', file, parts: handed }, moved);
        },
        get behindBytes() {
          return behind();
        },
        whenLess(wakeUp) {
          waiter = wakeUp;
          // Asked before looking: what is hashed from then on is told.
          Atomics.store(progress, hashSlot.waitedFor, 1n);
          if (behind() === 0) wake();
        },
        async digest() {
          const sha256 = dead
            ? null
            : await new Promise<string | null>((resolve) => {
                answer = resolve;
                post({ kind: 'digest', file });
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

/** Shared memory stays shared and large pieces of their own move; what lies between them is copied, as one piece. */
function handedOver(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const handed: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  const join = () => {
    if (small.length > 0) handed.push(joined(small));
    small = [];
  };
  for (const part of parts) {
    if (part.buffer instanceof SharedArrayBuffer || mayGiveBack(part)) {
      join();
      handed.push(part);
    } else small.push(part);
  }
  join();
  return handed;
}

/** In memory of its own, not of a pool that others use too. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(byteCount(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
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
