import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, QueueEvents } from 'bullmq';
import { ok, type Result } from '../../../src/base/result.ts';
import type { LibraryRecord } from '../library.ts';
import { failedReplay, type RecordReplay, recordReplaySchema } from '../recordReplay.ts';
import { type LibraryOptions, startLibraryProgress } from '../replayLibrary.ts';
import { attempts, type JobData, jobOf, queueName, type ReplayJob, retryAfterMs } from './jobs.ts';
import { lookUpJob } from './lookUp.ts';
import { connectRedis, withoutPassword } from './redis.ts';

export interface QueueOptions extends Omit<LibraryOptions, 'processes'> {
  /** Something that a person who waits should know. */
  readonly onNotice: (sentence: string) => void;
}

export interface QueuedReplay {
  readonly results: readonly RecordReplay[];
  readonly by: string;
  /** Lets go of the queue. The answers are taken out of it when they are `reported`; else the next run finds them there. */
  readonly release: (reported: boolean) => Promise<void>;
}

const atOnce = 200;
/** Events may be lost with the connection: the truth is looked up so often. */
const lookEveryMs = 2000;

/** An answer as the queue holds it, checked; what does not fit is an answer too. */
function answerOf(name: string, value: unknown): RecordReplay {
  const parsed = recordReplaySchema.safeParse(value);
  return parsed.success
    ? parsed.data
    : failedReplay(name, 'error', 'A worker gave an answer that this version does not understand; are all of them of this version?');
}

const failureOf = (name: string, reason: string): RecordReplay => failedReplay(name, 'error', `No worker could replay it: ${reason.replace(/[.]?$/, '.')}`);

const inBatches = async <T>(items: readonly T[], each: (batch: readonly T[]) => Promise<unknown>): Promise<void> => {
  for (let at = 0; at < items.length; at += atOnce) await each(items.slice(at, at + atOnce));
};

/**
 * Puts a job for each record on the queue and waits until workers have answered all of them. A job is named by the record's content:
 * what an earlier run asked for and nobody took away is not done again. Stopped, it takes back what no worker has begun.
 */
export async function replayThroughQueue(
  url: string,
  library: string,
  records: readonly LibraryRecord[],
  options: QueueOptions,
): Promise<Result<QueuedReplay>> {
  const connected = await connectRedis(url);
  if (!connected.ok) return connected;
  const connection = connected.value;
  const queue = new Queue<JobData, unknown>(queueName, { connection });
  const events = new QueueEvents(queueName, { connection });
  const onTrouble = (error: Error) => options.onNotice(`The queue does not answer (${error.message}); waiting for it.`);
  queue.on('error', once(onTrouble));
  events.on('error', () => undefined);
  const jobs = await Promise.all(records.map((record) => jobOf(library, record)));
  const collected = startCollection(jobs, options);
  events.on('progress', ({ jobId, data }) => collected.progress(jobId, data));
  events.on('completed', ({ jobId, returnvalue }) => collected.completed(jobId, returnvalue));
  events.on('failed', ({ jobId, failedReason }) => collected.failed(jobId, failedReason));
  const close = async () => {
    await events.close();
    await queue.close();
    connection.disconnect();
  };
  await events.waitUntilReady();
  await inBatches(jobs, (batch) => addJobs(queue, batch));
  if ((await queue.getWorkersCount()) === 0)
    options.onNotice(`No worker of this version is on the queue yet: start some with "pedicle worker --queue ${withoutPassword(url)}"; waiting.`);
  while (collected.outstanding().length > 0 && !options.signal.aborted) {
    await Promise.race([collected.all, sleep(lookEveryMs, undefined, { signal: options.signal }).catch(() => undefined)]);
    if (!options.signal.aborted) await inBatches(collected.outstanding(), (batch) => lookUp(queue, batch, collected));
  }
  if (options.signal.aborted) await inBatches(collected.outstanding(), (batch) => takeBack(queue, batch));
  const results = collected.results();
  const hosts = [...new Set(results.filter(({ status }) => status !== 'not-run').map(({ worker }) => worker.host))].sort();
  return ok({
    results,
    by: `workers on ${withoutPassword(url)}${hosts.length > 0 ? ` (${hosts.join(', ')})` : ''}`,
    async release(reported) {
      if (reported) await inBatches(jobs, (batch) => Promise.all(batch.map(({ id }) => removeFinished(queue, id))));
      await close();
    },
  });
}

/** Calls through once: a server that is away fails every command. */
function once(call: (error: Error) => void): (error: Error) => void {
  let called = false;
  return (error) => {
    if (!called) call(error);
    called = true;
  };
}

const addJobs = async (queue: Queue<JobData, unknown>, batch: readonly ReplayJob[]): Promise<void> => {
  // What failed in an earlier run is asked for anew; what is done, waits or runs is left as it is.
  await Promise.all(batch.map(async ({ id }) => (await queue.getJobState(id)) === 'failed' && queue.remove(id)));
  const backoff = { type: 'exponential', delay: retryAfterMs } as const;
  await queue.addBulk(batch.map(({ id, record, data }) => ({ name: record.name, data, opts: { jobId: id, attempts, backoff } })));
};

async function lookUp(queue: Queue<JobData, unknown>, batch: readonly ReplayJob[], collected: Collection): Promise<void> {
  const missing: ReplayJob[] = [];
  await Promise.all(
    batch.map(async (job) => {
      const found = await lookUpJob(queue, job.id);
      if (found.is === 'missing') missing.push(job);
      else if (found.is === 'completed') collected.completed(job.id, found.value);
      else if (found.is === 'failed') collected.failed(job.id, found.reason);
    }),
  );
  // Somebody else has collected and removed it, or the server was emptied: ask again.
  const stillMissing = missing.filter(({ id }) => collected.outstanding().some((job) => job.id === id));
  if (stillMissing.length > 0) await addJobs(queue, stillMissing);
}

/** Removes what no worker has begun; a job that is running is locked and stays. */
const takeBack = (queue: Queue<JobData, unknown>, batch: readonly ReplayJob[]): Promise<unknown> =>
  Promise.all(batch.map(async ({ id }) => (await queue.getJobState(id)) !== 'active' && queue.remove(id)));

async function removeFinished(queue: Queue<JobData, unknown>, id: string): Promise<void> {
  const state = await queue.getJobState(id);
  if (state === 'completed' || state === 'failed') await queue.remove(id);
}

type Collection = ReturnType<typeof startCollection>;

/** Answers by job; the first one counts, however often it is told. */
function startCollection(jobs: readonly ReplayJob[], options: QueueOptions) {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const answers = new Map<string, RecordReplay>();
  const progress = startLibraryProgress(jobs.length, options.onProgress);
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const take = (id: string, answer: (name: string) => RecordReplay) => {
    const job = byId.get(id);
    if (!job || answers.has(id)) return;
    const result = { ...answer(job.record.name), name: job.record.name };
    answers.set(id, result);
    progress.finished(result);
    if (answers.size === byId.size) resolve();
  };
  return {
    all,
    outstanding: () => jobs.filter(({ id }) => !answers.has(id)),
    progress(id: string, data: unknown) {
      const job = byId.get(id);
      if (job && !answers.has(id) && typeof data === 'number') progress.part(job.record.name, data);
    },
    completed: (id: string, value: unknown) => take(id, (name) => answerOf(name, value)),
    failed: (id: string, reason: string) => take(id, (name) => failureOf(name, reason)),
    results: () => jobs.map(({ id, record }) => answers.get(id) ?? failedReplay(record.name, 'not-run', 'Stopped before a worker had answered.')),
  };
}
