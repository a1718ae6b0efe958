import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findRecords } from '../../native-bridge/fleet/library.ts';
import { pedicle, type RunningPedicle, startPedicle } from '../integration/pedicle.ts';
import { hasRedis, startRedis, whyNoRedis } from '../integration/redisServer.ts';
import { type Benchmark, type Measure, measureOf } from './benchmark.ts';
import { fleetSources, makeFleetLibrary } from './fleetLibrary.ts';

/** Of each source; `PEDICLE_FLEET_EACH=20` for as many as the promise of replay is held to. */
const each = Number(process.env.PEDICLE_FLEET_EACH ?? 2);
const pictures = { seconds: 8, sizePx: 192, fps: 10 };
const records = each * fleetSources.length;
const counts = [1, 2, 4] as const;

interface Answers {
  readonly tookMs: number;
  /** Hash of what was derived and compared, record by record, without who did it and how long it took. */
  readonly digest: string;
  readonly answered: number;
}

interface Result {
  readonly name: string;
  readonly status: string;
  readonly replay: { readonly speed: number } | null;
}

function answersIn(report: string, tookMs: number): Answers {
  const { results } = JSON.parse(readFileSync(join(report, 'results.json'), 'utf8')) as { readonly results: readonly Result[] };
  const told = results.map(({ name, status, replay }) => ({ name, status, ...replay, speed: 0 }));
  const digest = createHash('sha256').update(JSON.stringify(told)).digest('hex');
  return { tookMs, digest, answered: results.filter(({ status }) => status === 'identical').length };
}

async function replayAll(library: string, report: string, ...how: readonly string[]): Promise<Answers> {
  const startMs = performance.now();
  const ended = await pedicle('replay', library, '--report', report, '--json', ...how);
  if (ended.status !== 0) throw new Error(`The library was not replayed identically: ${ended.stdout}${ended.stderr}`);
  return answersIn(report, performance.now() - startMs);
}

async function startWorkers(url: string, count: number): Promise<readonly RunningPedicle[]> {
  const workers = Array.from({ length: count }, () => startPedicle('worker', '--queue', url, '--processes', '1'));
  for (const worker of workers) while (!worker.stderr().includes('waiting for records')) await sleep(50);
  return workers;
}

/** Told to stop twice: gives back at once what it has begun. */
async function stop(worker: RunningPedicle): Promise<void> {
  worker.child.kill('SIGINT');
  worker.child.kill('SIGINT');
  await worker.ended;
}

/** One of two workers is killed as soon as it has answered a record, and so in the middle of the next one. */
async function withOneKilled(library: string, report: string, url: string): Promise<Answers> {
  const [victim, heir] = await startWorkers(url, 2);
  const running = replayAll(library, report, '--queue', url);
  while (!victim?.stderr().includes(': identical (')) await sleep(20);
  victim.child.kill('SIGKILL');
  await victim.ended;
  const answers = await running;
  if (heir) await stop(heir);
  return answers;
}

/** Compiled as for a processor of fifteen years ago, mathematics of the C library included: rounding must not hang on what a processor can do. */
const olderProcessor = [
  '--no-enable-avx',
  '--no-enable-avx2',
  '--no-enable-fma3',
  '--no-enable-bmi1',
  '--no-enable-bmi2',
  '--no-enable-lzcnt',
  '--no-enable-popcnt',
];
const olderLibrary = { GLIBC_TUNABLES: 'glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-FMA,-FMA4,-BMI1,-BMI2' };
const run = promisify(execFile);
const program = fileURLToPath(new URL('../../native-bridge/cli/main.ts', import.meta.url));

/** Every record by itself. Its pictures, too, are decoded by such a machine. */
async function onOlderProcessor(library: string): Promise<number> {
  const found = await findRecords(library);
  if (!found.ok) throw new Error(found.fault.message);
  let identical = 0;
  for (const { folder } of found.value) {
    // Throws, with what it said, unless it ends with status 0.
    const { stdout } = await run(process.execPath, [...olderProcessor, program, 'replay', folder, '--json'], { env: { ...process.env, ...olderLibrary } });
    if ((JSON.parse(stdout) as { readonly identical: boolean }).identical) identical++;
  }
  return identical;
}

const way = (count: number, kind: 'process' | 'worker'): string => `${count} ${kind}${count === 1 ? '' : kind === 'process' ? 'es' : 's'}`;

/**
 * A library of records replayed by one, two and four processes of this machine and as many workers behind a queue, with a worker killed,
 * and without the newer instructions of the processor.
 */
export const fleetBenchmark: Benchmark = {
  name: 'fleet',
  what: `replay of ${records} short records, ${each} of each source (${fleetSources.join(', ')}), on several processes and workers`,
  async run({ folder, rounds, say }) {
    const library = join(folder, 'library');
    await makeFleetLibrary(library, join(folder, 'exports'), each, pictures);
    say('fleet: the library is made');
    const took = new Map<string, number[]>();
    const digests = new Set<string>();
    const note = (what: string, { tookMs, digest, answered }: Answers) => {
      if (answered !== records) throw new Error(`${answered} of ${records} records were answered with ${what}`);
      digests.add(digest);
      took.set(what, [...(took.get(what) ?? []), tookMs]);
      say(`fleet: ${what}: ${(tookMs / 1000).toFixed(1)} s`);
    };
    const redis = hasRedis ? await startRedis() : null;
    if (!redis) say(`fleet: workers are not measured: ${whyNoRedis}`);
    try {
      for (let round = 0; round < rounds; round++) {
        const report = (what: string) => join(folder, `report-${round}-${what}`);
        for (const count of counts) note(way(count, 'process'), await replayAll(library, report(`p${count}`), '--processes', String(count)));
        if (!redis) continue;
        for (const count of counts) {
          const workers = await startWorkers(redis.url, count);
          try {
            note(way(count, 'worker'), await replayAll(library, report(`w${count}`), '--queue', redis.url));
          } finally {
            await Promise.all(workers.map(stop));
          }
        }
        note('2 workers, one killed', await withOneKilled(library, report('killed'), redis.url));
      }
    } finally {
      redis?.process.kill();
    }
    const elsewhere = await onOlderProcessor(library);
    if (elsewhere !== records) throw new Error(`${elsewhere} of ${records} records were identical without the newer instructions of the processor`);
    say(`fleet: ${elsewhere} records identical without AVX, FMA and BMI`);
    if (digests.size !== 1) throw new Error(`The answers differ between ways to get them: ${digests.size} kinds`);
    const perHour = (what: string) => (took.get(what) ?? []).map((ms) => (records * 3_600_000) / ms);
    const against = (reference: string) => `${reference}; all answers were the same`;
    const named = (what: string) => ({ name: 'fleet', measure: what, unit: 'records/h' });
    const measures: Measure[] = [];
    for (const kind of ['process', 'worker'] as const)
      for (const count of counts) {
        const [what, one] = [way(count, kind), way(1, kind)];
        if (took.has(what)) measures.push(measureOf({ ...named(what), against: against(one) }, perHour(what), perHour(one)));
      }
    const killed = '2 workers, one killed';
    if (took.has(killed)) measures.push(measureOf({ ...named(killed), against: against('2 workers') }, perHour(killed), perHour('2 workers')));
    return measures;
  },
};
