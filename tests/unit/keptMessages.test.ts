import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TelemetryMessage } from '../../native-bridge/record/telemetry.ts';
import { keepMessages } from '../../native-bridge/server/keptMessages.ts';

const seed = 83;
const message = (seq: number, data: Uint8Array): TelemetryMessage => ({
  topic: '/injector/state',
  raw: false,
  plane: null,
  seq,
  logTimeNs: BigInt(seq),
  data,
});

describe(`states kept at hand (seed ${seed})`, () => {
  it('give the last one at or before any time, its bytes as they were, whatever becomes of the memory they came in', () => {
    const gaps = fc.array(fc.tuple(fc.nat(20), fc.uint8Array({ minLength: 1, maxLength: 40 })), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.nat(700), (given, atMs) => {
        const kept = keepMessages(1 << 20);
        const all: { readonly tMs: number; readonly data: readonly number[] }[] = [];
        let tMs = 0;
        for (const [seq, [gapMs, data]] of given.entries()) {
          tMs += gapMs;
          all.push({ tMs, data: [...data] });
          kept.add(tMs, message(seq, data));
          data.fill(0);
        }
        const expected = all.findLast((each) => each.tMs <= atMs);
        const found = kept.lastAt(atMs);
        expect(found === null || found === 'missed' ? found : [...found.data]).toEqual(expected?.data ?? null);
      }),
      { seed },
    );
  });

  it('say from when on they had no room', () => {
    const kept = keepMessages(25);
    for (let n = 0; n < 4; n++) kept.add(n * 100, message(n, new Uint8Array(10)));
    expect(kept.lastAt(150)).toMatchObject({ seq: 1 });
    expect(kept.lastAt(199)).toMatchObject({ seq: 1 });
    expect(kept.lastAt(200)).toBe('missed');
  });

  it('do not go back: what was derived late does not take the place of what is newer', () => {
    const kept = keepMessages(1000);
    kept.add(100, message(1, Uint8Array.of(1)));
    kept.add(50, message(2, Uint8Array.of(2)));
    expect(kept.lastAt(60)).toBeNull();
    expect(kept.lastAt(100)).toMatchObject({ seq: 1 });
  });
});
