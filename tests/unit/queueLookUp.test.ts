import { describe, expect, test } from 'vitest';
import { type JobStore, lookUpJob } from '../../native-bridge/fleet/queue/lookUp.ts';

/** A queue with one job, whose answer comes after so many questions; what was read before does not change. */
function queueAnsweringAfter(questions: number): JobStore {
  let asked = 0;
  const answered = () => asked++ >= questions;
  return {
    getJobState: async () => (answered() ? 'completed' : 'active'),
    getJob: async () => ({ returnvalue: answered() ? 'the answer' : null, failedReason: '' }),
  };
}

describe('a job that is looked up while its answer comes', () => {
  test.each([0, 1, 2, 3])('is unanswered or has its answer, never an empty one (answered after %i questions)', async (questions) => {
    expect([{ is: 'unanswered' }, { is: 'completed', value: 'the answer' }]).toContainEqual(await lookUpJob(queueAnsweringAfter(questions), 'job'));
  });

  test('that somebody else has taken away is missing, in between too', async () => {
    const gone = { getJob: async () => undefined };
    expect(await lookUpJob({ ...gone, getJobState: async () => 'unknown' }, 'job')).toEqual({ is: 'missing' });
    expect(await lookUpJob({ ...gone, getJobState: async () => 'completed' }, 'job')).toEqual({ is: 'missing' });
  });

  test('that failed says why', async () => {
    const failed: JobStore = { getJobState: async () => 'failed', getJob: async () => ({ returnvalue: null, failedReason: 'no memory' }) };
    expect(await lookUpJob(failed, 'job')).toEqual({ is: 'failed', reason: 'no memory' });
  });
});
