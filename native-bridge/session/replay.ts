import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failedFault, ok, type Result } from '../../src/base/result.ts';
import { injectorSettingsOf } from '../../src/injector/settings.ts';
import { defaultSite, type Site, siteSchema } from '../../src/procedure/site.ts';
import { type DerivedSample, type DerivedTopic, derivedTopics, type RawSample, type Sample } from '../../src/sample/sample.ts';
import { compareDerived, type Difference } from '../../src/session/compare.ts';
import type { RecordReader } from '../record/record.ts';
import { readJsonFile } from '../sources/script.ts';
import { type Folded, startPipeline } from './pipeline.ts';

/** What `pedicle replay --json` prints. */
export interface ReplayResult {
  readonly identical: boolean;
  /** Raw samples folded again. */
  readonly samples: number;
  readonly derived: number;
  readonly firstDifference: Difference | null;
  /** Times real time. */
  readonly speed: number;
}

/** As many raw samples wait for guidance as keep both planes' threads busy. */
const foldBacklogSamples = 8;

const derivedTopicNames: ReadonlySet<string> = new Set<DerivedTopic>(derivedTopics);
const isDerived = (sample: Sample): sample is DerivedSample => derivedTopicNames.has(sample.topic);

/** The site configuration that the record was made with: kept beside it, the defaults when there was none. */
async function recordedSite(folder: string): Promise<Result<Site>> {
  const path = join(folder, 'site.json');
  return existsSync(path) ? readJsonFile('site configuration', path, siteSchema) : ok(defaultSite);
}

/** Recorded derived samples and those derived again, brought together by the raw sample that caused them. */
function startComparison() {
  const recorded = new Map<number, DerivedSample[]>();
  const derivedAgain = new Map<number, readonly DerivedSample[]>();
  let derived = 0;
  let first: Difference | null = null;
  const keepFirst = (difference: Difference | null) => {
    if (difference && (first === null || difference.seq < first.seq)) first = difference;
  };
  /** Compares everything caused by raw samples before `seq`: nothing more of it can come. */
  const settle = (seq: number) => {
    for (const [cause, again] of derivedAgain) {
      if (cause >= seq) continue;
      derivedAgain.delete(cause);
      keepFirst(compareDerived(recorded.get(cause) ?? [], again));
      recorded.delete(cause);
    }
  };
  return {
    addRecorded(sample: DerivedSample) {
      const list = recorded.get(sample.seq);
      if (list) list.push(sample);
      else recorded.set(sample.seq, [sample]);
    },
    addFolded({ raw, derived: again }: Folded) {
      derived += again.length;
      derivedAgain.set(raw.seq, again);
    },
    settle,
    finish() {
      settle(Number.POSITIVE_INFINITY);
      for (const [, left] of recorded) keepFirst(compareDerived(left, []));
      return { derived, firstDifference: first };
    },
  };
}

/**
 * Derives everything in a record again from its raw samples and compares, sample by sample. A record that was cut off by a
 * crash may lack what was derived last: there only what was recorded is held against it.
 */
export async function replayRecord(reader: RecordReader, onProgress: (fraction: number) => void): Promise<Result<ReplayResult>> {
  const site = await recordedSite(reader.folder);
  if (!site.ok) return site;
  const comparison = startComparison();
  const failures: string[] = [];
  const folded: Folded[] = [];
  let lastRecordedCause = -1;
  const pipeline = startPipeline({
    injectorSettings: injectorSettingsOf(site.value.injector),
    onFolded: (one) => void folded.push(one),
    onFailure: (plane, failure) => void failures.push(`plane ${plane}: ${failure}`),
  });
  const startedMs = performance.now();
  let samples = 0;
  const held: Folded[] = [];
  const take = () => {
    for (const one of folded.splice(0)) {
      if (reader.closed) comparison.addFolded(one);
      else held.push(one);
    }
  };
  for await (const sample of reader.samples()) {
    if (isDerived(sample)) {
      lastRecordedCause = Math.max(lastRecordedCause, sample.seq);
      comparison.addRecorded(sample);
      continue;
    }
    samples++;
    pipeline.push(sample as RawSample);
    await pipeline.settled(foldBacklogSamples);
    take();
    if (samples % 200 === 0) onProgress(sample.tMs / Math.max(1, reader.durationMs));
  }
  await pipeline.settled(0);
  await pipeline.close();
  take();
  for (const one of held) if (one.raw.seq <= lastRecordedCause) comparison.addFolded(one);
  const { derived, firstDifference } = comparison.finish();
  if (samples === 0) return failedFault(`${reader.folder} holds no raw samples, so there is nothing to replay; run "pedicle verify" on it.`);
  const cut = reader.closed ? reader.cut() : null;
  if (cut) return failedFault(`${reader.folder} is damaged: ${cut.why}. "pedicle recover" saves what can be read.`);
  for (const failure of failures) process.stderr.write(`pedicle: guidance failed on a frame, as it did when recorded or not: ${failure}\n`);
  return ok({ identical: firstDifference === null, samples, derived, firstDifference, speed: reader.durationMs / (performance.now() - startedMs) });
}
