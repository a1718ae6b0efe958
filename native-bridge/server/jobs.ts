import { randomUUID } from 'node:crypto';
import type { Job } from '../../src/link/desk.ts';
import { startWorkThread, type WorkThread } from '../workThread.ts';
import type { JobOutcome, JobRequest } from './jobWorker.ts';

/** Long work on records, each on its own thread so that a running procedure is not held up. */
export interface Jobs {
  list(): readonly Job[];
  /** Starts one; it waits its turn while another runs. */
  start(what: Job['what'], record: string, request: JobRequest): void;
  cancel(id: string): void;
  onChange(listener: (jobs: readonly Job[]) => void): () => void;
  /** Cancels what runs and waits until it has ended. */
  close(): Promise<void>;
}

/** Finished jobs that are still told of. */
const keptJobs = 20;
const jobProgram = new URL('./jobWorker.ts', import.meta.url);
/** Consoles are told of progress at most this often. */
const tellEveryMs = 200;

/** All that run or wait, and the newest of those that are finished. */
function worthTelling(jobs: readonly Job[]): readonly Job[] {
  let finished = 0;
  return jobs.filter(({ state }) => state === 'running' || ++finished <= keptJobs);
}

export function createJobs(): Jobs {
  let jobs: readonly Job[] = [];
  const listeners = new Set<(jobs: readonly Job[]) => void>();
  const running = new Map<string, WorkThread<JobOutcome>>();
  const waiting: (() => void)[] = [];
  let toldAtMs = 0;
  const tell = () => {
    toldAtMs = performance.now();
    for (const listener of listeners) listener(jobs);
  };
  const jobOf = (id: string) => jobs.find((job) => job.id === id);
  const progressed = (id: string, progress: number) => {
    jobs = jobs.map((job) => (job.id === id ? { ...job, progress } : job));
    if (performance.now() - toldAtMs >= tellEveryMs) tell();
  };
  const finish = (id: string, by: Pick<Job, 'state' | 'message' | 'made'>) => {
    if (jobOf(id)?.state !== 'running') return;
    jobs = worthTelling(jobs.map((job) => (job.id === id ? { ...job, ...by, progress: by.state === 'done' ? 1 : null } : job)));
    tell();
  };
  const runNext = () => {
    if (running.size === 0) waiting.shift()?.();
  };
  const run = (id: string, request: JobRequest) => {
    const thread = startWorkThread<JobOutcome>(jobProgram, request, 'a job', (fraction) => progressed(id, fraction));
    void thread.result.then((outcome) => finish(id, outcome ?? { state: 'failed', message: 'It ended without a result; the log of the bridge says why.' }));
    void thread.exited.then(() => {
      running.delete(id);
      runNext();
    });
    running.set(id, thread);
  };
  const cancel = (id: string) => {
    const thread = running.get(id);
    if (thread) thread.cancel();
    else finish(id, { state: 'cancelled', message: 'Cancelled before it began.' });
  };
  return {
    list: () => jobs,
    start(what, record, request) {
      const id = randomUUID();
      jobs = worthTelling([{ id, what, record, state: 'running', progress: null, message: '' }, ...jobs]);
      tell();
      waiting.push(() => {
        if (jobOf(id)?.state === 'running') run(id, request);
        else runNext();
      });
      runNext();
    },
    cancel,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      waiting.length = 0;
      for (const id of running.keys()) cancel(id);
      await Promise.all([...running.values()].map(({ exited }) => exited));
    },
  };
}
