import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AlarmPriority } from '../../../src/alarm/alarm.ts';
import type { RecordListItem } from '../../../src/link/link.ts';
import type { IndexDatabase } from './database.ts';
import { indexFileName } from './indexLibrary.ts';
import { openSqlite } from './sqlite.ts';

const recordRow = z.object({
  name: z.string(),
  state: z.string(),
  started_at_epoch_ms: z.coerce.number(),
  duration_ms: z.coerce.number(),
  procedure: z.string(),
  level: z.string().nullable(),
  patient_name: z.string().nullable(),
  patient_id: z.string().nullable(),
  simulated: z.coerce.number(),
  closed: z.coerce.number(),
  bytes: z.coerce.number(),
});
const alarmRow = z.object({ name: z.string(), condition: z.string(), grave: z.coerce.number(), count: z.coerce.number() });
const priorities: readonly AlarmPriority[] = ['high', 'medium', 'low'];

/** A record as the index has it, and the state of its files at that time. */
export interface IndexedItem {
  readonly item: RecordListItem;
  readonly state: string;
}

const noIndex: ReadonlyMap<string, IndexedItem> = new Map();

/** What the index file in a folder of records says of them, by name; nothing when there is none. */
export async function readIndexedItems(recordsFolder: string): Promise<ReadonlyMap<string, IndexedItem>> {
  const path = join(recordsFolder, indexFileName);
  if (!existsSync(path)) return noIndex;
  const opened = openSqlite(path, { readOnly: true });
  if (!opened.ok) {
    process.stderr.write(`pedicle: ${opened.fault.message} Until then every record is opened for the list.\n`);
    return noIndex;
  }
  try {
    return await indexedItems(opened.value, '.');
  } catch (error) {
    process.stderr.write(
      `pedicle: The index ${path} cannot be read (${error instanceof Error ? error.message : String(error)}); every record is opened for the list.\n`,
    );
    return noIndex;
  } finally {
    await opened.value.close();
  }
}

/** The readable records of one library in an index, by name. */
export async function indexedItems(database: IndexDatabase, library: string): Promise<ReadonlyMap<string, IndexedItem>> {
  const records = z.array(recordRow).parse(await database.rows('SELECT * FROM record WHERE library = ? AND problem IS NULL', [library]));
  const counted = await database.rows(
    `SELECT name, condition, min(CASE priority WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END) AS grave, count(*) AS count
     FROM alarm WHERE library = ? GROUP BY name, condition ORDER BY name, condition`,
    [library],
  );
  const alarms = Map.groupBy(z.array(alarmRow).parse(counted), ({ name }) => name);
  return new Map(
    records.map((row) => [
      row.name,
      {
        state: row.state,
        item: {
          name: row.name,
          startedAtEpochMs: row.started_at_epoch_ms,
          durationMs: row.duration_ms,
          procedure: row.procedure,
          closed: row.closed !== 0,
          simulated: row.simulated !== 0,
          bytes: row.bytes,
          patient: row.patient_name === null || row.patient_id === null ? null : { name: row.patient_name, id: row.patient_id },
          level: row.level,
          alarms: (alarms.get(row.name) ?? []).map(({ condition, grave, count }) => ({ condition, priority: priorities[grave] ?? 'low', count })),
        },
      },
    ]),
  );
}
