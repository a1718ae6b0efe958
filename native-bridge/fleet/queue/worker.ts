import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import { ok, type Result } from '../../../src/base/result.ts';
import { startReplayPool } from '../processPool.ts';
import type { RecordReplay } from '../recordReplay.ts';
import { attempts, folderOf, type JobData, jobDataSchema, lockMs, queueName, stalledCheckMs } from './jobs.ts';
import { connectRedis } from './redis.ts';

export interface WorkerOptions {
  readonly url: string;
  /** Records at the same time. */
  readonly processes: number;
  /** Where this machine has the library; `null`: where the job says. */
  readonly recordsFolder: string | null;
  readonly onFinished: (result: RecordReplay) => void;
  readonly onNotice: (sentence: string) => void;
  /** How soon a dead worker is noticed, where it matters (tests). */
  readonly patience?: { readonly lockMs: number; readonly stalledCheckMs: number };
}

/** Takes replay jobs until it is told to stop. */
export interface ReplayWorker {
  /** Takes no more; resolves when what is running has been answered. */
  finish(): Promise<void>;
  /** Gives back what is running, so that another worker begins it anew. */
  giveBack(): Promise<void>;
}

/** Progress is told in steps of this size: every step is a message to everybody who waits. */
const progressStep = 0.02;

export async function startReplayWorker(options: WorkerOptions): Promise<Result<ReplayWorker>> {
  const connected = await connectRedis(options.url);
  if (!connected.ok) return connected;
  const connection = connected.value;
  const pool = startReplayPool(options.processes, 1);
  let givingBack = false;
  /** Records this worker has taken, by their job; `false` once another worker has got one instead. */
  const held = new Map<string, { readonly name: string; isOurs: boolean }>();

  const replay = async (job: Job<unknown, RecordReplay>): Promise<RecordReplay> => {
    held.set(job.id ?? job.name, { name: job.name, isOurs: true });
    const data = jobDataSchema.safeParse(job.data);
    if (!data.success) throw new UnrecoverableError(`its job is not understood (${data.error.issues[0]?.message ?? 'no reason'})`);
    requireLibrary(data.data, options.recordsFolder);
    let told = 0;
    const result = await pool.replay({ name: data.data.name, folder: folderOf(data.data, options.recordsFolder) }, (fraction) => {
      if (fraction - told < progressStep) return;
      told = fraction;
      // Only for whoever watches: lost with the connection, nothing is missing.
      job.updateProgress(fraction).catch(() => undefined);
    });
    if (givingBack && result.status === 'not-run') throw new Error('its worker was stopped');
    // A process that died may have lacked memory: another worker may have more. The last answer stands.
    if (
      result.status === 'error' &&
      result.replay === null &&
      result.record === null &&
      result.message?.startsWith('Its process ended') &&
      job.attemptsMade + 1 < attempts
    )
      throw new Error(result.message);
    return result;
  };

  const worker = new Worker<unknown, RecordReplay>(queueName, replay, {
    connection,
    name: `${hostname()}/${process.pid}`,
    concurrency: options.processes,
    lockDuration: options.patience?.lockMs ?? lockMs,
    stalledInterval: options.patience?.stalledCheckMs ?? stalledCheckMs,
    maxStalledCount: attempts - 1,
  });
  worker.on('completed', (job, result) => {
    held.delete(job.id ?? job.name);
    options.onFinished(result);
  });
  worker.on('failed', (job, error) => {
    if (job !== undefined) held.delete(job.id ?? job.name);
    options.onNotice(`${job?.name ?? 'A record'} was not answered here: ${error.message}`);
  });
  worker.on('error', (error) => {
    // Whatever it cannot do with a job any more (renew, finish, put off), the job was given to another worker meanwhile, which may have answered already.
    const lost = [...held].find(([jobId]) => error.message.includes(jobId))?.[1];
    if (lost === undefined) options.onNotice(`The queue: ${error.message}`);
    else if (lost.isOurs) options.onNotice(`${lost.name} was given to another worker, because this one stood still too long: what it finds is not used.`);
    if (lost !== undefined) lost.isOurs = false;
  });
  await worker.waitUntilReady();
  const end = async () => {
    await worker.close();
    pool.close();
    connection.disconnect();
  };
  return ok({
    finish: end,
    async giveBack() {
      givingBack = true;
      pool.close();
      await end();
    },
  });
}

/** A worker that does not see the library must not answer for it: another one may. */
function requireLibrary(data: JobData, recordsFolder: string | null): void {
  const library = recordsFolder ?? data.library;
  if (!existsSync(library)) throw new Error(`${hostname()} does not see the library ${library}; start its worker with --records FOLDER`);
}
