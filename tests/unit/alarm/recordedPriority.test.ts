import { describe, expect, test } from 'vitest';
import { logEntries } from '../../../native-bridge/export/dicom/logEntries.ts';
import { collectFacts } from '../../../native-bridge/export/report/collect.ts';
import type { RecordReader } from '../../../native-bridge/record/record.ts';
import { startTally } from '../../../native-bridge/session/tally.ts';
import type { AlarmEvent } from '../../../src/alarm/alarm.ts';
import type { Sample } from '../../../src/sample/sample.ts';
import { frameAttributes } from '../../../test-data/frameAttributes.ts';
import { testHeader } from '../recordFixture.ts';

const alarm = (tMs: number, phase: AlarmEvent['phase'], priority: AlarmEvent['priority'], message: string): Sample => ({
  topic: '/alarm',
  tMs,
  seq: tMs,
  data: { id: 'injector-lost', condition: 'injector-lost', priority, phase, message, advice: '', value: null, limit: null },
});
const frame = (tMs: number): Sample =>
  ({ topic: '/plane/a/frame', tMs, seq: tMs, data: { attributes: frameAttributes({ rows: 1, columns: 1 }), pixels: new Uint16Array(1) } }) as Sample;

/** Lost while nothing was in the balloon, then with pressure in it, then told milder again, and found. */
const course = [
  frame(50),
  alarm(100, 'raised', 'low', 'lost'),
  frame(150),
  alarm(200, 'changed', 'high', 'lost under pressure'),
  frame(250),
  alarm(300, 'changed', 'medium', 'lost (when last known)'),
  alarm(400, 'ended', 'medium', 'lost (when last known)'),
];

/** As much of a record as is read here. */
function recordOf(samples: readonly Sample[]): RecordReader {
  const all = async function* () {
    yield* samples;
  };
  const durationMs = samples.at(-1)?.tMs ?? 0;
  return { samples: all, header: testHeader, durationMs, planes: ['a'], closed: true, cut: () => null } as unknown as RecordReader;
}

describe('an alarm that becomes graver, and milder again', () => {
  test('stands in the summary and the report as the gravest that it was, with what it said then', async () => {
    const tally = startTally();
    for (const sample of course) tally.count(sample);
    expect(tally.summary().alarms).toEqual([{ id: 'injector-lost', priority: 'high', fromMs: 100, toMs: 400 }]);
    const { alarms } = await collectFacts({ reader: recordOf(course), step: () => undefined });
    expect(alarms).toMatchObject([{ priority: 'high', message: 'lost under pressure', raisedMs: 100, endedMs: 400 }]);
  });

  test('has its picture in the report from when it became more than low', async () => {
    const { keyFrames } = await collectFacts({ reader: recordOf(course), step: () => undefined });
    expect(keyFrames.map(({ frameSeq, why }) => [frameSeq, why])).toEqual([
      [150, 'lost under pressure'],
      [250, 'Last picture'],
    ]);
  });

  test('is in the procedure log when it becomes graver, not when it becomes milder', async () => {
    const entries = await logEntries(recordOf(course));
    expect(entries.map(({ tMs, value }) => [tMs, 'text' in value ? value.text : ''])).toEqual([
      [100, 'Alarm raised (low priority): lost'],
      [200, 'Alarm now graver (high priority): lost under pressure'],
      [400, 'Alarm ended (medium priority): lost (when last known)'],
    ]);
  });
});
