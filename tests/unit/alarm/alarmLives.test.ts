import { describe, expect, test } from 'vitest';
import type { AlarmCondition } from '../../../src/alarm/alarm.ts';
import { alarmTable } from '../../../src/alarm/table.ts';
import { alarmSession } from './alarmSession.ts';

type Session = ReturnType<typeof alarmSession>;

/** How a condition comes to hold, from 0 on, and how it ends, from 600,000 ms on; both keep what else goes on going. */
interface Life {
  holds(session: Session): void;
  ends(session: Session): void;
}

const endMs = 600_000;
/** A steady stream of readings, so that the device is never silent. */
const measureFor = (session: Session, fromMs: number, toMs: number, measured: Parameters<Session['measure']>[1]) => {
  for (let tMs = fromMs; tMs <= toMs; tMs += 100) session.measure(tMs, measured);
};
const limits = { pressureKpa: 1000, balloonVolumeMl: 3, cementVolumeMl: 4 };
const bodyPlan = { version: 1 as const, limits, planes: { a: { vertebralBody: [[1, 1] as const, [5, 1] as const, [5, 5] as const] } } };
const atLimit = (over: Parameters<Session['measure']>[1], under: Parameters<Session['measure']>[1]): Life => ({
  holds: (session) => measureFor(session, 100, 500, over),
  ends: (session) => measureFor(session, endMs, endMs + 500, under),
});
const seenBy = (cement: Parameters<Session['frame']>[2]): Life => ({
  holds: (session) => {
    for (let tMs = 0; tMs <= 500; tMs += 66) session.frame('a', tMs, cement);
  },
  ends: (session) => session.frame('a', endMs),
});

const lives: Readonly<Record<AlarmCondition, Life>> = {
  'balloon-rupture': {
    holds: (session) => {
      for (let tMs = 0; tMs <= 2000; tMs += 20) session.measure(tMs, { pressureKpa: tMs / 4, volumeMl: tMs / 1000 });
      for (let tMs = 2020; tMs <= 2400; tMs += 20) session.measure(tMs, { pressureKpa: 40, volumeMl: 2 });
    },
    // The next inflation begins with a whole balloon.
    ends: (session) => {
      measureFor(session, endMs, endMs + 2000, { pressureKpa: 0, volumeMl: 0 });
      for (let tMs = 0; tMs <= 2000; tMs += 20) session.measure(endMs + 2100 + tMs, { pressureKpa: tMs / 4, volumeMl: tMs / 1000 });
    },
  },
  'balloon-pressure-high': atLimit({ pressureKpa: 1100 }, { pressureKpa: 0 }),
  'balloon-pressure-near-limit': atLimit({ pressureKpa: 950 }, { pressureKpa: 0 }),
  'balloon-volume-high': atLimit({ volumeMl: 3.2 }, { volumeMl: 0 }),
  'cement-leak': seenBy({ leak: true }),
  'cement-posterior-quarter': seenBy({ zone: 'posterior-quarter' }),
  // What has been injected stays: a plan with more room ends it.
  'cement-volume-high': {
    holds: (session) => {
      for (let tMs = 100; tMs <= 5000; tMs += 100) session.measure(tMs, { mode: 'cement', volumeMl: tMs / 1000, rateMlPerMin: 60 });
    },
    ends: (session) => session.operator(endMs, { kind: 'plan', plan: { ...bodyPlan, limits: { ...limits, cementVolumeMl: 8 } } }),
  },
  'cement-window-closing': {
    holds: (session) => {
      session.operator(0, { kind: 'stage', stage: 'injection' });
      session.operator(0, { kind: 'cement-mixed' });
      for (let tMs = 0; tMs <= 560_000; tMs += 10_000) session.tick(tMs);
    },
    ends: (session) => session.operator(endMs, { kind: 'stage', stage: 'closure' }),
  },
  'injector-lost': {
    holds: (session) => session.device(100, { state: 'lost', message: 'unplugged' }),
    ends: (session) => session.device(endMs, {}),
  },
  'injector-silent': {
    holds: (session) => {
      session.measure(0, {});
      for (let tMs = 100; tMs <= 1000; tMs += 100) session.tick(tMs);
    },
    ends: (session) => session.measure(endMs, {}),
  },
  'injector-alarm': atLimit({ alarms: 1 }, { alarms: 0 }),
  'not-evaluated': {
    holds: (session) => measureFor(session, 0, 2500, { pressureKpa: null }),
    ends: (session) => measureFor(session, endMs, endMs + 300, { pressureKpa: 0 }),
  },
  'frames-stale': {
    holds: (session) => {
      session.frame('a', 0);
      for (let tMs = 100; tMs <= 1500; tMs += 100) session.measure(tMs, {});
    },
    ends: (session) => session.frame('a', endMs),
  },
  disk: {
    holds: (session) => session.device(100, { device: 'disk', state: 'notice', message: 'The disk is full.' }),
    ends: (session) => session.device(endMs, { device: 'disk', state: 'connected', message: 'There is room again.' }),
  },
};

/** What became of the alarms of one condition, each phase once. */
function livedThrough(session: Session, condition: AlarmCondition): readonly string[] {
  const phases = session.events.filter(({ event }) => event.condition === condition).map(({ event }) => event.phase);
  return phases.filter((phase, index) => phase !== phases[index - 1]);
}
const idOf = (session: Session, condition: AlarmCondition): string => session.list().find((id) => id.split('/')[0] === condition) ?? 'none';

describe.each(alarmTable.map((rule) => [rule.condition, rule] as const))('%s', (condition, rule) => {
  const { holds, ends } = lives[condition];

  test('is raised with its priority and what to do, acknowledged, and ends with its condition', () => {
    const session = alarmSession(bodyPlan);
    holds(session);
    const id = idOf(session, condition);
    const raised = session.events.find(({ event }) => event.id === id)?.event;
    expect(raised).toMatchObject({ condition, phase: 'raised' });
    expect(raised?.priority === rule.priority || condition.startsWith('injector-') || condition === 'frames-stale').toBe(true);
    expect(raised?.advice.length).toBeGreaterThan(10);
    session.operator(endMs - 1000, { kind: 'acknowledge', alarm: id });
    expect(session.list()).toContain(id);
    ends(session);
    expect(session.list()).not.toContain(id);
    const lived = livedThrough(session, condition).filter((phase) => phase !== 'changed');
    expect(lived).toEqual(['raised', 'acknowledged', 'ended']);
  });

  test(rule.latching ? 'stays after its condition until somebody has seen it' : 'ends with its condition, seen or not', () => {
    const session = alarmSession(bodyPlan);
    holds(session);
    const id = idOf(session, condition);
    ends(session);
    expect(session.list().includes(id)).toBe(rule.latching);
    if (rule.latching) session.operator(endMs + 10_000, { kind: 'acknowledge', alarm: id });
    expect(session.list()).not.toContain(id);
    expect(livedThrough(session, condition).at(-1)).toBe('ended');
  });
});
