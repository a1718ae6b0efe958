import pg from 'pg';
import { inputFault, ok, type Result } from '../../../src/base/result.ts';
import type { IndexDatabase, SqlValue } from './database.ts';

const connectTimeoutMs = 5000;
/** Any number, the same in every version: who holds this lock may change the schema. */
const schemaLock = 0x9ed1c1e;

function withoutPassword(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'the address given with --db';
  }
}

/** `?` of common SQL to `$1`, `$2`, … of PostgreSQL; no statement here has a question mark of its own. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll('?', () => `$${++count}`);
}

export async function openPostgres(url: string): Promise<Result<IndexDatabase>> {
  const place = withoutPassword(url);
  try {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs, application_name: 'pedicle index' });
    // Told by the command that fails next.
    client.on('error', () => undefined);
    await client.connect();
    return ok(wrap(place, client));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return inputFault(`No PostgreSQL answers at ${place} (${message || code || 'no reason given'}); check the address, the user and that the database exists.`);
  }
}

function wrap(place: string, client: pg.Client): IndexDatabase {
  return {
    place,
    async run(sql: string, values: readonly SqlValue[] = []) {
      await client.query(numbered(sql), [...values]);
    },
    rows: async (sql: string, values: readonly SqlValue[] = []) => (await client.query<Record<string, unknown>>(numbered(sql), [...values])).rows,
    async transaction(work, alone) {
      await client.query('BEGIN');
      try {
        if (alone) await client.query('SELECT pg_advisory_xact_lock($1)', [schemaLock]);
        const result = await work();
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    },
    close: () => client.end(),
  };
}
