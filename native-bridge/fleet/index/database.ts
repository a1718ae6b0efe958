import type { Result } from '../../../src/base/result.ts';

export type SqlValue = string | number | null;

/** What the index needs of a database; SQL is written so that SQLite and PostgreSQL both take it, with `?` for values. */
export interface IndexDatabase {
  /** Where it is, without what is secret in it. */
  readonly place: string;
  run(sql: string, values?: readonly SqlValue[]): Promise<void>;
  rows(sql: string, values?: readonly SqlValue[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** All of it or nothing. `alone`: nobody else does such a thing at the same time. */
  transaction<T>(work: () => Promise<T>, alone?: 'alone'): Promise<T>;
  close(): Promise<void>;
}

/** `postgres://…` or a file of SQLite, which is made when it is not there. */
export async function openIndexDatabase(fileOrUrl: string): Promise<Result<IndexDatabase>> {
  if (/^postgres(ql)?:\/\//.test(fileOrUrl)) return (await import('./postgres.ts')).openPostgres(fileOrUrl);
  return (await import('./sqlite.ts')).openSqlite(fileOrUrl);
}
