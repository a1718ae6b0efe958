import { describe, expect, it } from 'vitest';
import { startReplayComparison } from '../../native-bridge/session/replayComparison.ts';
import type { DerivedSample } from '../../src/sample/sample.ts';
import { lackingText } from '../../src/session/lacking.ts';

const reading = (seq: number, volumeMl: number): DerivedSample => ({
  topic: '/injector/reading',
  tMs: seq * 10,
  seq,
  data: { device: 'injector', pressureKpa: 1, volumeMl, rateMlPerMin: 0, mode: 'idle', deviceTimeMs: null, status: 'ok' },
});
const causes = 10;
const derived = Array.from({ length: causes }, (_, seq) => [reading(seq, 1), reading(seq, 2)]);

/** What a comparison finds when the record has `recorded` of what is derived again. */
function compared(whole: boolean, recorded: readonly DerivedSample[]) {
  const comparison = startReplayComparison({ whole, statistics: true });
  for (let seq = 0; seq < causes; seq++) {
    for (const sample of recorded) if (sample.seq === seq) comparison.recorded(sample);
    comparison.recordedBefore(seq + 1);
    comparison.derivedAgain(seq, derived[seq] ?? []);
  }
  return comparison.finish();
}

const all = derived.flat();
const without = (...lost: readonly number[]) => all.filter((_, i) => !lost.includes(i));

describe('a record that has lost derived samples', () => {
  it('and nothing else lacks nothing when all are there', () => {
    expect(compared(false, all)).toMatchObject({ derived: 20, firstDifference: null, lacking: null });
  });

  it('at its end is told how many, and what it holds is the same', () => {
    const { derived: count, firstDifference, lacking, statistics } = compared(false, all.slice(0, 15));
    expect({ count, firstDifference, lacking }).toEqual({
      count: 15,
      firstDifference: null,
      lacking: { within: 0, atEnd: 5, topics: { '/injector/reading': 5 }, first: { topic: '/injector/reading', seq: 7, tMs: 70 } },
    });
    expect(statistics?.topics['/injector/reading']).toEqual({ recorded: 15, derived: 15, differing: 0 });
    expect(lackingText(lacking)).toMatch(
      /^The record lacks 5 derived samples \(5 of \/injector\/reading\); the first is .* at 0\.070 s\. They follow from the last/,
    );
  });

  it('altogether lacks all of them', () => {
    expect(compared(false, [])).toMatchObject({ derived: 0, lacking: { within: 0, atEnd: 20 } });
  });

  it('within is not the same, says which one is missing, and holds the others against each other all the same', () => {
    for (const lost of [0, 1, 4, 5, 10]) {
      const { firstDifference, lacking, statistics } = compared(false, without(lost));
      expect(firstDifference).toMatchObject({ seq: lost >> 1, path: '', recorded: null, derived: all[lost] });
      expect(lacking).toMatchObject({ within: 1, atEnd: 0, first: { seq: lost >> 1 } });
      expect(statistics?.topics['/injector/reading']).toEqual({ recorded: 19, derived: 19, differing: 0 });
    }
    expect(lackingText(compared(false, without(2, 3, 19)).lacking)).toContain('lacks 3 derived samples, 2 of them before its end');
  });

  it('and has a changed one is told of the change', () => {
    const { firstDifference } = compared(false, [reading(0, 5), ...all.slice(2)]);
    expect(firstDifference).toMatchObject({ seq: 0 });
    const changed = compared(false, [...all.slice(0, 4), reading(2, 7), ...all.slice(5)]);
    expect(changed).toMatchObject({ lacking: null, firstDifference: { seq: 2, path: 'volumeMl', recorded: 7, derived: 1 } });
  });

  it('though it was closed and never recovered differs', () => {
    expect(compared(true, all.slice(0, 15))).toMatchObject({ firstDifference: { seq: 7, recorded: null }, lacking: null });
  });
});
