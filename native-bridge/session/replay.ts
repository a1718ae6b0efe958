import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failedFault, ok, type Result } from '../../src/base/result.ts';
import { injectorSettingsOf } from '../../src/injector/settings.ts';
import { defaultSite, type Site, siteSchema } from '../../src/procedure/site.ts';
import { type DerivedSample, type DerivedTopic, derivedTopics, type RawSample, type Sample } from '../../src/sample/sample.ts';
import type { Difference } from '../../src/session/compare.ts';
import type { Lacking } from '../../src/session/lacking.ts';
import type { ReplayStatistics } from '../../src/session/replayStatistics.ts';
import type { OpenRecordReader } from '../record/reader.ts';
import { readJsonFile } from '../sources/script.ts';
import { startPipeline } from './pipeline.ts';
import { startReplayComparison } from './replayComparison.ts';

/** What a replay found. */
export interface ReplayResult {
  /** Every derived sample that the record holds was compared and is equal. */
  readonly identical: boolean;
  /** Raw samples folded again. */
  readonly samples: number;
  /** Derived samples compared. */
  readonly derived: number;
  readonly firstDifference: Difference | null;
  /** Times real time. */
  readonly speed: number;
  /** Where the comparison had to end before the record does, and why; `null` when all of it was compared. */
  readonly limited: Limit | null;
  /** Derived samples that a record which was cut off or recovered has lost; `null` when none. */
  readonly lacking: Lacking | null;
  /** Only when asked for. */
  readonly statistics: ReplayStatistics | null;
}

export interface Limit {
  readonly toMs: number;
  /** Derived samples that the record holds and that could not be compared. */
  readonly notCompared: number;
  /** One sentence. */
  readonly why: string;
}

export interface ReplayOptions {
  readonly onProgress?: (fraction: number) => void;
  readonly statistics?: boolean;
  readonly signal?: AbortSignal;
  /** What each raw sample leads to now, in order. */
  readonly onDerived?: (derived: readonly DerivedSample[]) => void;
}

/** So many raw samples wait for guidance: a few frames of each plane, so that reading and both threads are kept busy. */
const foldBacklogSamples = 32;
const progressEverySamples = 100;

const derivedTopicNames: ReadonlySet<string> = new Set<DerivedTopic>(derivedTopics);
const isDerived = (sample: Sample): sample is DerivedSample => derivedTopicNames.has(sample.topic);

/** The site configuration that the record was made with: kept beside it, the defaults when there was none. */
async function recordedSite(folder: string): Promise<Result<Site>> {
  const path = join(folder, 'site.json');
  return existsSync(path) ? readJsonFile('site configuration', path, siteSchema) : ok(defaultSite);
}

/**
 * Derives everything in a record again from its raw samples and compares, sample by sample. A record that was cut off by a
 * crash may lack what was derived last: that is counted and no difference. Where raw samples are missing and the
 * record says so, the comparison ends: what followed was derived from them.
 */
export async function replayRecord(reader: OpenRecordReader, options: ReplayOptions = {}): Promise<Result<ReplayResult>> {
  const site = await recordedSite(reader.folder);
  if (!site.ok) return site;
  const comparison = startReplayComparison({ whole: reader.closed && reader.missing === null, statistics: options.statistics ?? false });
  const failures: string[] = [];
  const pipeline = startPipeline({
    injectorSettings: injectorSettingsOf(site.value.injector),
    onFolded({ raw, derived }) {
      comparison.derivedAgain(raw.seq, derived);
      options.onDerived?.(derived);
    },
    onFailure: (plane, failure) => void failures.push(`plane ${plane}: ${failure}`),
  });
  const startedMs = performance.now();
  let samples = 0;
  let toMs = 0;
  let hole: number | null = null;
  try {
    for await (const sample of reader.samples()) {
      if (options.signal?.aborted) return failedFault(`Replaying ${reader.folder} was stopped.`);
      const derived = isDerived(sample);
      if (derived ? sample.seq >= samples : sample.seq !== samples) {
        hole = samples;
        break;
      }
      if (derived) {
        comparison.recorded(sample);
        continue;
      }
      comparison.recordedBefore(sample.seq);
      samples++;
      toMs = sample.tMs;
      pipeline.push(sample as RawSample);
      await pipeline.settled(foldBacklogSamples);
      if (samples % progressEverySamples === 0) options.onProgress?.(toMs / Math.max(1, reader.durationMs));
    }
    await pipeline.settled(0);
  } finally {
    await pipeline.close();
  }
  const limited = hole === null ? null : await limitAt(reader, hole, toMs);
  if (limited && !limited.ok) return limited;
  if (samples === 0) return failedFault(`${reader.folder} holds no raw samples to begin with, so there is nothing to replay; run "pedicle verify" on it.`);
  const cut = reader.closed && hole === null ? reader.cut() : null;
  if (cut) return failedFault(`${reader.folder} is damaged: ${cut.why}. "pedicle recover" saves what can be read.`);
  for (const failure of failures) process.stderr.write(`pedicle: guidance failed on a frame, as it did when recorded or not: ${failure}\n`);
  const { derived, firstDifference, lacking, statistics } = comparison.finish();
  const speed = toMs / (performance.now() - startedMs);
  const limit = limited?.value ?? null;
  const identical = firstDifference === null && (limit === null || limit.notCompared === 0);
  return ok({ identical, samples, derived, firstDifference, speed, limited: limit, lacking, statistics });
}

/** The end of what can be compared, before raw sample `seq`, which is not there. */
async function limitAt(reader: OpenRecordReader, seq: number, toMs: number): Promise<Result<Limit>> {
  const why = await explainHole(reader, seq, toMs);
  if (!why.ok) return why;
  let notCompared = 0;
  for await (const sample of reader.samples({ frames: false, topics: derivedTopics })) if (sample.seq >= seq) notCompared++;
  const upTo = `compared up to ${(toMs / 1000).toFixed(1)} s`;
  const rest = notCompared === 0 ? 'nothing derived that it holds comes later' : `${notCompared} later derived samples could not be compared`;
  return ok({ toMs, notCompared, why: `${why.value}; ${upTo}, ${rest}.` });
}

/** Why raw sample `seq` is not there, as a clause: said by the record, or damage. */
async function explainHole(reader: OpenRecordReader, seq: number, toMs: number): Promise<Result<string>> {
  const withoutPixels = reader.framesWithoutPixels() > 0;
  if (reader.missing?.some(([first, last]) => seq >= first && seq <= last))
    return ok(`The record was recovered from a damaged one and lacks samples from ${seq} on`);
  if (withoutPixels && !reader.closed) return ok(`The record was cut off, or a file of it was changed, and lacks the pixels of frame ${seq}`);
  if (withoutPixels && (await saysFramesNotRecorded(reader))) return ok(`The disk was full: the pixels of frame ${seq} and of later ones were not recorded`);
  const what = withoutPixels ? `the pixels of frame ${seq}` : `raw sample ${seq}`;
  return failedFault(
    `${reader.folder} is damaged: ${what} (at about ${(toMs / 1000).toFixed(1)} s) cannot be read. "pedicle verify" says what is wrong, "pedicle recover" saves the rest.`,
  );
}

async function saysFramesNotRecorded(reader: OpenRecordReader): Promise<boolean> {
  for await (const sample of reader.samples({ frames: false, topics: ['/gap'] }))
    if (sample.topic === '/gap' && sample.data.kind === 'frames-not-recorded') return true;
  return false;
}
