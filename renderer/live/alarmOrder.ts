import type { AlarmPriority } from '../../src/alarm/alarm.ts';
import type { StandingAlarm } from '../store/timeline.ts';

const rank: Readonly<Record<AlarmPriority, number>> = { high: 3, medium: 2, low: 1 };

/** Unacknowledged before acknowledged, then by priority, then the latest first. */
export const alarmOrder = (alarms: Iterable<StandingAlarm>): StandingAlarm[] =>
  [...alarms].sort((p, q) => Number(p.acknowledged) - Number(q.acknowledged) || rank[q.event.priority] - rank[p.event.priority] || q.sinceMs - p.sinceMs);
