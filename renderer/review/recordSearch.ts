import type { RecordListItem } from '../../src/link/link.ts';
import { dateText } from '../app/format.ts';
import { text } from '../text.ts';

const wordsOf = (item: RecordListItem): string =>
  [
    item.name,
    item.procedure,
    dateText(item.startedAtEpochMs),
    item.closed ? text.review.closed : text.review.notClosed,
    item.simulated ? text.review.simulated : text.review.real,
  ]
    .join(' ')
    .toLowerCase();

/** Records that hold every word of the search, newest first. */
export function matchingRecords(records: readonly RecordListItem[], search: string): RecordListItem[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  return records.filter((item) => wanted.every((word) => wordsOf(item).includes(word))).sort((p, q) => q.startedAtEpochMs - p.startedAtEpochMs);
}
