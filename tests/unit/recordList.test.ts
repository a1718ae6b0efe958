import { expect, test } from 'vitest';
import { countedAlarms } from '../../native-bridge/server/recordList.ts';
import { type RecordListItem, recordFits } from '../../src/link/link.ts';

const item: RecordListItem = {
  name: '2026-01-02_kyphoplasty',
  startedAtEpochMs: 1_767_312_000_000,
  durationMs: 60_000,
  procedure: 'kyphoplasty',
  closed: true,
  simulated: true,
  bytes: 1,
  patient: { name: 'Example^Eva', id: 'X-17' },
  level: 'L1',
  alarms: [{ condition: 'cement-leak', priority: 'high', count: 2 }],
};

test('a search without fields lists every record', () => {
  expect(recordFits(item, {})).toBe(true);
  expect(recordFits({ ...item, patient: null, level: null, alarms: [] }, {})).toBe(true);
});

test('part of the name or of the id finds a patient, in any case; a record without one is not found', () => {
  expect(recordFits(item, { patient: 'eva' })).toBe(true);
  expect(recordFits(item, { patient: ' x-17 ' })).toBe(true);
  expect(recordFits(item, { patient: 'adam' })).toBe(false);
  expect(recordFits({ ...item, patient: null }, { patient: 'eva' })).toBe(false);
});

test('a level is found as a whole: L1 does not find L11', () => {
  expect(recordFits(item, { level: 'l1' })).toBe(true);
  expect(recordFits({ ...item, level: 'L11' }, { level: 'L1' })).toBe(false);
});

test('the span of dates holds its start and not its end', () => {
  expect(recordFits(item, { fromEpochMs: item.startedAtEpochMs })).toBe(true);
  expect(recordFits(item, { beforeEpochMs: item.startedAtEpochMs })).toBe(false);
});

test('an alarm is found by its condition, or any', () => {
  expect(recordFits(item, { alarm: 'cement-leak' })).toBe(true);
  expect(recordFits(item, { alarm: 'any' })).toBe(true);
  expect(recordFits(item, { alarm: 'disk' })).toBe(false);
  expect(recordFits({ ...item, alarms: [] }, { alarm: 'any' })).toBe(false);
});

test('alarms are counted by condition whatever their subject, at their gravest priority', () => {
  const at = { fromMs: 0, toMs: null };
  expect(
    countedAlarms([
      { id: 'cement-leak/b', priority: 'medium', ...at },
      { id: 'disk', priority: 'low', ...at },
      { id: 'cement-leak/a', priority: 'high', ...at },
    ]),
  ).toEqual([
    { condition: 'cement-leak', priority: 'high', count: 2 },
    { condition: 'disk', priority: 'low', count: 1 },
  ]);
});
