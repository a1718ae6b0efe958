import { inputFault, ok, type Result } from '../../../src/base/result.ts';
import type { IndexDatabase } from './database.ts';

/**
 * The schema as steps that are only ever added to: each brings a database from the version before to its own. The same SQL for
 * SQLite and PostgreSQL. Times of events and alarms are ms since the session's start, `…_epoch_ms` Unix time.
 */
const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE record (
      library TEXT NOT NULL,
      name TEXT NOT NULL,
      state TEXT NOT NULL,
      indexed_at_epoch_ms BIGINT NOT NULL,
      problem TEXT,
      started_at_epoch_ms BIGINT,
      duration_ms DOUBLE PRECISION,
      procedure TEXT,
      level TEXT,
      patient_name TEXT,
      patient_id TEXT,
      simulated INTEGER,
      closed INTEGER,
      bytes BIGINT NOT NULL,
      software_version TEXT,
      runtime TEXT,
      frames_a INTEGER,
      frames_b INTEGER,
      peak_pressure_kpa DOUBLE PRECISION,
      cement_ml DOUBLE PRECISION,
      PRIMARY KEY (library, name))`,
    'CREATE INDEX record_started ON record (started_at_epoch_ms)',
    'CREATE INDEX record_patient ON record (patient_id)',
    `CREATE TABLE alarm (
      library TEXT NOT NULL,
      name TEXT NOT NULL,
      alarm_id TEXT NOT NULL,
      condition TEXT NOT NULL,
      priority TEXT NOT NULL,
      from_ms DOUBLE PRECISION NOT NULL,
      to_ms DOUBLE PRECISION,
      FOREIGN KEY (library, name) REFERENCES record (library, name) ON DELETE CASCADE)`,
    'CREATE INDEX alarm_record ON alarm (library, name)',
    'CREATE INDEX alarm_condition ON alarm (condition)',
    `CREATE TABLE event (
      library TEXT NOT NULL,
      name TEXT NOT NULL,
      seq INTEGER NOT NULL,
      t_ms DOUBLE PRECISION NOT NULL,
      topic TEXT NOT NULL,
      kind TEXT NOT NULL,
      data TEXT NOT NULL,
      FOREIGN KEY (library, name) REFERENCES record (library, name) ON DELETE CASCADE)`,
    'CREATE INDEX event_record ON event (library, name)',
    'CREATE INDEX event_kind ON event (topic, kind)',
  ],
];

/** Brings the database to this version's schema; refuses one that a newer version has changed. */
export async function migrate(database: IndexDatabase): Promise<Result<void>> {
  return database.transaction(async () => {
    await database.run('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)');
    const [row] = await database.rows('SELECT max(version) AS version FROM schema_version');
    const version = Number(row?.version ?? 0);
    if (version > migrations.length)
      return inputFault(
        `The index ${database.place} has schema ${version}, newer than the schema ${migrations.length} of this version: use the Pedicle that made it, or another index.`,
      );
    for (const [at, statements] of migrations.entries()) {
      if (at < version) continue;
      for (const statement of statements) await database.run(statement);
      await database.run('INSERT INTO schema_version (version) VALUES (?)', [at + 1]);
    }
    return ok(undefined);
  }, 'alone');
}
