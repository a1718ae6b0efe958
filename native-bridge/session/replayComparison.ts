import type { DerivedSample } from '../../src/sample/sample.ts';
import { compareDerived, type Difference } from '../../src/session/compare.ts';
import { type Lacking, startLackingCount, withoutLacking } from '../../src/session/lacking.ts';
import { type ReplayStatistics, startReplayStatistics } from '../../src/session/replayStatistics.ts';

/** What is derived again, held against what was recorded, raw sample by raw sample; nothing is kept longer than it must be. */
export interface ReplayComparison {
  /** Recorded derived samples come in the order of their causes. */
  recorded(sample: DerivedSample): void;
  /** Everything recorded of causes before `seq` has been said. */
  recordedBefore(seq: number): void;
  /** What `seq` leads to now; causes come in order. */
  derivedAgain(seq: number, derived: readonly DerivedSample[]): void;
  finish(): ReplayComparisonResult;
}

export interface ReplayComparisonResult {
  /** Derived samples compared. */
  readonly derived: number;
  readonly firstDifference: Difference | null;
  /** What a record that was cut off or recovered has lost; `null` when nothing. */
  readonly lacking: Lacking | null;
  readonly statistics: ReplayStatistics | null;
}

interface Again {
  readonly seq: number;
  readonly derived: readonly DerivedSample[];
}

/**
 * `whole` is false for a record that was cut off or recovered: what it lacks is then told apart from what differs. Derived samples
 * that are lost within it are a difference all the same; those of its last raw samples, which a crash cuts off, are not.
 */
export function startReplayComparison({ whole, statistics }: { readonly whole: boolean; readonly statistics: boolean }): ReplayComparison {
  const recorded = new Map<number, DerivedSample[]>();
  const fold = statistics ? startReplayStatistics() : null;
  let again: Again[] = [];
  let complete = -1;
  let lastRecordedCause = -1;
  let derivedCount = 0;
  let first: Difference | null = null;

  const lack = startLackingCount();

  const compare = (was: readonly DerivedSample[], is: readonly DerivedSample[]) => {
    first ??= compareDerived(was, is);
    fold?.add(was, is);
  };
  const compareWhatIsThere = (was: readonly DerivedSample[], is: readonly DerivedSample[]) => {
    const { derived, lacking } = withoutLacking(was, is);
    lack.add(lacking, 'within');
    derivedCount += derived.length;
    compare(was, derived);
    // Only after what is there has been looked at: a changed value says more than a lost sample.
    first ??= compareDerived([], lacking);
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
      if (!whole) compareWhatIsThere(take(seq), derived);
      else {
        derivedCount += derived.length;
        compare(take(seq), derived);
      }
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
      for (const { seq, derived } of again) {
        const was = take(seq);
        derivedCount += was.length;
        compare(was, derived.slice(0, was.length));
        lack.add(derived.slice(was.length), 'atEnd');
      }
      // Derived, it was said, from raw samples that are not there.
      for (const left of recorded.values()) compare(left, []);
      return { derived: derivedCount, firstDifference: first, lacking: lack.lacking(), statistics: fold?.statistics() ?? null };
    },
  };
}
