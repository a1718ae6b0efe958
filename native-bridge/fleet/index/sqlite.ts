import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { inputFault, ok, type Result } from '../../../src/base/result.ts';
import type { IndexDatabase, SqlValue } from './database.ts';

/** A writer waits so long for another one. */
const busyMs = 10_000;

/** Opens or makes the file. It names patients: nobody but its owner may read it. */
export function openSqlite(path: string, options: { readonly readOnly?: true } = {}): Result<IndexDatabase> {
  try {
    if (!options.readOnly) closeSync(openSync(path, 'a', 0o600));
    const database = new DatabaseSync(path, { readOnly: options.readOnly ?? false, timeout: busyMs });
    // The console reads while an indexer writes; rows go with the record that they belong to.
    if (!options.readOnly) database.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL;');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return ok(wrap(path, database));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return inputFault(`The index ${path} cannot be opened (${why}); name another file with --db, or, if it is a damaged index, remove it and index again.`);
  }
}

function wrap(place: string, database: DatabaseSync): IndexDatabase {
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const statement = (sql: string) => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    place,
    async run(sql: string, values: readonly SqlValue[] = []) {
      statement(sql).run(...values);
    },
    rows: async (sql: string, values: readonly SqlValue[] = []) => statement(sql).all(...values),
    async transaction(work) {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = await work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    async close() {
      database.close();
    },
  };
}
