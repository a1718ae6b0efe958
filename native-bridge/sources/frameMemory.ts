import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Shared memory for one frame that threads hand to one another without copying. V8 does not count shared memory when it
 * decides whether to collect garbage, so frames that nobody holds any more would pile up to gigabytes: see `countFrame`.
 */
export function frameMemory(bytes: number): SharedArrayBuffer {
  countFrame(bytes);
  return new SharedArrayBuffer(bytes);
}

/** So many frames, or so much of them, come and go between two collections: more than wait anywhere at one time. */
const collectEveryFrames = 128;
let collectEveryBytes = 64 << 20;
/** What outlived two collections of the young is found by a whole one only, which comes when so much may have done so. */
let wholeEveryBytes = 128 << 20;

/** For work on this thread that looks at one frame after another and should take little memory rather than little time. */
export function collectFramesSooner(): void {
  collectEveryBytes = 16 << 20;
  wholeEveryBytes = 48 << 20;
}

let frames = 0;
let bytesSinceYoung = 0;
let agedBytes = 0;
let heldBytes = () => Number.POSITIVE_INFINITY;

/**
 * Has V8 count `bytes` of shared memory that this thread has taken a reference to. A frame is dropped long before it is old,
 * so that a collection of young objects finds it: a third of a millisecond for every 64 MB of them. Left to its own count of what is
 * outside the heap, V8 collects the whole heap, ten milliseconds and more, for every few frames.
 */
export function countFrame(bytes: number): void {
  frames++;
  bytesSinceYoung += bytes;
  if (frames >= collectEveryFrames || bytesSinceYoung >= collectEveryBytes) collectYoung();
}

/** Collects the young objects that nobody holds any more, and all of them when much may have outlived that. */
export function collectYoung(): void {
  agedBytes += Math.min(bytesSinceYoung, heldBytes());
  frames = 0;
  bytesSinceYoung = 0;
  if (collector !== null && agedBytes < wholeEveryBytes) {
    collector({ type: 'minor' });
    return;
  }
  askForWholeCollection();
  agedBytes = 0;
}

/**
 * For a thread that knows how many bytes of frames it holds at present: no more than that can outlive a collection, so that it has fewer
 * whole ones when it drops its frames soon.
 */
export function heldFrames(bytes: () => number): void {
  heldBytes = bytes;
}

/** V8's own collector, which it gives to contexts made after the flag was set; `null` where it does not. */
const collector = ((): ((options: { readonly type: 'minor' }) => void) | null => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('typeof gc === "function" ? gc : null');
  return typeof collect === 'function' ? (options) => void collect(options) : null;
})();

/** So much more outside of the heap has V8 look for what it can give back. */
const enoughForV8Bytes = 64 << 20;

/** Makes V8 count as much of the memory that it does count, never touched, so that it costs address space only. */
function askForWholeCollection(): void {
  // Reading its length keeps the allocation from being optimised away.
  if (new ArrayBuffer(enoughForV8Bytes).byteLength !== enoughForV8Bytes) throw new Error('an ArrayBuffer has the size it was asked for');
}

/** Less is not worth the call, and may be a part of memory that others use too: of the pool of small buffers, or a constant. */
const leastGivenBackBytes = 1 << 15;

/** Whether the memory behind `bytes` is theirs alone as far as can be seen, and worth a call. */
export function mayGiveBack(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength > leastGivenBackBytes && bytes.byteLength > leastGivenBackBytes;
}

/**
 * Gives the memory behind `bytes` back at once instead of when garbage is collected. The caller must be the only one who holds any
 * of it: every view of it is empty from then on.
 */
export function giveBack(bytes: Uint8Array): void {
  if (mayGiveBack(bytes)) bytes.buffer.transfer(0);
}
