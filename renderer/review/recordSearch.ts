import type { RecordListItem, RecordQuery } from '../../src/link/link.ts';
import { dateText } from '../app/format.ts';
import { conditionText, text } from '../text.ts';

/** What the fields above the list hold; dates as `YYYY-MM-DD`, local. */
export interface RecordSearch {
  readonly words: string;
  readonly patient: string;
  readonly level: string;
  readonly from: string;
  readonly until: string;
  readonly alarm: string | null;
}

export const emptySearch: RecordSearch = { words: '', patient: '', level: '', from: '', until: '', alarm: null };
const dayMs = 24 * 3600 * 1000;

/** Midnight at the start of a local day; undefined for what is no date. */
function startOfDay(date: string): number | undefined {
  const ms = new Date(`${date}T00:00`).getTime();
  return Number.isNaN(ms) ? undefined : ms;
}

/** What the bridge is asked for; the free words are looked for here. */
export function queryOf({ patient, level, from, until, alarm }: RecordSearch): RecordQuery {
  const fromEpochMs = startOfDay(from);
  const untilEpochMs = startOfDay(until);
  return {
    ...(patient.trim() && { patient: patient.trim() }),
    ...(level.trim() && { level: level.trim() }),
    ...(fromEpochMs !== undefined && { fromEpochMs }),
    ...(untilEpochMs !== undefined && { beforeEpochMs: untilEpochMs + dayMs }),
    ...(alarm && { alarm }),
  };
}

const wordsOf = (item: RecordListItem): string =>
  [
    item.name,
    item.procedure,
    item.level,
    item.patient?.name,
    item.patient?.id,
    dateText(item.startedAtEpochMs),
    item.closed ? text.review.closed : text.review.notClosed,
    item.simulated ? text.review.simulated : text.review.real,
    ...item.alarms.flatMap(({ condition }) => [condition, conditionText(condition)]),
  ]
    .filter(Boolean)
    .join(' ')
    .toLowerCase();

/** Records that hold every word of the search, newest first. */
export function matchingRecords(records: readonly RecordListItem[], search: string): RecordListItem[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  return records.filter((item) => wanted.every((word) => wordsOf(item).includes(word))).sort((p, q) => q.startedAtEpochMs - p.startedAtEpochMs);
}
