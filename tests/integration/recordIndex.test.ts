import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { indexLibrary } from '../../native-bridge/fleet/index/indexLibrary.ts';
import { listRecords } from '../../native-bridge/server/recordList.ts';
import { jsonOf, pedicle } from './pedicle.ts';
import { hasPostgres, startPostgres, whyNoPostgres } from './postgresServer.ts';
import { recordSimulation } from './simulatedRecord.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-index-'));
const at = (name: string) => join(folder, name);
const original = at('original');
const library = at('library');
const options = { onProgress: () => undefined, signal: new AbortController().signal };

beforeAll(() => recordSimulation(original, { scenario: 'leak-posterior', seconds: 50, planes: ['b'], size: 64, fps: 1 }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => rmSync(library, { recursive: true, force: true }));

function fill(...names: readonly string[]): void {
  for (const name of names) cpSync(original, join(library, name), { recursive: true, preserveTimestamps: true });
}

async function indexed(db: string) {
  const result = await indexLibrary(library, db, options);
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

const rowsOf = (path: string, sql: string) => {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare(sql).all();
  database.close();
  return rows;
};

describe('the index of a library', () => {
  const db = join(library, 'index.sqlite');

  test('holds a row a record with its events and alarms, and only its owner may read it', async () => {
    fill('one', 'two');
    expect(await indexed(db)).toMatchObject({ records: 2, indexed: 2, unchanged: 0, removed: 0, unreadable: [] });
    expect(statSync(db).mode & 0o077).toBe(0);
    const [record] = rowsOf(db, "SELECT * FROM record WHERE name = 'one'");
    expect(record).toMatchObject({
      library: '.',
      procedure: expect.any(String),
      level: expect.stringMatching(/^[TL]\d+$/),
      duration_ms: 50_000,
      simulated: 1,
      closed: 1,
    });
    expect(Number(record?.cement_ml)).toBeGreaterThan(0.5);
    const summary = JSON.parse(readFileSync(join(library, 'one', 'summary.json'), 'utf8')) as {
      readonly alarms: readonly unknown[];
      readonly telemetry: Record<string, number>;
    };
    expect(rowsOf(db, "SELECT count(*) AS n FROM alarm WHERE name = 'one'")).toEqual([{ n: summary.alarms.length }]);
    expect(rowsOf(db, "SELECT count(*) AS n FROM event WHERE name = 'one' AND topic = '/operator'")).toEqual([{ n: summary.telemetry['/operator'] }]);
  });

  test('the events do not say who the patient is', async () => {
    fill('one');
    await indexed(db);
    const [{ patient_name: name } = {}] = rowsOf(db, 'SELECT patient_name FROM record');
    const text = JSON.stringify(rowsOf(db, 'SELECT * FROM event'));
    if (typeof name === 'string') expect(text).not.toContain(name);
    expect(rowsOf(db, "SELECT data FROM event WHERE topic = '/operator' AND kind = 'patient'").every(({ data }) => data === '{"kind":"patient"}')).toBe(true);
  });

  test('what has not changed is skipped, what has is read again, what is gone is removed', async () => {
    fill('one', 'two', 'three');
    await indexed(db);
    expect(await indexed(db)).toMatchObject({ indexed: 0, unchanged: 3, removed: 0 });
    utimesSync(join(library, 'two', 'telemetry.mcap'), 1, 1);
    rmSync(join(library, 'three'), { recursive: true });
    expect(await indexed(db)).toMatchObject({ records: 2, indexed: 1, unchanged: 1, removed: 1 });
    expect(rowsOf(db, "SELECT count(*) AS n FROM event WHERE name = 'three'")).toEqual([{ n: 0 }]);
  });

  test('a record that cannot be read is kept with what is wrong with it, and said each time: exit status 1', async () => {
    fill('one');
    mkdirSync(join(library, 'broken'));
    writeFileSync(join(library, 'broken', 'telemetry.mcap'), 'no MCAP file');
    for (const count of [2, 0]) {
      const ended = await pedicle('index', library, '--json');
      expect(ended.status).toBe(1);
      expect(jsonOf(ended)).toMatchObject({
        records: 2,
        indexed: count,
        unreadable: [{ name: 'broken', problem: expect.stringContaining('does not begin like an MCAP file') }],
      });
    }
  });

  test('an index of a newer version, and a file that is none, are refused in a sentence: exit status 2', async () => {
    fill('one');
    await indexed(db);
    const database = new DatabaseSync(db);
    database.exec('INSERT INTO schema_version (version) VALUES (99)');
    database.close();
    const newer = await pedicle('index', library);
    expect(newer).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('has schema 99, newer than the schema') });
    const other = at('other.txt');
    writeFileSync(other, 'a text that is long enough to be no empty database, whatever else it may be');
    const none = await pedicle('index', library, '--db', other);
    expect(none).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('is not a database') });
    expect(readFileSync(other, 'utf8')).toMatch(/^a text that/);
  });
});

