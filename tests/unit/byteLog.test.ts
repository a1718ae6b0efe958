import { describe, expect, it } from 'vitest';
import { createByteLog } from '../../native-bridge/record/byteLog.ts';
import { createFrameIndex, parseFrameIndex } from '../../native-bridge/record/frameIndex.ts';

const frames = 20_000;
const entryOf = (seq: number) => ({ seq, tUs: seq * 66_667, offset: 1000 + seq * 40_000, length: 37_000 + (seq % 900) });

describe('what a growing record remembers of its frames', () => {
  it('comes back as it was given', () => {
    const index = createFrameIndex();
    for (let seq = 0; seq < frames; seq++) index.add(entryOf(seq));
    expect(index.count).toBe(frames);
    expect(parseFrameIndex(index.encoded(), frames * 41_000)).toEqual(Array.from({ length: frames }, (_, seq) => entryOf(seq)));
  });

  it('comes back in order with pieces of any length, larger than a block among them, and can be added to afterwards', () => {
    const log = createByteLog();
    const pieces = [1, 65_535, 2, 200_000, 65_536, 0, 70_000, 3].map((length, n) => new Uint8Array(length).fill(n + 1));
    for (const piece of pieces) log.append(piece);
    expect(Buffer.compare(Buffer.concat(log.parts()), Buffer.concat(pieces))).toBe(0);
    log.append(Uint8Array.of(9));
    expect(Buffer.compare(Buffer.concat(log.parts()), Buffer.concat([...pieces, Uint8Array.of(9)]))).toBe(0);
  });
});
