import { expect } from 'vitest';

/** The longest that any input may hold up the thread that reads it, in processor time: other work on the machine does not count. */
export const longestMs = 100;

/** Runs `work`, and again when it took long: the collection of garbage that others left is not its doing. */
export function withinBudget<T>(what: string, work: () => T): T {
  let result = work();
  let leastMs = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && leastMs > longestMs; attempt++) {
    const before = process.cpuUsage();
    result = work();
    const { user, system } = process.cpuUsage(before);
    leastMs = Math.min(leastMs, (user + system) / 1000);
  }
  expect(leastMs, `processor ms of ${what}`).toBeLessThanOrEqual(longestMs);
  return result;
}

/** Reproducible: the seed stands in the name of the test that uses it. */
export function mutations(seed: number) {
  let state = seed >>> 0;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const interesting = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
  return {
    next,
    /** Some bytes flipped, runs overwritten with extremes, pieces cut out, doubled or moved, the end cut off. */
    mutate(original: Uint8Array): Buffer {
      let bytes = Buffer.from(original);
      for (let i = next(4) + 1; i > 0; i--) {
        const at = next(bytes.length);
        const length = Math.min(bytes.length - at, next(16) + 1);
        switch (next(6)) {
          case 0:
            bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8));
            break;
          case 1:
            bytes.fill(interesting[next(interesting.length)] ?? 0, at, at + length);
            break;
          case 2:
            bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
            break;
          case 3:
            bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
            break;
          case 4:
            bytes = Buffer.from(bytes.subarray(0, Math.max(1, at)));
            break;
          default:
            for (let j = at; j < at + length; j++) bytes[j] = next(256);
        }
        if (bytes.length === 0) bytes = Buffer.from([0]);
      }
      return bytes;
    },
    bytes: (length: number) => Buffer.from(Array.from({ length }, () => next(256))),
  };
}

/** Bytes that stay in use after `work`, beyond what was in use before. */
export async function growth(work: () => Promise<void> | void): Promise<number> {
  const inUse = () => {
    globalThis.gc?.();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return heapUsed + external + arrayBuffers;
  };
  const before = inUse();
  await work();
  return inUse() - before;
}
