import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAlive } from './isAlive.ts';

/** What is done under a lock takes milliseconds; a lock this old was left behind, whoever made it. */
const leftBehindAfterMs = 10_000;

const errorCode = (error: unknown): string | undefined => (error instanceof Error && 'code' in error ? String(error.code) : undefined);

/** False when another one has it already; any other trouble of the disk is thrown. */
function make(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(file, text);
  } catch (error) {
    // On a full disk a name can still be made: without its text nobody could tell whose it is.
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return true;
}

/** Whether nobody will give a lock back: its process has gone (as far as this machine can know), or it is older than any use of it. */
function isLeftBehind(lock: string): boolean {
  const made = statSync(lock, { throwIfNoEntry: false });
  if (!made) return false;
  if (Date.now() - made.mtimeMs > leftBehindAfterMs) return true;
  try {
    const [pid, host] = readFileSync(lock, 'utf8').split(' ');
    return host === hostname() && !isAlive(Number(pid));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** One process at a time looks again and removes, so that nobody removes the lock of who has just taken it over. */
function removeLeftBehind(lock: string): void {
  const gate = `${lock}.gate`;
  if (!make(gate, '')) {
    const made = statSync(gate, { throwIfNoEntry: false });
    if (made && Date.now() - made.mtimeMs > leftBehindAfterMs) rmSync(gate, { force: true });
    return;
  }
  try {
    if (isLeftBehind(lock)) rmSync(lock, { force: true });
  } finally {
    rmSync(gate, { force: true });
  }
}

/**
 * Does `use` while `FILE.lock` stands, which one thread of one process has at a time; one that its holder left behind is taken over.
 * `use` must take milliseconds. Throws what `use` throws, the disk's errors, and EEXIST when the lock was not given back in `waitMs`.
 */
export function withFileLock<T>(file: string, waitMs: number, use: () => T): T {
  const lock = `${file}.lock`;
  const giveUpAt = Date.now() + waitMs;
  while (!make(lock, `${process.pid} ${hostname()}`)) {
    if (Date.now() > giveUpAt) throw Object.assign(new Error(`${lock} was not given back`), { code: 'EEXIST' });
    if (isLeftBehind(lock)) removeLeftBehind(lock);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
  try {
    return use();
  } finally {
    rmSync(lock, { force: true });
  }
}
