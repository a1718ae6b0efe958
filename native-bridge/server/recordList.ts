import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecordListItem, type RecordQuery, recordFits } from '../../src/link/link.ts';
import { recordState } from '../fleet/index/indexedRecord.ts';
import { readIndexedItems } from '../fleet/index/listIndex.ts';
import { openRecordReader } from '../record/reader.ts';
import type { RecordSummary } from '../record/record.ts';
import { readSummary } from '../record/summary.ts';

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size;
  return bytes;
}

type ListedAlarm = RecordListItem['alarms'][number];
const priorities: readonly ListedAlarm['priority'][] = ['high', 'medium', 'low'];

/** Alarms of a summary counted by condition, at the gravest priority that each had. */
export function countedAlarms(alarms: RecordSummary['alarms']): readonly ListedAlarm[] {
  const byCondition = new Map<string, ListedAlarm>();
  for (const { id, priority } of alarms) {
    const condition = id.split('/')[0] ?? id;
    const before = byCondition.get(condition);
    const gravest = priorities.find((known) => known === priority || known === before?.priority) ?? 'low';
    byCondition.set(condition, { condition, priority: gravest, count: (before?.count ?? 0) + 1 });
  }
  return [...byCondition.values()].sort((p, q) => (p.condition < q.condition ? -1 : 1));
}

async function listed(folder: string, name: string): Promise<RecordListItem | null> {
  const opened = await openRecordReader(folder);
  if (!opened.ok) return null;
  const { header, durationMs, closed } = opened.value;
  await opened.value.close();
  const summary = closed ? await readSummary(folder) : null;
  return {
    name,
    startedAtEpochMs: header.startedAtEpochMs,
    durationMs,
    procedure: header.procedure,
    closed,
    simulated: header.simulated,
    bytes: await folderBytes(folder),
    patient: summary?.patient ? { name: summary.patient.name, id: summary.patient.id } : null,
    level: summary?.level ?? null,
    alarms: countedAlarms(summary?.alarms ?? []),
  };
}

/** Folders that are looked at at the same time. */
const atOnce = 16;

/**
 * The records in a folder that fit, newest first. What the folder's index says is taken for records that have not changed since;
 * the others are opened. What cannot be read as a record is left out.
 */
export async function listRecords(recordsFolder: string, except: string | null, query: RecordQuery = {}): Promise<readonly RecordListItem[]> {
  const entries = await readdir(recordsFolder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && entry.name !== except).map(({ name }) => name);
  const indexed = await readIndexedItems(recordsFolder);
  const itemOf = async (name: string): Promise<RecordListItem | null> => {
    const folder = join(recordsFolder, name);
    const known = indexed.get(name);
    return known && known.state === (await recordState(folder)).state ? known.item : listed(folder, name);
  };
  const items: RecordListItem[] = [];
  for (let at = 0; at < names.length; at += atOnce) {
    const found = await Promise.all(names.slice(at, at + atOnce).map(itemOf));
    for (const item of found) if (item && recordFits(item, query)) items.push(item);
  }
  return items.sort((a, b) => b.startedAtEpochMs - a.startedAtEpochMs);
}
