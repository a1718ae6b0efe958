import { compareEpisodes, type EpisodeChanges, startEpisodes } from '../alarm/episodes.ts';
import { type Distribution, startDistribution } from '../base/distribution.ts';
import type { CementObservation, NeedleObservation } from '../guidance/observation.ts';
import type { DerivedSample, DerivedTopic } from '../sample/sample.ts';
import { firstMismatch } from './compare.ts';

/** Samples of one topic: how many each side has, and how many are not the same on both. */
export interface TopicDifferences {
  readonly recorded: number;
  readonly derived: number;
  /** Pairs that are not equal, and samples that one side lacks. */
  readonly differing: number;
}

/** A quantity that both sides have, or only one of them. */
export interface QuantityDifferences {
  /** Derived now less recorded, where both have it; a distance is never negative. */
  readonly difference: Distribution;
  readonly onlyRecorded: number;
  readonly onlyDerived: number;
}

/** How far what is derived now is from what was recorded; plain data. */
export interface ReplayStatistics {
  readonly topics: Readonly<Partial<Record<DerivedTopic, TopicDifferences>>>;
  /** Distance between the tips of the advancing needle in one frame, image pixels. */
  readonly tipPx: QuantityDifferences;
  /** The same in millimetres, where the recorded frame has a scale. */
  readonly tipMm: QuantityDifferences;
  /** Cement volume seen in one frame, mL. */
  readonly volumeMl: QuantityDifferences;
  readonly alarms: EpisodeChanges;
}

/** Takes in, raw sample by raw sample, what was recorded of it and what is derived again. */
export interface ReplayStatisticsFold {
  add(recorded: readonly DerivedSample[], derived: readonly DerivedSample[]): void;
  statistics(): ReplayStatistics;
}

interface Counted {
  recorded: number;
  derived: number;
  differing: number;
}

function startQuantity() {
  const difference = startDistribution();
  let [onlyRecorded, onlyDerived] = [0, 0];
  return {
    add<T>(was: T | null, is: T | null, between: (was: T, is: T) => number) {
      if (was !== null && is !== null) difference.add(between(was, is));
      else if (was !== null) onlyRecorded++;
      else if (is !== null) onlyDerived++;
    },
    differences: (): QuantityDifferences => ({ difference: difference.distribution(), onlyRecorded, onlyDerived }),
  };
}

const needleOf = (sample: DerivedSample | undefined): NeedleObservation | null =>
  sample?.topic === '/plane/a/needle' || sample?.topic === '/plane/b/needle' ? sample.data : null;
const cementOf = (sample: DerivedSample | undefined): CementObservation | null =>
  sample?.topic === '/plane/a/cement' || sample?.topic === '/plane/b/cement' ? sample.data : null;

/** The samples of one cause in pairs: the first of a topic with the first of that topic, and so on. */
function* pairs(
  recorded: readonly DerivedSample[],
  derived: readonly DerivedSample[],
): Generator<readonly [DerivedSample | undefined, DerivedSample | undefined]> {
  const left = [...derived];
  for (const was of recorded) {
    const at = left.findIndex(({ topic }) => topic === was.topic);
    yield [was, at < 0 ? undefined : left.splice(at, 1)[0]];
  }
  for (const is of left) yield [undefined, is];
}

export function startReplayStatistics(): ReplayStatisticsFold {
  const topics: Partial<Record<DerivedTopic, Counted>> = {};
  const tipPx = startQuantity();
  const tipMm = startQuantity();
  const volumeMl = startQuantity();
  const alarms = { was: startEpisodes(), is: startEpisodes() };

  const count = (was: DerivedSample | undefined, is: DerivedSample | undefined) => {
    const topic = (was ?? is)?.topic;
    if (topic === undefined) return;
    const counted = topics[topic] ?? { recorded: 0, derived: 0, differing: 0 };
    topics[topic] = counted;
    if (was) counted.recorded++;
    if (is) counted.derived++;
    if (was?.tMs !== is?.tMs || firstMismatch(was?.data, is?.data) !== null) counted.differing++;
  };
  const measure = (was: DerivedSample | undefined, is: DerivedSample | undefined) => {
    const needles = { was: needleOf(was), is: needleOf(is) };
    if (needles.was || needles.is) {
      const mmPerPx = needles.was?.mmPerPx ?? null;
      const tips = { was: needles.was?.needle?.tip ?? null, is: needles.is?.needle?.tip ?? null };
      const distancePx = (p: readonly [number, number], q: readonly [number, number]) => Math.hypot(p[0] - q[0], p[1] - q[1]);
      tipPx.add(tips.was, tips.is, distancePx);
      if (mmPerPx !== null) tipMm.add(tips.was, tips.is, (p, q) => distancePx(p, q) * mmPerPx);
    }
    const cement = { was: cementOf(was), is: cementOf(is) };
    if (cement.was || cement.is) volumeMl.add(cement.was?.volumeMl ?? null, cement.is?.volumeMl ?? null, (p, q) => q - p);
    if (was?.topic === '/alarm') alarms.was.add(was.tMs, was.data);
    if (is?.topic === '/alarm') alarms.is.add(is.tMs, is.data);
  };

  return {
    add(recorded, derived) {
      for (const [was, is] of pairs(recorded, derived)) {
        count(was, is);
        measure(was, is);
      }
    },
    statistics: () => ({
      topics,
      tipPx: tipPx.differences(),
      tipMm: tipMm.differences(),
      volumeMl: volumeMl.differences(),
      alarms: compareEpisodes(alarms.was.episodes(), alarms.is.episodes()),
    }),
  };
}
