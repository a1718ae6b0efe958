import type { DerivedSample, DerivedTopic } from '../sample/sample.ts';
import { compareDerived } from './compare.ts';

/** Derived samples that follow from a record's raw samples and are not in it. */
export interface Lacking {
  /** Lost before the end of what was recorded. */
  readonly within: number;
  /** Of the very last raw samples: a record that was cut off ends before what they led to was written. */
  readonly atEnd: number;
  readonly topics: Readonly<Partial<Record<DerivedTopic, number>>>;
  readonly first: { readonly topic: DerivedTopic; readonly seq: number; readonly tMs: number };
}

/** Counts what is lacking. */
export interface LackingCount {
  add(samples: readonly DerivedSample[], where: 'within' | 'atEnd'): void;
  /** `null` when nothing is. */
  lacking(): Lacking | null;
}

export function startLackingCount(): LackingCount {
  const count = { within: 0, atEnd: 0 };
  const topics: Partial<Record<DerivedTopic, number>> = {};
  let first: Lacking['first'] | null = null;
  return {
    add(samples, where) {
      for (const { topic, seq, tMs } of samples) {
        count[where]++;
        topics[topic] = (topics[topic] ?? 0) + 1;
        first ??= { topic, seq, tMs };
      }
    },
    lacking: () => first && { ...count, topics, first },
  };
}

/**
 * Of what one raw sample leads to now, that which was recorded and that which the record lacks, for a record that may have lost
 * samples. Where several of a topic follow from one raw sample, those that are equal belong together.
 */
export function withoutLacking(
  recorded: readonly DerivedSample[],
  derived: readonly DerivedSample[],
): { readonly derived: readonly DerivedSample[]; readonly lacking: readonly DerivedSample[] } {
  const kept: DerivedSample[] = [];
  const lacking: DerivedSample[] = [];
  let next = 0;
  derived.forEach((sample, at) => {
    const was = recorded[next];
    const ofTopic = (samples: readonly DerivedSample[], from: number) => samples.slice(from).filter(({ topic }) => topic === sample.topic).length;
    const spare = ofTopic(derived, at) > ofTopic(recorded, next);
    if (was?.topic === sample.topic && (!spare || compareDerived([was], [sample]) === null)) {
      kept.push(sample);
      next++;
    } else if (spare) lacking.push(sample);
    else kept.push(sample);
  });
  return { derived: kept, lacking };
}

/** One sentence: how many, of what, from where on; `null` when nothing is lacking. */
export function lackingText(lacking: Lacking | null): string | null {
  if (lacking === null) return null;
  const { within, atEnd, topics, first } = lacking;
  const samples = (count: number) => `${count} derived sample${count === 1 ? '' : 's'}`;
  const parts = Object.entries(topics).map(([topic, count]) => `${count} of ${topic}`);
  const from = `the first is ${first.topic} of sample ${first.seq} at ${(first.tMs / 1000).toFixed(3)} s`;
  const end = within === 0 ? ' They follow from the last raw samples before the record breaks off; all that it holds up to there has been compared.' : '';
  const split = within > 0 && atEnd > 0 ? `, ${within} of them before its end` : '';
  return `The record lacks ${samples(within + atEnd)}${split} (${parts.join(', ')}); ${from}.${end}`;
}
