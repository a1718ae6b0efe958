import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import { openReviewIndex } from '../../native-bridge/server/reviewIndex.ts';
import { decimate } from '../../renderer/live/curveData.ts';
import { alarmSpans } from '../../renderer/review/alarmSpans.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { InjectorState } from '../../src/injector/state.ts';
import type { Curve } from '../../src/link/link.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { testHeader, testSummary } from '../unit/recordFixture.ts';
import { alternate, type Benchmark, measureOf, median } from './benchmark.ts';

const hours = 2;
const lengthMs = hours * 3_600_000;
const lookups = 200;
/** As many lookups are a millisecond: the median of many such, since a pause of the system in one would be ten times as long. */
const batches = 25;
/** As wide as the strip of curves on a screen of 1920 pixels. */
const stripPx = 1500;

const stateAt = (n: number): InjectorState => ({
  device: 'injector',
  driver: 'pedicle-v1',
  connection: 'connected',
  simulated: true,
  message: '',
  reading: null,
  readingAtMs: n,
  burstPeakKpa: null,
  deviceAlarm: null,
  identity: null,
  zeroMl: 0,
  line: { corrupt: 0, missing: 0, repeated: 0 },
  clock: null,
  balloon: { volumeMl: n % 4, inflations: 1, peakPressureKpa: n % 2000, ruptured: false, current: null, history: [], hold: null },
  cement: { volumeMl: 0, sinceZeroMl: 0, rateMlPerMin: null, backPressureKpa: null, peakBackPressureKpa: 0, mixedAtMs: null, clock: null, phase: null },
});

/** Fifty readings and ten states a second, a mark every half minute. */
function* session(): Generator<Sample> {
  for (let seq = 0, tMs = 0; tMs < lengthMs; seq++, tMs += 20) {
    const volumeMl = Math.round(1000 * (2 + 2 * Math.sin(tMs / 60_000))) / 1000;
    const reading = {
      device: 'injector',
      pressureKpa: (seq * 7) % 2000,
      volumeMl,
      rateMlPerMin: null,
      mode: 'balloon',
      deviceTimeMs: tMs,
      status: 'ok',
    } as const;
    yield { topic: '/tick', seq, tMs, data: { count: seq } };
    yield { topic: '/injector/reading', seq, tMs, data: reading };
    if (seq % 5 === 0) yield { topic: '/injector/state', seq, tMs, data: stateAt(tMs) };
    if (seq % 1500 === 0) yield { topic: '/alarm', seq, tMs, data: alarmOf(seq) };
  }
}

const alarmOf = (seq: number) =>
  ({
    id: `disk/${seq}`,
    condition: 'disk',
    priority: 'low',
    phase: 'raised',
    message: 'An alarm',
    advice: 'None',
    value: null,
    limit: null,
  }) as const;

async function write(folder: string, database: DatabaseSync): Promise<void> {
  const opened = await openRecordWriter({ folder }, testHeader);
  if (!opened.ok) throw new Error(opened.fault.message);
  database.exec('pragma journal_mode = off; create table sample (topic text, tMs real, seq integer, data text); begin');
  const insert = database.prepare('insert into sample values (?, ?, ?, ?)');
  let count = 0;
  for (const sample of session()) {
    opened.value.write(sample);
    insert.run(sample.topic, sample.tMs, sample.seq, JSON.stringify(sample.data));
    if (++count % 5000 === 0) await opened.value.drained(1 << 20);
  }
  database.exec('commit; create index at on sample (topic, tMs)');
  const closed = await opened.value.close(testSummary);
  if (!closed.ok) throw new Error(closed.fault.message);
}

const perLookupUs = (startMs: number): number => ((performance.now() - startMs) * 1000) / lookups;

/** A lookup of `ask`, µs: median over the batches of `times`. */
async function batchedUs(times: readonly number[], ask: (tMs: number) => unknown): Promise<number> {
  const each: number[] = [];
  for (let from = 0; from < times.length; from += lookups) {
    const startMs = performance.now();
    for (const tMs of times.slice(from, from + lookups)) await ask(tMs);
    each.push(perLookupUs(startMs));
  }
  return median(each);
}

