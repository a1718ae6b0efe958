import { describe, expect, test } from 'vitest';
import { alarmOrder } from '../../renderer/live/alarmOrder.ts';
import { createTimelineCursor, emptyTimeline, foldSamples, mixedAtMs, whileRunning } from '../../renderer/store/timeline.ts';
import type { AlarmEvent } from '../../src/alarm/alarm.ts';
import { indexAt } from '../../src/base/times.ts';
import type { OperatorEvent, Sample } from '../../src/sample/index.ts';

const alarm = (phase: AlarmEvent['phase'], id = 'cement-leak/b', priority: AlarmEvent['priority'] = 'high'): AlarmEvent => ({
  id,
  condition: 'cement-leak',
  priority,
  phase,
  message: 'Cement outside the vertebral body',
  advice: 'Stop',
  value: null,
  limit: null,
});
const alarmAt = (tMs: number, event: AlarmEvent): Sample => ({ topic: '/alarm', tMs, seq: tMs, data: event });
const markAt = (tMs: number): Sample => ({ topic: '/operator', tMs, seq: tMs, data: { kind: 'mark' } });

describe('the timeline', () => {
  test('knows an alarm from being raised until it has ended, and whether it was acknowledged', () => {
    const raised = foldSamples(emptyTimeline, [alarmAt(10, alarm('raised'))]);
    expect(raised.alarms.get('cement-leak/b')).toMatchObject({ sinceMs: 10, acknowledged: false });
    const seen = foldSamples(raised, [alarmAt(20, alarm('acknowledged'))]);
    expect(seen.alarms.get('cement-leak/b')).toMatchObject({ sinceMs: 10, acknowledged: true });
    const changed = foldSamples(seen, [alarmAt(30, alarm('changed'))]);
    expect(changed.alarms.get('cement-leak/b')).toMatchObject({ sinceMs: 10, acknowledged: true });
    expect(foldSamples(changed, [alarmAt(40, alarm('ended'))]).alarms.size).toBe(0);
  });

  test('leaves its alarms to the record when the session has ended: nobody can acknowledge them there, and none sounds into the next one', () => {
    const raised = foldSamples(emptyTimeline, [markAt(5), alarmAt(10, alarm('raised'))]);
    expect(whileRunning(raised, false)).toBe(raised);
    const ended = whileRunning(raised, true);
    expect(ended.alarms.size).toBe(0);
    expect(ended.events).toEqual(raised.events);
  });

  test('does not take an acknowledgement over to the next time the alarm is raised', () => {
    const again = foldSamples(emptyTimeline, [
      alarmAt(10, alarm('raised')),
      alarmAt(20, alarm('acknowledged')),
      alarmAt(30, alarm('ended')),
      alarmAt(40, alarm('raised')),
    ]);
    expect(again.alarms.get('cement-leak/b')).toMatchObject({ sinceMs: 40, acknowledged: false });
  });

  test('knows when cement was mixed, and forgets what was taken back', () => {
    const operatorAt = (tMs: number, data: OperatorEvent): Sample => ({ topic: '/operator', tMs, seq: tMs, data });
    const twice = foldSamples(emptyTimeline, [operatorAt(10, { kind: 'cement-mixed' }), operatorAt(20, { kind: 'cement-mixed' })]);
    expect(mixedAtMs(twice)).toBe(20);
    const once = foldSamples(twice, [operatorAt(30, { kind: 'correction', of: 20, text: '' })]);
    expect(mixedAtMs(once)).toBe(10);
    expect(mixedAtMs(foldSamples(once, [operatorAt(40, { kind: 'correction', of: 10, text: '' })]))).toBeNull();
  });

  test('does not change the state it was folded from', () => {
    const before = foldSamples(emptyTimeline, [markAt(1)]);
    foldSamples(before, [markAt(2), alarmAt(3, alarm('raised'))]);
    expect(before.events).toHaveLength(1);
    expect(before.alarms.size).toBe(0);
  });

  test('of a record is the same at a moment whether played to or jumped to', () => {
    const samples = [markAt(10), alarmAt(20, alarm('raised')), markAt(30), alarmAt(40, alarm('ended')), markAt(50)];
    const played = createTimelineCursor(samples);
    for (const tMs of [0, 10, 25, 45, 60]) {
      const jumped = createTimelineCursor(samples)(tMs);
      expect(played(tMs)).toEqual(jumped);
    }
    expect(played(25)).toEqual(createTimelineCursor(samples)(25));
  });
});

test('alarms stand with the unseen first, then the most urgent, then the latest', () => {
  const standing = (id: string, priority: AlarmEvent['priority'], sinceMs: number, acknowledged: boolean) => ({
    event: alarm('raised', id, priority),
    sinceMs,
    acknowledged,
  });
  const order = alarmOrder([
    standing('seen', 'high', 9, true),
    standing('low', 'low', 8, false),
    standing('early', 'high', 1, false),
    standing('late', 'high', 5, false),
  ]);
  expect(order.map(({ event }) => event.id)).toEqual(['late', 'early', 'low', 'seen']);
});

test('a moment finds the last point at or before it', () => {
  expect([-1, 0, 5, 10, 99].map((tMs) => indexAt([0, 10, 20], tMs))).toEqual([-1, 0, 0, 1, 2]);
});