describe('the list of records', () => {
  const db = join(library, 'index.sqlite');

  test('is the same with an index and without one', async () => {
    fill('one', 'two');
    const without = await listRecords(library, null);
    await indexed(db);
    const withIndex = await listRecords(library, null);
    expect(withIndex).toEqual(without);
    expect(withIndex).toHaveLength(2);
    expect(withIndex[0]?.alarms.length).toBeGreaterThan(0);
  });

  test('takes unchanged records from the index without opening them, and opens those that changed', async () => {
    fill('one', 'two');
    await indexed(db);
    const database = new DatabaseSync(db);
    database.exec("UPDATE record SET level = 'T7'");
    database.close();
    utimesSync(join(library, 'two', 'telemetry.mcap'), 1, 1);
    const levels = Object.fromEntries((await listRecords(library, null)).map(({ name, level }) => [name, level]));
    expect(levels.one).toBe('T7');
    expect(levels.two).not.toBe('T7');
    expect(await listRecords(library, null, { level: 't7' })).toMatchObject([{ name: 'one' }]);
  });

  test('still works when the library has been moved to another place', async () => {
    fill('one');
    await indexed(db);
    const moved = at('moved');
    renameSync(library, moved);
    const database = new DatabaseSync(join(moved, 'index.sqlite'));
    database.exec("UPDATE record SET level = 'T7'");
    database.close();
    expect(await listRecords(moved, null)).toMatchObject([{ name: 'one', level: 'T7' }]);
    rmSync(moved, { recursive: true });
  });

  test('a damaged index is no obstacle: records are opened instead', async () => {
    fill('one');
    writeFileSync(db, 'damaged, and long enough to be no empty database at all, whatever else it may be');
    expect(await listRecords(library, null)).toMatchObject([{ name: 'one' }]);
  });
});

describe.skipIf(!hasPostgres)(`the index in PostgreSQL${hasPostgres ? '' : `: skipped, ${whyNoPostgres}`}`, () => {
  let server: ReturnType<typeof startPostgres> | null = null;
  beforeAll(() => {
    server = startPostgres();
  });
  afterAll(() => server?.stop());

  test('the same rows as in SQLite, incremental, two libraries side by side; the password is not shown', async () => {
    fill('one', 'two');
    const url = server?.url ?? '';
    const first = await pedicle('index', library, '--db', url, '--json');
    expect(first.status).toBe(0);
    expect(jsonOf(first)).toMatchObject({ records: 2, indexed: 2, unchanged: 0 });
    expect(first.stdout).not.toContain('secret');
    expect(await indexed(url)).toMatchObject({ indexed: 0, unchanged: 2 });
    await indexLibrary(folder, url, options);
    const db = at('compare.sqlite');
    await indexed(db);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const columns = 'name, procedure, level, patient_name, duration_ms, frames_a, cement_ml, simulated';
    for (const [table, what] of [
      ['record', columns],
      ['alarm', 'name, alarm_id, condition, priority, from_ms, to_ms'],
      ['event', 'name, seq, t_ms, topic, kind, data'],
    ]) {
      const order = table === 'event' ? 'name, seq, topic, kind, data' : 'name';
      const { rows } = await client.query<Record<string, unknown>>(`SELECT ${what} FROM ${table} WHERE library = $1 ORDER BY ${order}`, [library]);
      expect(rows).toEqual(rowsOf(db, `SELECT ${what} FROM ${table} ORDER BY ${order}`).map((row) => ({ ...row })));
      expect(rows.length).toBeGreaterThan(0);
    }
    const { rows: libraries } = await client.query('SELECT DISTINCT library FROM record ORDER BY library');
    expect(libraries).toHaveLength(2);
    await client.end();
  });

  test('a server that is not there is told in a sentence: exit status 2', async () => {
    fill('one');
    const ended = await pedicle('index', library, '--db', 'postgres://u:secret@127.0.0.1:1/x');
    expect(ended).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('No PostgreSQL answers at postgres://127.0.0.1:1/x') });
    expect(ended.stderr).not.toContain('secret');
  });
});
