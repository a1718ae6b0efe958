import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { AlarmEvent } from '../../../src/alarm/alarm.ts';
import { alarmsStep, initialAlarms } from '../../../src/alarm/alarms.ts';
import { alarmTable } from '../../../src/alarm/table.ts';
import { alarmTableMarkdown } from '../../../src/alarm/tableText.ts';
import type { Plan } from '../../../src/sample/index.ts';
import { buildScenario } from '../injector/scenarioReadings.ts';
import { alarmSession } from './alarmSession.ts';

const planWith = (limits: NonNullable<Plan['limits']>): Plan => ({ version: 1, planes: {}, limits });

describe('limits', () => {
  test('the first reading at the limit raises the alarm in the same sample', () => {
    const session = alarmSession(planWith({ pressureKpa: 1000 }));
    session.measure(100, { pressureKpa: 999.999 });
    session.measure(110, { pressureKpa: 1000 });
    expect(session.phases('balloon-pressure-high')).toEqual(['raised 110']);
    expect(session.events.find(({ event }) => event.condition === 'balloon-pressure-high')?.event).toMatchObject({
      priority: 'high',
      value: 1000,
      limit: 1000,
    });
  });

  test('400 psi without a plan', () => {
    const session = alarmSession();
    session.measure(100, { pressureKpa: 2757 });
    session.measure(110, { pressureKpa: 2758 });
    expect(session.phases('balloon-pressure-high')).toEqual(['raised 110']);
  });

  test('noise about the limit raises one alarm, not many', () => {
    const session = alarmSession(planWith({ balloonVolumeMl: 4 }));
    for (let i = 0; i < 200; i++) session.measure(100 + i * 10, { volumeMl: 4 + 0.03 * Math.sin(i), pressureKpa: 500 });
    expect(session.phases('balloon-volume-high')).toHaveLength(1);
  });

  test('the warning gives way to the alarm, and comes back under it', () => {
    const session = alarmSession(planWith({ pressureKpa: 1000 }));
    for (const [tMs, pressureKpa] of [
      [0, 890],
      [10, 910],
      [20, 1005],
      [30, 950],
      [40, 800],
    ] as const)
      session.measure(tMs, { pressureKpa });
    expect(session.phases('balloon-pressure-near-limit')).toEqual(['raised 10', 'ended 20', 'raised 30', 'ended 40']);
  });

  test('pressure behind cement is no balloon pressure', () => {
    const session = alarmSession(planWith({ pressureKpa: 1000 }));
    session.measure(0, { mode: 'cement', pressureKpa: 3000, volumeMl: 1 });
    expect(session.events).toEqual([]);
  });

  test('cement counts from the first reading that reaches its limit', () => {
    const session = alarmSession(planWith({ cementVolumeMl: 3 }));
    session.measure(0, { mode: 'cement', volumeMl: 2.9 });
    expect(session.phases('cement-volume-high')).toEqual([]);
    session.measure(10, { mode: 'cement', volumeMl: 3.1 });
    expect(session.phases('cement-volume-high')).toEqual(['raised 10']);
  });

  test('a plan with other limits moves them from there on', () => {
    const session = alarmSession(planWith({ pressureKpa: 1000 }));
    session.measure(0, { pressureKpa: 1200 });
    session.operator(5, { kind: 'plan', plan: planWith({ pressureKpa: 1100 }) });
    expect(session.phases('balloon-pressure-high')).toEqual(['raised 0', 'changed 5']);
  });
});

describe('latching and acknowledgement', () => {
  const crossed = () => {
    const session = alarmSession(planWith({ pressureKpa: 1000 }));
    session.measure(0, { pressureKpa: 1100 });
    return session;
  };

  test('a latching alarm stays after its condition until somebody has seen it', () => {
    const session = crossed();
    session.measure(10, { pressureKpa: 0 });
    session.tick(5000);
    expect(session.phases('balloon-pressure-high')).toEqual(['raised 0', 'changed 10']);
    expect(session.list()).toContain('balloon-pressure-high');
    session.operator(6000, { kind: 'acknowledge', alarm: 'balloon-pressure-high' });
    expect(session.phases('balloon-pressure-high').slice(2)).toEqual(['acknowledged 6000', 'ended 6000']);
    expect(session.list()).not.toContain('balloon-pressure-high');
  });

  test('acknowledged while it lasts, it ends with its condition; the next crossing is a new alarm', () => {
    const session = crossed();
    session.operator(5, { kind: 'acknowledge', alarm: 'balloon-pressure-high' });
    session.measure(10, { pressureKpa: 0 });
    session.measure(20, { pressureKpa: 1100 });
    expect(session.phases('balloon-pressure-high')).toEqual(['raised 0', 'acknowledged 5', 'ended 10', 'raised 20']);
  });

  test('acknowledging what there is not does nothing', () => {
    const session = crossed();
    for (const alarm of ['cement-leak/a', 'constructor', '__proto__', '']) session.operator(5, { kind: 'acknowledge', alarm });
    expect(session.events).toHaveLength(1);
  });

  test('the list is ordered by priority, then age', () => {
    const session = alarmSession(planWith({ pressureKpa: 1000, balloonVolumeMl: 2 }));
    session.measure(0, { volumeMl: 2.5 });
    session.frame('b', 10);
    session.frame('b', 20, { leak: true });
    session.frame('b', 200, { leak: true });
    session.measure(210, { volumeMl: 2.5, pressureKpa: 1100 });
    expect(session.list()).toEqual(['cement-leak/b', 'balloon-pressure-high', 'balloon-volume-high']);
  });
});

