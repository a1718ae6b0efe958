import { setTimeout as sleep } from 'node:timers/promises';
import type { OutboxJob } from '../../src/link/hospitalLink.ts';
import { attempt, type Sending } from './attempt.ts';
import type { Job, JobState } from './job.ts';
import { summaryOf } from './outbox.ts';

const isOpen = ({ state }: JobState): boolean => state === 'waiting' || state === 'awaiting-commitment';
export const isDue = (job: Job, nowEpochMs: number): boolean => isOpen(job.state) && !job.held && (job.state.nextAttemptAtEpochMs ?? 0) <= nowEpochMs;

/** Works on one job until it is finished or `until` (Unix ms) has passed, one attempt in any case; null when it is not there any more. */
export async function finish(id: string, sending: Sending, until: number, signal: AbortSignal, onChange: (job: OutboxJob) => void): Promise<JobState | null> {
  let attempted = false;
  for (;;) {
    const job = await sending.outbox.read(id);
    if (job === null) return null;
    onChange(summaryOf(job));
    if (!isOpen(job.state) || signal.aborted) return job.state;
    const waitMs = job.held ? 200 : Math.max(0, (job.state.nextAttemptAtEpochMs ?? 0) - sending.now());
    if ((attempted || job.held) && sending.now() + waitMs > until) return job.state;
    if (waitMs > 0) {
      await sleep(Math.min(waitMs, 500));
      continue;
    }
    await attemptAt(id, sending, signal);
    attempted = true;
  }
}

/** One attempt, when nobody else is at it. */
async function attemptAt(id: string, sending: Sending, signal: AbortSignal): Promise<void> {
  const held = await sending.outbox.hold(id);
  if (held === null) {
    await sleep(100);
    return;
  }
  try {
    await attempt(held, sending, signal);
  } finally {
    await held.release();
  }
}

/** Keeps at the outbox: every job that is due, oldest first, one at a time. */
export interface OutboxWorker {
  /** Looks at the outbox now rather than in a moment. */
  wake(): void;
  jobs(): Promise<readonly OutboxJob[]>;
  close(): Promise<void>;
}

const lookEveryMs = 1_000;

export function startOutboxWorker(sending: Sending, onChange: (jobs: readonly OutboxJob[]) => void): OutboxWorker {
  const stop = new AbortController();
  let wakeUp = () => {};
  let told = '';
  const jobs = async () => (await sending.outbox.list()).map(summaryOf);
  const tell = async () => {
    const now = await jobs();
    const text = JSON.stringify(now);
    if (text === told) return;
    told = text;
    onChange(now);
  };
  const rest = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lookEveryMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  // What an attempt changes is told while it goes on; trouble with the folder is the loop's to say.
  const watching = setInterval(() => void tell().catch(() => undefined), lookEveryMs);
  const running = (async () => {
    while (!stop.signal.aborted) {
      try {
        const due = (await sending.outbox.list()).find((job) => isDue(job, sending.now()));
        await tell();
        if (due) await attemptAt(due.id, sending, stop.signal);
        else await rest();
      } catch (error) {
        // A folder that cannot be read for a moment; said once a look, and looked at again.
        process.stderr.write(`pedicle: outbox ${sending.outbox.folder}: ${error instanceof Error ? error.message : String(error)}\n`);
        await rest();
      }
    }
  })();
  return {
    wake: () => wakeUp(),
    jobs,
    async close() {
      clearInterval(watching);
      stop.abort();
      wakeUp();
      await running;
    },
  };
}
