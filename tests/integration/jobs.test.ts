import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createJobs } from '../../native-bridge/server/jobs.ts';

test('of many jobs every one that runs or waits is told of and has its turn; of finished ones the newest twenty', async () => {
  const jobs = createJobs();
  const request = { kind: 'verify-replay', folder: join(tmpdir(), 'pedicle-no-such-record') } as const;
  const names = Array.from({ length: 25 }, (_, index) => `record ${index}`);
  for (const name of names) jobs.start('verify-replay', name, request);
  const byName = (name: string) => jobs.list().find(({ record }) => record === name);
  expect(names.map((name) => byName(name)?.state)).toEqual(names.map(() => 'running'));

  // The first two run, one after the other; nobody waits for the rest.
  for (const name of names.slice(2)) jobs.cancel(byName(name)?.id ?? '');
  expect(jobs.list()).toHaveLength(22);
  await expect.poll(() => jobs.list().every(({ state }) => state !== 'running'), { timeout: 60_000 }).toBe(true);
  expect(jobs.list()).toHaveLength(20);
  await jobs.close();
}, 90_000);