describe('what guidance sees', () => {
  test('one frame with a leak is no alarm; a leak that stays for 150 ms is, once, with its site', () => {
    const session = alarmSession();
    session.frame('a', 0, { leak: true });
    session.frame('a', 66);
    for (let tMs = 132; tMs < 1000; tMs += 66) session.frame('a', tMs, { leak: true, leakSite: 'disc-superior' });
    expect(session.phases('cement-leak/a')).toEqual(['raised 330']);
    expect(session.events[0]?.event.message).toBe('Cement outside the vertebral body, into the upper disc (plane A)');
  });

  test('each plane has its own alarm', () => {
    const session = alarmSession();
    for (let tMs = 0; tMs < 400; tMs += 66) {
      session.frame('a', tMs, { zone: 'posterior-quarter' });
      session.frame('b', tMs + 1, { zone: 'body' });
    }
    expect(session.events.map(({ event }) => event.id)).toEqual(['cement-posterior-quarter/a']);
  });

  test('a picture that stands still for a second is said, gravely while cement flows', () => {
    const session = alarmSession();
    session.frame('b', 0);
    for (let tMs = 0; tMs <= 1200; tMs += 100) session.measure(tMs, { mode: 'cement', volumeMl: tMs / 1000, rateMlPerMin: 3 });
    expect(session.events.map(({ tMs, event }) => [tMs, event.id, event.priority])).toEqual([[1000, 'frames-stale/b', 'medium']]);
    session.frame('b', 1300);
    expect(session.phases('frames-stale/b')).toEqual(['raised 1000', 'ended 1300']);
  });

  test('a run that has come to its end is not stale', () => {
    const session = alarmSession();
    session.frame('a', 0);
    session.device(10, { device: 'plane-a', state: 'ended', message: 'The run has ended.' });
    session.device(20, { state: 'ended' });
    session.tick(60_000);
    expect(session.events).toEqual([]);
  });
});

