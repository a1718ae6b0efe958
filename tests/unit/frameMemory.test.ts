import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { zstdOf } from '../../native-bridge/record/zstd.ts';
import { frameMemory, giveBack, heldFrames } from '../../native-bridge/sources/frameMemory.ts';

const frameBytes = 1 << 20;
const frames = 1100;
/** As many as wait for guidance, disk and viewers at one time. */
const heldAtATime = 8;

/** Counts collections of a kind until `end`. */
function countCollections(kind: number): { end(): number } {
  let count = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries() as (PerformanceEntry & { readonly detail: { readonly kind: number } })[]) if (detail.kind === kind) count++;
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    end() {
      observer.disconnect();
      return count;
    },
  };
}

/** Takes `frames` frames and drops them in turn; how many whole collections that took, and how much memory at most. */
async function passThrough(): Promise<{ readonly whole: number; readonly mostBytes: number }> {
  const collections = countCollections(constants.NODE_PERFORMANCE_GC_MAJOR);
  const before = process.memoryUsage.rss();
  const held: Uint8Array[] = [];
  let mostBytes = 0;
  for (let n = 0; n < frames; n++) {
    held.push(new Uint8Array(frameMemory(frameBytes)).fill(1));
    if (held.length > heldAtATime) held.shift();
    if (n % 16 === 0) {
      await sleep(0);
      mostBytes = Math.max(mostBytes, process.memoryUsage.rss() - before);
    }
  }
  await sleep(0);
  const whole = collections.end();
  return { whole, mostBytes };
}

describe('memory of frames', () => {
  it('goes back when nobody holds a frame any more, for a whole collection every 128 MB at the most', async () => {
    const { whole, mostBytes } = await passThrough();
    expect(mostBytes).toBeLessThan(500e6);
    expect(whole).toBeLessThanOrEqual(Math.ceil((frames * frameBytes) / 2 ** 27) + 2);
  });

  it('takes a third of these whole collections at most where a thread says that it holds few frames', async () => {
    heldFrames(() => heldAtATime * frameBytes);
    const { whole, mostBytes } = await passThrough();
    heldFrames(() => Number.POSITIVE_INFINITY);
    expect(mostBytes).toBeLessThan(500e6);
    expect(whole).toBeLessThanOrEqual(Math.ceil((frames * frameBytes) / 2 ** 27 / 3));
  });

  it('goes back at once when it is given back', () => {
    const bytes = new Uint8Array(frameBytes);
    giveBack(bytes.subarray(100));
    expect(bytes.byteLength).toBe(0);
  });

  it('goes back at once when it holds a small frame that was compressed', () => {
    const bytes = new Uint8Array(40_000);
    giveBack(bytes);
    expect(bytes.byteLength).toBe(0);
  });

  it('of compressors goes back after sixteen frames, which V8 would not see', async () => {
    const collections = countCollections(constants.NODE_PERFORMANCE_GC_MINOR);
    for (let n = 0; n < 160; n++) zstdOf(new Uint8Array(1000));
    await sleep(0);
    const young = collections.end();
    expect(young).toBeGreaterThanOrEqual(10);
  });

  it('is not taken from who shares it: parts of a window, and what threads share', () => {
    const window = new Uint8Array(frameBytes);
    giveBack(window.subarray(0, 1000));
    expect(window.byteLength).toBe(frameBytes);
    const shared = new Uint8Array(new SharedArrayBuffer(frameBytes));
    giveBack(shared);
    expect(shared.byteLength).toBe(frameBytes);
  });
});
