import { dirname, resolve } from 'node:path';
import { failedFault, ok, type Result } from '../../../src/base/result.ts';
import { findRecords, type LibraryRecord } from '../library.ts';
import { type IndexDatabase, openIndexDatabase, type SqlValue } from './database.ts';
import { type IndexedRecord, readForIndex, recordState } from './indexedRecord.ts';
import { migrate } from './schema.ts';

/** What indexing did. */
export interface Indexed {
  readonly records: number;
  /** New or changed since the last time. */
  readonly indexed: number;
  readonly unchanged: number;
  /** In the index and no longer in the library. */
  readonly removed: number;
  readonly unreadable: readonly { readonly name: string; readonly problem: string }[];
  readonly place: string;
}

export interface IndexOptions {
  readonly onProgress: (done: number, of: number) => void;
  readonly signal: AbortSignal;
}

/** The file that the console looks for in the folder of its records. */
export const indexFileName = 'index.sqlite';
/** An index that lies in the library itself moves with it, so it does not say where that is. */
const hereName = '.';

/** What a library is called in an index. */
export const libraryNameIn = (library: string, fileOrUrl: string): string =>
  !/^\w+:\/\//.test(fileOrUrl) && dirname(resolve(fileOrUrl)) === resolve(library) ? hereName : resolve(library);

const recordColumns: readonly string[] = [
  ...['library', 'name', 'state', 'indexed_at_epoch_ms', 'problem', 'started_at_epoch_ms', 'duration_ms', 'procedure', 'level', 'patient_name'],
  ...['patient_id', 'simulated', 'closed', 'bytes', 'software_version', 'runtime', 'frames_a', 'frames_b', 'peak_pressure_kpa', 'cement_ml'],
];
const insertRecord = `INSERT INTO record (${recordColumns.join(', ')}) VALUES (${recordColumns.map(() => '?').join(', ')})`;
const insertAlarm = 'INSERT INTO alarm (library, name, alarm_id, condition, priority, from_ms, to_ms) VALUES (?, ?, ?, ?, ?, ?, ?)';
/** Rows in one statement: a round trip for each of thousands of events is what would take the time. */
const eventsAtOnce = 200;
const insertEvents = (rows: number) =>
  `INSERT INTO event (library, name, seq, t_ms, topic, kind, data) VALUES ${Array.from({ length: rows }, () => '(?, ?, ?, ?, ?, ?, ?)').join(', ')}`;

async function writeRecord(
  database: IndexDatabase,
  library: string,
  name: string,
  facts: { state: string; bytes: number },
  read: Result<IndexedRecord>,
): Promise<void> {
  const record = read.ok ? read.value : null;
  const values: readonly SqlValue[] = [
    ...[library, name, facts.state, Date.now(), read.ok ? null : read.fault.message, record?.startedAtEpochMs ?? null, record?.durationMs ?? null],
    ...[record?.procedure ?? null, record?.level ?? null, record?.patient?.name ?? null, record?.patient?.id ?? null],
    ...[record ? Number(record.simulated) : null, record ? Number(record.closed) : null, facts.bytes, record?.softwareVersion ?? null],
    ...[record?.runtime ?? null, record?.frames.a ?? null, record?.frames.b ?? null, record?.peakPressureKpa ?? null, record?.cementMl ?? null],
  ];
  await database.transaction(async () => {
    await database.run('DELETE FROM record WHERE library = ? AND name = ?', [library, name]);
    await database.run(insertRecord, values);
    for (const { id, condition, priority, fromMs, toMs } of record?.alarms ?? [])
      await database.run(insertAlarm, [library, name, id, condition, priority, fromMs, toMs]);
    const events = record?.events ?? [];
    for (let at = 0; at < events.length; at += eventsAtOnce) {
      const rows = events.slice(at, at + eventsAtOnce);
      await database.run(
        insertEvents(rows.length),
        rows.flatMap(({ seq, tMs, topic, kind, data }) => [library, name, seq, tMs, topic, kind, data]),
      );
    }
  });
}

/** Brings the index up to date with the library: what has not changed since is not read again. */
export async function indexLibrary(library: string, fileOrUrl: string, options: IndexOptions): Promise<Result<Indexed>> {
  const found = await findRecords(library);
  if (!found.ok) return found;
  const opened = await openIndexDatabase(fileOrUrl);
  if (!opened.ok) return opened;
  const database = opened.value;
  try {
    const migrated = await migrate(database);
    return migrated.ok ? ok(await update(database, libraryNameIn(library, fileOrUrl), found.value, options)) : migrated;
  } catch (error) {
    return failedFault(
      `Writing the index ${database.place} failed: ${error instanceof Error ? error.message : String(error)}. What was indexed before is kept.`,
    );
  } finally {
    await database.close();
  }
}

async function update(database: IndexDatabase, library: string, records: readonly LibraryRecord[], { onProgress, signal }: IndexOptions): Promise<Indexed> {
  const rows = await database.rows('SELECT name, state, problem FROM record WHERE library = ?', [library]);
  const known = new Map(rows.map((row) => [String(row.name), { state: String(row.state), problem: row.problem === null ? null : String(row.problem) }]));
  const unreadable: { name: string; problem: string }[] = [];
  let indexed = 0;
  let unchanged = 0;
  for (const [done, { name, folder }] of records.entries()) {
    if (signal.aborted) break;
    const facts = await recordState(folder);
    const before = known.get(name);
    if (before?.state === facts.state) {
      unchanged++;
      if (before.problem !== null) unreadable.push({ name, problem: before.problem });
    } else {
      const read = await readForIndex(folder);
      if (!read.ok) unreadable.push({ name, problem: read.fault.message });
      await writeRecord(database, library, name, facts, read);
      indexed++;
    }
    onProgress(done + 1, records.length);
  }
  const present = new Set(records.map(({ name }) => name));
  const gone = [...known.keys()].filter((name) => !present.has(name));
  for (const name of gone) await database.run('DELETE FROM record WHERE library = ? AND name = ?', [library, name]);
  return { records: records.length, indexed, unchanged, removed: gone.length, unreadable, place: database.place };
}
