import { indexAt } from '../../src/base/times.ts';
import type { TelemetryMessage } from '../record/telemetry.ts';

/** Messages of one topic in the order of their times, their bytes at hand: the last one at a time is found without the disk. */
export interface KeptMessages {
  /** Whether it is kept; not when it goes back in time, or there is no room for more. */
  add(tMs: number, message: TelemetryMessage): void;
  /** The last one at or before `tMs`; `missed` when that one may be among those that were not kept. */
  lastAt(tMs: number): TelemetryMessage | null | 'missed';
}

const blockBytes = 1 << 20;

/** Keeps at most `mostBytes`, in blocks: two hours of ten states a second take some 45 MB. */
export function keepMessages(mostBytes: number): KeptMessages {
  const times: number[] = [];
  const messages: TelemetryMessage[] = [];
  let block = new Uint8Array(0);
  let used = 0;
  let keptBytes = 0;
  let fullFromMs = Number.POSITIVE_INFINITY;

  const copied = (data: Uint8Array): Uint8Array => {
    if (used + data.length > block.length) {
      block = new Uint8Array(Math.max(blockBytes, data.length));
      used = 0;
    }
    const at = used;
    block.set(data, at);
    used += data.length;
    return block.subarray(at, used);
  };

  return {
    add(tMs, message) {
      if (tMs < (times.at(-1) ?? 0) || fullFromMs !== Number.POSITIVE_INFINITY) return;
      if (keptBytes + message.data.length > mostBytes) {
        fullFromMs = tMs;
        return;
      }
      keptBytes += message.data.length;
      times.push(tMs);
      messages.push({ ...message, data: copied(message.data) });
    },
    lastAt(tMs) {
      if (tMs >= fullFromMs) return 'missed';
      return messages[indexAt(times, tMs)] ?? null;
    },
  };
}
