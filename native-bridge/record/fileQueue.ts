import { close, fdatasync, ftruncate, open, writev, writevSync } from 'node:fs';
import { createFileEncryptor, type RecordEncryption } from '../security/encryption.ts';
import { type FileHash, inlineHash } from './fileHash.ts';

/** What happens to bytes that cannot be written: keep them and try again, or give up and cut back to the last whole item. */
export type OnFull = 'retry' | 'stop';

/**
 * Appends to one file, one write at a time and in order, counting short writes on. Never throws: trouble goes to
 * `onError` and `onDoubt`, and `state` says what became of the file.
 */
export interface FileQueue {
  readonly path: string;
  readonly writtenBytes: number;
  readonly state: 'open' | 'failing' | 'stopped';
  /** One item: written whole, or (with `stop`) not at all; `settled` says which. */
  append(parts: readonly Uint8Array[], settled?: (written: boolean) => void): void;
  /** The last thing that is appended: an encrypted file ends with an index of its parts. */
  finish(): void;
  /** `fdatasync` once everything appended so far is written; runs of calls become one. */
  sync(): void;
  /** Resolves when nothing is waiting (or the file is stopped). */
  idle(): Promise<void>;
  /** SHA-256 of everything written so far. Only when idle. */
  sha256(): Promise<string>;
  close(): Promise<void>;
}

const retryAfterMs = 500;
/** Writing waits while more than this is written and not yet hashed: what waits for its hash is memory. */
const mostUnhashedBytes = 32 << 20;
/** Linux takes at most 1024 pieces in one call. */
const maxPiecesPerWrite = 512;

type WritePieces = (fd: number, pieces: readonly Uint8Array[], position: number, done: (error: NodeJS.ErrnoException | null, bytes: number) => void) => void;

interface Item {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  readonly settled: ((written: boolean) => void) | undefined;
}

/** How a file is written. */
export interface FileQueueOptions {
  readonly onFull: OnFull;
  /** For small items: each is in the system's hands before `append` returns, however busy the disk is with others. */
  readonly atOnce?: boolean;
  readonly onError: (error: NodeJS.ErrnoException) => void;
  /** Bytes were taken, and the disk cannot say that it will keep them: told once, as trying again says nothing about what was dropped. */
  readonly onDoubt: (error: NodeJS.ErrnoException) => void;
  readonly onRecovered?: () => void;
  readonly encryption?: RecordEncryption | null;
  readonly hash?: FileHash;
}

/**
 * Writes before it returns. Writes that do not, and syncs, wait for each other's threads, of which the whole process has few: on a slow
 * disk they can take longer than telemetry may wait.
 */
const writeAtOnce: WritePieces = (fd, pieces, position, done) => {
  let written = 0;
  try {
    written = writevSync(fd, pieces, position);
  } catch (error) {
    done(error as NodeJS.ErrnoException, 0);
    return;
  }
  done(null, written);
};

/** Makes the file, which must not be there yet. */
export async function openFileQueue(path: string, options: FileQueueOptions): Promise<FileQueue> {
  const { onFull, onError, onDoubt, encryption = null, hash = inlineHash() } = options;
  const write: WritePieces = options.atOnce ? writeAtOnce : writev;
  const encryptor = encryption ? createFileEncryptor(encryption) : null;
  const fd = await new Promise<number>((resolve, reject) => {
    open(path, 'wx', 0o600, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  const items: Item[] = [];
  let waiters: (() => void)[] = [];
  let writtenBytes = 0;
  let state: FileQueue['state'] = 'open';
  let writing = false;
  let syncWanted = false;
  let syncing = false;

  let isDoubted = false;
  const doubt = (error: NodeJS.ErrnoException) => {
    if (!isDoubted) onDoubt(error);
    isDoubted = true;
  };

  const wakeWhenIdle = () => {
    if (writing || syncing || (items.length > 0 && state !== 'stopped')) return;
    const woken = waiters;
    waiters = [];
    for (const wake of woken) wake();
  };

  const syncNow = () => {
    if (!syncWanted || syncing || state === 'stopped') return;
    syncWanted = false;
    syncing = true;
    fdatasync(fd, (error) => {
      syncing = false;
      if (error) doubt(error);
      syncNow();
      wakeWhenIdle();
    });
  };

  const give = (item: Item) => {
    writtenBytes += item.bytes;
    items.shift();
    writing = false;
    if (state === 'failing') {
      state = 'open';
      options.onRecovered?.();
    }
    item.settled?.(true);
    hash.add(item.parts);
  };

  const stop = () => {
    state = 'stopped';
    for (const item of items.splice(0)) item.settled?.(false);
    // What is there of an unfinished item is taken back, so that the file ends with a whole one.
    ftruncate(fd, writtenBytes, (error) => {
      writing = false;
      if (error) onError(error);
      wakeWhenIdle();
    });
  };

  const fail = (error: NodeJS.ErrnoException, item: Item, done: number) => {
    if (state === 'open') onError(error);
    if (onFull === 'stop') {
      stop();
      return;
    }
    state = 'failing';
    setTimeout(() => writeFrom(item, done), retryAfterMs);
  };

  const writeFrom = (item: Item, done: number) => {
    const left = piecesFrom(item.parts, done).slice(0, maxPiecesPerWrite);
    write(fd, left, writtenBytes + done, (error, count) => {
      if (error) {
        fail(error, item, done);
        return;
      }
      if (done + count < item.bytes) {
        writeFrom(item, done + count);
        return;
      }
      give(item);
      // Many may have waited for a full disk: one after the other, not one within the other.
      if (options.atOnce && items.length > 0) setImmediate(next);
      else next();
    });
  };

  const next = () => {
    const item = items[0];
    if (writing) return;
    if (!item || state === 'stopped') {
      syncNow();
      wakeWhenIdle();
      return;
    }
    writing = true;
    if (hash.behindBytes > mostUnhashedBytes) hash.whenLess(() => writeFrom(item, 0));
    else writeFrom(item, 0);
  };

  const add = (parts: readonly Uint8Array[], settled?: (written: boolean) => void) => {
    if (state === 'stopped') {
      settled?.(false);
      return;
    }
    const kept = parts.filter((part) => part.length > 0);
    const bytes = kept.reduce((sum, part) => sum + part.length, 0);
    items.push({ parts: kept, bytes, settled });
    next();
  };
  if (encryptor) add([encryptor.head]);

  return {
    path,
    get writtenBytes() {
      return writtenBytes;
    },
    get state() {
      return state;
    },
    append(parts, settled) {
      add(encryptor && state !== 'stopped' ? encryptor.segment(parts) : parts, settled);
    },
    finish() {
      if (encryptor && state !== 'stopped') add(encryptor.end());
    },
    sync() {
      syncWanted = true;
      if (!writing && items.length === 0) syncNow();
    },
    idle() {
      return new Promise((resolve) => {
        waiters.push(resolve);
        wakeWhenIdle();
      });
    },
    sha256: () => hash.digest(),
    close() {
      return new Promise((resolve) => {
        close(fd, (error) => {
          if (error) doubt(error);
          resolve();
        });
      });
    },
  };
}

/** The pieces of an item that are left after its first `done` bytes. */
function piecesFrom(parts: readonly Uint8Array[], done: number): Uint8Array[] {
  const left: Uint8Array[] = [];
  let skip = done;
  for (const part of parts) {
    if (skip >= part.length) skip -= part.length;
    else {
      left.push(skip > 0 ? part.subarray(skip) : part);
      skip = 0;
    }
  }
  return left;
}
