import { addDistributions } from '../../../src/base/distribution.ts';
import type { QuantityDifferences, TopicDifferences } from '../../../src/session/replayStatistics.ts';
import type { RecordReplay } from '../recordReplay.ts';

/** Alarms of one condition over a library. */
export interface ConditionTotals {
  readonly condition: string;
  readonly moved: number;
  readonly gained: number;
  readonly lost: number;
}

/** A library in numbers. */
export interface LibraryTotals {
  readonly identical: number;
  readonly differs: number;
  /** No difference as far as they could be compared. */
  readonly partly: number;
  readonly errors: number;
  readonly notRun: number;
  /** Length of the procedures that were replayed, ms. */
  readonly recordedMs: number;
  readonly bytes: number;
  readonly samples: number;
  readonly derived: number;
  readonly topics: readonly (TopicDifferences & { readonly topic: string; readonly records: number })[];
  readonly tipPx: QuantityDifferences;
  readonly tipMm: QuantityDifferences;
  readonly volumeMl: QuantityDifferences;
  /** Alarms that are the same on both sides. */
  readonly alarmsUnchanged: number;
  /** Conditions of which any alarm changed. */
  readonly alarms: readonly ConditionTotals[];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const addQuantities = (all: readonly QuantityDifferences[]): QuantityDifferences => ({
  difference: addDistributions(all.map(({ difference }) => difference)),
  onlyRecorded: sum(all.map(({ onlyRecorded }) => onlyRecorded)),
  onlyDerived: sum(all.map(({ onlyDerived }) => onlyDerived)),
});

export function libraryTotals(results: readonly RecordReplay[]): LibraryTotals {
  const having = (status: RecordReplay['status']) => results.filter((result) => result.status === status).length;
  const replays = results.flatMap(({ replay }) => (replay ? [replay] : []));
  const records = results.flatMap(({ record, replay }) => (record && replay ? [record] : []));
  const statistics = replays.flatMap((replay) => (replay.statistics ? [replay.statistics] : []));
  const topics = new Map<string, { recorded: number; derived: number; differing: number; records: number }>();
  const alarms = new Map<string, { moved: number; gained: number; lost: number }>();
  const countAlarm = (condition: string, change: 'moved' | 'gained' | 'lost') => {
    const counted = alarms.get(condition) ?? { moved: 0, gained: 0, lost: 0 };
    alarms.set(condition, { ...counted, [change]: counted[change] + 1 });
  };
  for (const one of statistics) {
    for (const [topic, { recorded, derived, differing }] of Object.entries(one.topics)) {
      const before = topics.get(topic) ?? { recorded: 0, derived: 0, differing: 0, records: 0 };
      topics.set(topic, {
        recorded: before.recorded + recorded,
        derived: before.derived + derived,
        differing: before.differing + differing,
        records: before.records + (differing > 0 ? 1 : 0),
      });
    }
    for (const { was } of one.alarms.moved) countAlarm(was.condition, 'moved');
    for (const { condition } of one.alarms.lost) countAlarm(condition, 'lost');
    for (const { condition } of one.alarms.gained) countAlarm(condition, 'gained');
  }
  return {
    identical: having('identical'),
    differs: having('differs'),
    partly: having('partly'),
    errors: having('error'),
    notRun: having('not-run'),
    recordedMs: sum(records.map(({ durationMs }) => durationMs)),
    bytes: sum(records.map(({ bytes }) => bytes)),
    samples: sum(replays.map(({ samples }) => samples)),
    derived: sum(replays.map(({ derived }) => derived)),
    topics: [...topics].map(([topic, counted]) => ({ topic, ...counted })).sort((p, q) => q.differing - p.differing || (p.topic < q.topic ? -1 : 1)),
    tipPx: addQuantities(statistics.map(({ tipPx }) => tipPx)),
    tipMm: addQuantities(statistics.map(({ tipMm }) => tipMm)),
    volumeMl: addQuantities(statistics.map(({ volumeMl }) => volumeMl)),
    alarmsUnchanged: sum(statistics.map((one) => one.alarms.unchanged)),
    alarms: [...alarms].map(([condition, counted]) => ({ condition, ...counted })).sort((p, q) => (p.condition < q.condition ? -1 : 1)),
  };
}