describe('what cannot be judged any more is itself an alarm', () => {
  test('a lost injector, at once; gravely when the balloon was under pressure', () => {
    const session = alarmSession();
    session.measure(0, { pressureKpa: 800, volumeMl: 2 });
    session.device(50, { state: 'lost', message: 'unplugged' });
    expect(session.events.at(-1)?.event).toMatchObject({ id: 'injector-lost', priority: 'high', phase: 'raised' });
    session.device(900, {});
    session.measure(910, { pressureKpa: 0 });
    expect(session.phases('injector-lost')).toEqual(['raised 50', 'ended 900']);
  });

  test('a silent injector within a second of its last reading', () => {
    const session = alarmSession();
    session.measure(0, {});
    for (let tMs = 50; tMs <= 1000; tMs += 100) session.tick(tMs);
    expect(session.phases('injector-silent')).toEqual(['raised 550']);
    expect(session.events.at(-1)?.event.priority).toBe('medium');
  });

  test('an injector without a pressure sensor says that its limit is not watched', () => {
    const session = alarmSession();
    session.measure(0, { pressureKpa: null });
    for (let tMs = 100; tMs <= 2100; tMs += 100) session.measure(tMs, { pressureKpa: null });
    expect(session.events.map(({ tMs, event }) => [tMs, event.id, event.priority])).toEqual([[2000, 'not-evaluated', 'low']]);
  });

  test('an alarm about an injector that is gone is not over: it stands as last known, until somebody can tell', () => {
    const session = alarmSession(planWith({ pressureKpa: 1000, balloonVolumeMl: 3 }));
    session.measure(0, { pressureKpa: 1100, volumeMl: 3.5 });
    session.device(50, { state: 'lost', message: 'unplugged' });
    session.tick(100);
    const said = (id: string) => session.events.findLast(({ event }) => event.id === id)?.event.message;
    expect(said('balloon-pressure-high')).toBe('Balloon pressure above its limit (when last known)');
    expect(said('balloon-volume-high')).toBe('Balloon volume above its limit (when last known)');
    expect(session.phases('balloon-pressure-high')).toEqual(['raised 0', 'changed 50']);
    session.operator(200, { kind: 'acknowledge', alarm: 'balloon-pressure-high' });
    session.tick(300);
    expect(session.list()).toContain('balloon-pressure-high');
    session.device(900, {});
    session.measure(910, { pressureKpa: 0, volumeMl: 0 });
    expect(session.list()).toEqual([]);
  });

  test('the same of a silent one; what is over when it speaks again waits to be seen', () => {
    const session = alarmSession(planWith({ pressureKpa: 1000 }));
    session.measure(0, { pressureKpa: 1100 });
    for (let tMs = 100; tMs <= 1000; tMs += 100) session.tick(tMs);
    session.measure(1100, { pressureKpa: 10 });
    const said = session.events.filter(({ event }) => event.id === 'balloon-pressure-high').map(({ event }) => event.message);
    expect(said).toEqual(['Balloon pressure above its limit', 'Balloon pressure above its limit (when last known)', 'Balloon pressure above its limit (over)']);
  });

  test('an injector without a volume says that volume limits and rupture are not watched', () => {
    const session = alarmSession();
    for (let tMs = 0; tMs <= 2100; tMs += 100) session.measure(tMs, { volumeMl: null });
    expect(session.events.map(({ tMs, event }) => [tMs, event.id, event.message.slice(0, 35)])).toEqual([
      [2000, 'not-evaluated', 'This injector measures no volume: v'],
    ]);
  });

  describe('a leak that nobody watches while cement flows', () => {
    const body: Plan = {
      version: 1,
      planes: {
        a: {
          vertebralBody: [
            [1, 1],
            [5, 1],
            [5, 5],
          ],
        },
      },
    };
    const unwatched = 'not-evaluated/cement';
    const injecting = (plan?: Plan) => {
      const session = alarmSession(plan);
      session.operator(0, { kind: 'stage', stage: 'injection' });
      return session;
    };

    test('for want of a vertebral body on a live plane; drawing it ends the alarm', () => {
      const session = injecting();
      for (let tMs = 0; tMs <= 2500; tMs += 100) session.frame('a', tMs);
      expect(session.phases(unwatched)).toEqual(['raised 2000']);
      session.operator(2600, { kind: 'plan', plan: body });
      expect(session.phases(unwatched)).toEqual(['raised 2000', 'ended 2600']);
    });

    test('because guidance does not keep up', () => {
      const session = injecting(body);
      session.frame('a', 0);
      for (let tMs = 100; tMs <= 4500; tMs += 100) session.skippedFrame('a', tMs);
      expect(session.phases(unwatched)).toEqual(['raised 4000']);
      session.frame('a', 4600);
      expect(session.phases(unwatched).at(-1)).toBe('ended 4600');
    });

    test('is no alarm while guidance looks on', () => {
      const session = injecting(body);
      for (let tMs = 0; tMs <= 5000; tMs += 100) session.frame('a', tMs);
      expect(session.phases(unwatched)).toEqual([]);
    });

    test('nor before any cement flows', () => {
      const session = alarmSession();
      for (let tMs = 0; tMs <= 5000; tMs += 100) session.frame('a', tMs);
      expect(session.phases(unwatched)).toEqual([]);
    });
  });

  test('the disk, with what is wrong with it', () => {
    const session = alarmSession();
    session.device(10, { device: 'disk', state: 'notice', message: 'The disk is full.' });
    expect(session.events.at(-1)?.event).toMatchObject({ id: 'disk', message: 'The disk is full.' });
  });
});

describe('cement window', () => {
  test('is announced a minute before it closes, changes when it has closed, and ends with the closure', () => {
    const session = alarmSession();
    session.operator(0, { kind: 'stage', stage: 'injection' });
    session.operator(0, { kind: 'cement-mixed' });
    for (let tMs = 0; tMs <= 600_000; tMs += 10_000) session.tick(tMs);
    session.operator(605_000, { kind: 'stage', stage: 'closure' });
    expect(session.phases('cement-window-closing')).toEqual(['raised 510000', 'changed 570000', 'ended 605000']);
  });
});

describe('simulated procedures', () => {
  const alarmsOf = (name: string): AlarmEvent[] => {
    let alarms = initialAlarms;
    const events: AlarmEvent[] = [];
    buildScenario(name, 1, 20, (raw, fold) => {
      const output = alarmsStep(alarms, raw, null, fold);
      alarms = output.fold;
      events.push(...output.events);
    });
    return events;
  };

  test('a kyphoplasty without trouble raises no injector alarm', () => {
    expect(
      alarmsOf('kyphoplasty')
        .filter((event) => event.phase === 'raised')
        .map((event) => event.id),
    ).toEqual([]);
  });

  test('a rupture is raised once, as the gravest', () => {
    const raised = alarmsOf('balloon-rupture').filter((event) => event.phase === 'raised' && event.condition === 'balloon-rupture');
    expect(raised).toMatchObject([{ priority: 'high' }]);
  });
});

describe('the table', () => {
  test('has each condition once', () => {
    const conditions = alarmTable.map((rule) => rule.condition);
    expect(new Set(conditions).size).toBe(conditions.length);
  });

  test('is the one in docs/alarms.md', () => {
    expect(readFileSync(new URL('../../../docs/alarms.md', import.meta.url), 'utf8')).toContain(alarmTableMarkdown());
  });
});