/** What the review asks of a two-hour session, by its own functions, beside SQLite with the same rows and an index on topic and time. */
export const telemetryBenchmark: Benchmark = {
  name: 'telemetry',
  what: 'last value, range and events out of a two-hour session',
  async run({ folder, rounds, say }) {
    const database = new DatabaseSync(join(folder, 'same.sqlite'));
    const record = join(folder, 'record');
    await write(record, database);
    say('telemetry: two hours are written, asking …');
    const reader = await openRecordReader(record);
    if (!reader.ok) throw new Error(reader.fault.message);
    const index = await openReviewIndex(record, reader.value.header);
    const events: Sample[] = [];
    const curve = { tMs: [] as number[], pressureKpa: [] as (number | null)[], volumeMl: [] as (number | null)[], mode: [] as Curve['mode'][number][] };
    await index.walk(({ samples, curves }) => {
      events.push(...samples);
      for (const part of Object.values(curves))
        for (const [i, tMs] of part.tMs.entries()) {
          curve.tMs.push(tMs);
          curve.pressureKpa.push(part.pressureKpa[i] ?? null);
          curve.volumeMl.push(part.volumeMl[i] ?? null);
          curve.mode.push(part.mode[i] ?? null);
        }
    });
    const random = seededRandom(11);
    const someTimes = (count: number) => Array.from({ length: count }, () => random.next() * lengthMs);
    const times = someTimes(lookups);
    const manyTimes = someTimes(batches * lookups);
    const last = database.prepare("select data from sample where topic = '/injector/state' and tMs <= ? order by tMs desc limit 1");
    const range = database.prepare("select tMs, data from sample where topic = '/injector/reading' and tMs between ? and ?");
    const named = database.prepare("select tMs, data from sample where topic = '/alarm' order by tMs");
    const askIndex = (tMs: number) => index.moment(tMs);
    const askDatabase = (tMs: number) => JSON.parse(String(last.get(tMs)?.data));
    const firstTimes = Array.from({ length: rounds + 1 }, () => someTimes(batches * lookups));
    const firstAsked = await alternate(
      rounds,
      (round) => batchedUs(firstTimes[round + 1] ?? [], askIndex),
      (round) => batchedUs(firstTimes[round + 1] ?? [], askDatabase),
    );
    const lastValue = await alternate(
      rounds,
      () => batchedUs(manyTimes, askIndex),
      () => batchedUs(manyTimes, askDatabase),
    );
    const ranges = await alternate(
      rounds,
      () => batchedUs(times, (fromMs) => decimate(curve, fromMs, fromMs + 60_000, stripPx)),
      () => batchedUs(times, (fromMs) => range.all(fromMs, fromMs + 60_000).map((row) => JSON.parse(String(row.data)))),
    );
    const listed = await alternate(
      rounds,
      () => batchedUs(times, () => alarmSpans(events, lengthMs)),
      () => batchedUs(times, () => named.all().map((row) => JSON.parse(String(row.data)))),
    );
    await index.close();
    await reader.value.close();
    database.close();
    const said = { name: 'telemetry', unit: 'µs' } as const;
    return [
      measureOf(
        { ...said, measure: 'last state at a time', against: 'SQLite, indexed by topic and time', target: { of: 'ratio', atMost: 1 } },
        lastValue.ours,
        lastValue.reference,
      ),
      measureOf(
        { ...said, measure: 'last state, asked for the first time and held against its schema', against: 'SQLite, which checks nothing' },
        firstAsked.ours,
        firstAsked.reference,
      ),
      measureOf(
        { ...said, measure: 'a minute of the curve, as the strip draws it', against: 'SQLite, the rows alone', target: { of: 'ratio', atMost: 1 } },
        ranges.ours,
        ranges.reference,
      ),
      measureOf(
        { ...said, measure: 'all alarms, as spans of the track', against: 'SQLite, the rows alone', target: { of: 'ratio', atMost: 1 } },
        listed.ours,
        listed.reference,
      ),
    ];
  },
};
