import { readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import type { Difference } from '../../src/session/compare.ts';
import { lackingText } from '../../src/session/lacking.ts';
import type { ReplayStatistics } from '../../src/session/replayStatistics.ts';
import { openRecordReader } from '../record/reader.ts';
import { telemetryChanged, telemetryChangedText } from '../record/telemetryChanged.ts';
import { type ReplayResult, replayRecord } from '../session/replay.ts';

/** What became of one record of a library; plain data that travels between processes and machines. No patient identity. */
export interface RecordReplay {
  readonly name: string;
  /** `partly`: no difference as far as it could be compared; `error`: it could not be replayed; `not-run`: stopped before its turn. */
  readonly status: 'identical' | 'differs' | 'partly' | 'error' | 'not-run';
  /** For `error`, for a record whose comparison ended early, for one that has lost samples, and for one that was changed since it was closed: one sentence each. */
  readonly message: string | null;
  readonly record: RecordFacts | null;
  readonly replay: Omit<ReplayResult, 'limited' | 'lacking'> | null;
  readonly worker: WorkerFacts;
  readonly tookMs: number;
}

export interface RecordFacts {
  readonly softwareVersion: string;
  readonly runtime: string;
  readonly procedure: string;
  readonly startedAtEpochMs: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly closed: boolean;
}

/** Who replayed it: an answer is only worth something with the version that gave it. */
export interface WorkerFacts {
  readonly host: string;
  readonly softwareVersion: string;
  readonly runtime: string;
}

export const thisWorker = (): WorkerFacts => ({
  host: hostname(),
  softwareVersion: packageJson.version,
  runtime: `node ${process.versions.node}, v8 ${process.versions.v8}`,
});

export const failedReplay = (name: string, status: 'error' | 'not-run', message: string): RecordReplay => ({
  name,
  status,
  message,
  record: null,
  replay: null,
  worker: thisWorker(),
  tookMs: 0,
});

/** Replays one record with statistics. Every way in which that can fail is an answer. */
export async function replayForReport(name: string, folder: string, onProgress: (fraction: number) => void, signal?: AbortSignal): Promise<RecordReplay> {
  const startedMs = performance.now();
  const answer = (rest: Pick<RecordReplay, 'status' | 'message' | 'record' | 'replay'>): RecordReplay => ({
    name,
    ...rest,
    worker: thisWorker(),
    tookMs: performance.now() - startedMs,
  });
  const opened = await openRecordReader(folder);
  if (!opened.ok) return answer({ status: 'error', message: opened.fault.message, record: null, replay: null });
  const reader = opened.value;
  try {
    const { softwareVersion, runtime, procedure, startedAtEpochMs } = reader.header;
    const { durationMs, closed } = reader;
    const record = { softwareVersion, runtime, procedure, startedAtEpochMs, durationMs, closed, bytes: await folderBytes(folder) };
    const replayed = await replayRecord(reader, { onProgress, statistics: true, ...(signal ? { signal } : {}) });
    if (!replayed.ok) return answer({ status: 'error', message: replayed.fault.message, record, replay: null });
    const { limited, lacking, ...replay } = replayed.value;
    const firstDifference = replay.firstDifference && withoutIdentity(replay.firstDifference);
    const message = [limited?.why, lackingText(lacking), (await telemetryChanged(folder)) && telemetryChangedText].filter(Boolean).join(' ') || null;
    const status = replay.identical ? 'identical' : firstDifference === null ? 'partly' : 'differs';
    return answer({ status, message, record, replay: { ...replay, firstDifference } });
  } finally {
    await reader.close();
  }
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size;
  return bytes;
}

/** The procedure's state names the patient: reports leave the record's folder and must not. Whole samples are told by their topic alone. */
function withoutIdentity(difference: Difference): Difference {
  const told = (value: unknown) => (value === null ? null : typeof value === 'object' || difference.path.startsWith('patient') ? '(not shown)' : value);
  return { ...difference, recorded: told(difference.recorded), derived: told(difference.derived) };
}

const count = z.int().nonnegative();
const distribution = z.strictObject({ count, zeros: count, sum: z.number(), largest: z.number(), bins: z.record(z.string(), count) });
const quantity = z.strictObject({ difference: distribution, onlyRecorded: count, onlyDerived: count });
const episode = z.strictObject({
  id: z.string(),
  condition: z.string(),
  priority: z.enum(['high', 'medium', 'low']),
  fromMs: z.number(),
  toMs: z.number().nullable(),
});
const statistics = z.strictObject({
  topics: z.record(z.string(), z.strictObject({ recorded: count, derived: count, differing: count })),
  tipPx: quantity,
  tipMm: quantity,
  volumeMl: quantity,
  alarms: z.strictObject({
    unchanged: count,
    moved: z.array(z.strictObject({ was: episode, is: episode })),
    lost: z.array(episode),
    gained: z.array(episode),
  }),
}) satisfies z.ZodType<ReplayStatistics>;
const difference = z.strictObject({
  topic: z.string(),
  seq: z.number(),
  tMs: z.number(),
  path: z.string(),
  recorded: z.unknown(),
  derived: z.unknown(),
});

/** An answer that came from another process or machine. */
export const recordReplaySchema = z.strictObject({
  name: z.string(),
  status: z.enum(['identical', 'differs', 'partly', 'error', 'not-run']),
  message: z.string().nullable(),
  record: z
    .strictObject({
      softwareVersion: z.string(),
      runtime: z.string(),
      procedure: z.string(),
      startedAtEpochMs: z.number(),
      durationMs: z.number(),
      bytes: z.number(),
      closed: z.boolean(),
    })
    .nullable(),
  replay: z
    .strictObject({
      identical: z.boolean(),
      samples: count,
      derived: count,
      firstDifference: difference.nullable(),
      speed: z.number(),
      statistics: statistics.nullable(),
    })
    .nullable(),
  worker: z.strictObject({ host: z.string(), softwareVersion: z.string(), runtime: z.string() }),
  tookMs: z.number(),
}) satisfies z.ZodType<RecordReplay>;
