import type { Job, Queue } from 'bullmq';
import type { JobData } from './jobs.ts';

/** What the queue says of a job now. */
export type JobFound =
  | { readonly is: 'missing' }
  | { readonly is: 'unanswered' }
  | { readonly is: 'completed'; readonly value: unknown }
  | { readonly is: 'failed'; readonly reason: string };

/** As much of a queue as is asked. */
export interface JobStore {
  getJobState: Queue<JobData, unknown>['getJobState'];
  getJob(id: string): Promise<Pick<Job<JobData, unknown>, 'returnvalue' | 'failedReason'> | undefined>;
}

/** The state is asked for first: a job that was read while a worker was at it does not hold the answer that came meanwhile. */
export async function lookUpJob(queue: JobStore, id: string): Promise<JobFound> {
  const state = await queue.getJobState(id);
  if (state === 'unknown') return { is: 'missing' };
  if (state !== 'completed' && state !== 'failed') return { is: 'unanswered' };
  const job = await queue.getJob(id);
  if (!job) return { is: 'missing' };
  return state === 'completed' ? { is: 'completed', value: job.returnvalue } : { is: 'failed', reason: job.failedReason ?? 'it does not say why' };
}
