import type { DerivedSample } from '../../src/sample/sample.ts';
import { compareDerived, type Difference } from '../../src/session/compare.ts';
import { type ReplayStatistics, startReplayStatistics } from '../../src/session/replayStatistics.ts';

/** What is derived again, held against what was recorded, raw sample by raw sample; nothing is kept longer than it must be. */
export interface ReplayComparison {
  /** Recorded derived samples come in the order of their causes. */
  recorded(sample: DerivedSample): void;
  /** Everything recorded of causes before `seq` has been said. */
  recordedBefore(seq: number): void;
  /** What `seq` leads to now; causes come in order. */
  derivedAgain(seq: number, derived: readonly DerivedSample[]): void;
  finish(): { readonly derived: number; readonly firstDifference: Difference | null; readonly statistics: ReplayStatistics | null };
}

interface Again {
  readonly seq: number;
  readonly derived: readonly DerivedSample[];
}

/**
 * `whole` is false for a record that was cut off or recovered: it may lack what was derived last, so there only what was
 * recorded is held against the replay.
 */
export function startReplayComparison({ whole, statistics }: { readonly whole: boolean; readonly statistics: boolean }): ReplayComparison {
  const recorded = new Map<number, DerivedSample[]>();
  const fold = statistics ? startReplayStatistics() : null;
  let again: Again[] = [];
  let complete = -1;
  let lastRecordedCause = -1;
  let derivedCount = 0;
  let first: Difference | null = null;

  const compare = (was: readonly DerivedSample[], is: readonly DerivedSample[]) => {
    first ??= compareDerived(was, is);
    fold?.add(was, is);
  };
  const take = (seq: number): readonly DerivedSample[] => {
    const was = recorded.get(seq) ?? [];
    recorded.delete(seq);
    return was;
  };
  /** Compares what can be compared; the last recorded cause of a record cut off waits, as it may not be all there. */
  const settle = () => {
    let done = 0;
    for (const { seq, derived } of again) {
      if (seq > complete || (!whole && seq >= lastRecordedCause)) break;
      done++;
      derivedCount += derived.length;
      compare(take(seq), derived);
    }
    if (done > 0) again = again.slice(done);
  };

  return {
    recorded(sample) {
      lastRecordedCause = Math.max(lastRecordedCause, sample.seq);
      const list = recorded.get(sample.seq);
      if (list) list.push(sample);
      else recorded.set(sample.seq, [sample]);
    },
    recordedBefore(seq) {
      complete = seq - 1;
      settle();
    },
    derivedAgain(seq, derived) {
      again.push({ seq, derived });
      settle();
    },
    finish() {
      complete = Number.POSITIVE_INFINITY;
      settle();
      const last = again.find(({ seq }) => !whole && seq === lastRecordedCause);
      if (last) {
        const was = take(last.seq);
        derivedCount += was.length;
        compare(was, last.derived.slice(0, was.length));
      }
      // Derived, it was said, from raw samples that are not there.
      for (const left of recorded.values()) compare(left, []);
      return { derived: derivedCount, firstDifference: first, statistics: fold?.statistics() ?? null };
    },
  };
}
