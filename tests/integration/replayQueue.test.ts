import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { jobDataSchema, queueName } from '../../native-bridge/fleet/queue/jobs.ts';
import { jsonOf, pedicle, type RunningPedicle, startPedicle, startProgram } from './pedicle.ts';
import { hasRedis, startRedis, whyNoRedis } from './redisServer.ts';
import { recordSimulation } from './simulatedRecord.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-queue-'));
const at = (name: string) => join(folder, name);
const library = at('library');
const names = ['one', 'two', 'three', 'four', 'five', 'six'];
let redis: Awaited<ReturnType<typeof startRedis>> | null = null;
const url = () => redis?.url ?? '';
const workers: RunningPedicle[] = [];

beforeAll(async () => {
  if (!hasRedis) return;
  redis = await startRedis();
  await recordSimulation(join(library, 'one'), { seconds: 50, planes: [] });
  for (const name of names.slice(1)) cpSync(join(library, 'one'), join(library, name), { recursive: true });
});
afterAll(() => {
  redis?.process.kill();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const worker of workers.splice(0)) {
    worker.child.kill('SIGKILL');
    await worker.ended;
  }
});

/** Notices a dead worker within two seconds instead of twenty. */
function startWorker(): RunningPedicle {
  const worker = startProgram(fileURLToPath(new URL('./impatientWorker.ts', import.meta.url)), url());
  workers.push(worker);
  return worker;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error(`waited half a minute in vain; the workers said: ${workers.map((worker) => worker.stderr()).join(' | ')}`);
}

const answered = (worker: RunningPedicle): number => worker.stderr().match(/: (identical|differs) \(/g)?.length ?? 0;
const keysLeft = async (): Promise<number> => {
  const client = new Redis(url());
  const keys = await client.keys('*record-*');
  await client.quit();
  return keys.length;
};

describe.skipIf(!hasRedis)(`replay through a queue${hasRedis ? '' : `: skipped, ${whyNoRedis}`}`, () => {
  test('two workers share the records; every one is answered once, and the queue is left empty', async () => {
    const pair = [startWorker(), startWorker()];
    await until(() => pair.every((worker) => worker.stderr().includes('ready')));
    const ended = await pedicle('replay', library, '--report', at('shared'), '--queue', url(), '--json');
    expect(ended.status).toBe(0);
    expect(jsonOf(ended)).toMatchObject({ identical: true, records: 6, errors: 0, notRun: 0 });
    expect(pair.map(answered).reduce((sum, count) => sum + count, 0)).toBe(6);
    for (const worker of pair) expect(answered(worker)).toBeGreaterThan(0);
    expect(await keysLeft()).toBe(0);
  });

  test('a worker killed in the middle of a record: another one does it, and nothing is done twice or lost', async () => {
    const victim = startWorker();
    await until(() => victim.stderr().includes('ready'));
    const running = startPedicle('replay', library, '--report', at('killed'), '--queue', url(), '--json');
    await until(() => answered(victim) >= 1);
    victim.child.kill('SIGKILL');
    await victim.ended;
    const before = answered(victim);
    const heir = startWorker();
    const ended = await running.ended;
    expect(ended.status).toBe(0);
    expect(jsonOf(ended)).toMatchObject({ identical: true, records: 6, errors: 0, notRun: 0 });
    expect(before + answered(heir)).toBe(6);
    const { results } = JSON.parse(readFileSync(join(at('killed'), 'results.json'), 'utf8')) as { readonly results: readonly { readonly name: string }[] };
    expect(results.map(({ name }) => name)).toEqual([...names].sort());
  }, 90_000);

  test('a worker that was stopped so long that its record went to another one cannot answer for it any more', async () => {
    const sleeper = startWorker();
    await until(() => sleeper.stderr().includes('ready'));
    const running = startPedicle('replay', library, '--report', at('slept'), '--queue', url(), '--json');
    await until(() => answered(sleeper) >= 1);
    sleeper.child.kill('SIGSTOP');
    const other = startWorker();
    const ended = await running.ended;
    sleeper.child.kill('SIGCONT');
    expect(jsonOf(ended)).toMatchObject({ identical: true, records: 6, errors: 0, notRun: 0 });
    await until(() => sleeper.stderr().includes('was given to another worker'));
    expect(answered(sleeper) + answered(other)).toBe(6);
    expect(await keysLeft()).toBe(0);
  }, 90_000);

  test('Ctrl-C of the one who asks takes back what nobody has begun; what was done is not done again the next time', async () => {
    const worker = startWorker();
    await until(() => worker.stderr().includes('ready'));
    const first = startPedicle('replay', library, '--report', at('first'), '--queue', url(), '--json');
    await until(() => answered(worker) >= 2);
    first.child.kill('SIGINT');
    const stopped = await first.ended;
    expect(stopped.status).toBe(1);
    const { notRun } = jsonOf(stopped) as { readonly notRun: number };
    expect(notRun).toBeGreaterThan(0);
    const queue = new Queue(queueName, { connection: { url: url() } });
    expect(await queue.getWaitingCount()).toBe(0);
    await queue.close();
    const second = await pedicle('replay', library, '--report', at('second'), '--queue', url(), '--json');
    expect(jsonOf(second)).toMatchObject({ identical: true, records: 6, notRun: 0 });
  });

  test('the command: told where its machine has the records, it answers from there; Ctrl-C ends it when its record is done', async () => {
    const moved = at('moved');
    cpSync(library, moved, { recursive: true });
    const running = startPedicle('replay', library, '--report', at('elsewhere'), '--queue', url(), '--json');
    await until(() => running.stderr().includes('No worker of this version is on the queue yet'));
    const worker = startPedicle('worker', '--queue', url(), '--processes', '1', '--records', moved);
    workers.push(worker);
    await until(() => answered(worker) >= 1);
    worker.child.kill('SIGINT');
    const left = await worker.ended;
    expect(left).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d records answered\.\n$/) });
    startWorker();
    expect(jsonOf(await running.ended)).toMatchObject({ identical: true, records: 6 });
  });
});

test('without a Redis both commands say so in one sentence: exit status 2', async () => {
  for (const command of [['replay', folder, '--report', at('none')], ['worker']]) {
    if (command[0] === 'replay' && !hasRedis) continue;
    const ended = await pedicle(...command, '--queue', 'redis://127.0.0.1:1');
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^pedicle: No Redis answers at redis:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\); start redis-server there, or correct --queue\.\n$/);
  }
});

test('a job names a record within its library and nothing outside of it', () => {
  const job = (name: string) => jobDataSchema.safeParse({ version: 1, library: '/records', name }).success;
  expect(['one', '2026/one', 'a b'].map(job)).toEqual([true, true, true]);
  expect(['', '..', '../one', 'a/../../b', '/etc', 'a//b', 'a\\b', 'a/.'].map(job)).toEqual(Array(8).fill(false));
});
