import { describe, expect, it } from 'vitest';
import { foldProcedure, initialProcedure } from '../../src/procedure/procedure.ts';

describe('the course of a procedure', () => {
  it('counts the time spent in each stage, also when one is entered again', () => {
    let state = foldProcedure(initialProcedure, { kind: 'stage', stage: 'cavity' }, 10_000);
    state = foldProcedure(state, { kind: 'stage', stage: 'access' }, 14_000);
    state = foldProcedure(state, { kind: 'stage', stage: 'cavity' }, 15_000);
    expect(state.stage).toBe('cavity');
    expect(state.stageSinceMs).toBe(15_000);
    expect(state.stageDurationsMs).toEqual({ access: 11_000, cavity: 4_000 });
  });

  it('is unchanged by a word that changes nothing', () => {
    expect(foldProcedure(initialProcedure, { kind: 'stage', stage: 'access' }, 5)).toBe(initialProcedure);
    expect(foldProcedure(initialProcedure, { kind: 'note', text: 'quiet' }, 5)).toBe(initialProcedure);
  });

  it('takes level and procedure from the plan and keeps them when a later plan is silent', () => {
    const planned = foldProcedure(initialProcedure, { kind: 'plan', plan: { version: 1, level: 'L1', procedure: 'kyphoplasty', planes: {} } }, 0);
    const adjusted = foldProcedure(planned, { kind: 'plan', plan: { version: 1, planes: {} } }, 10);
    expect(adjusted).toMatchObject({ level: 'L1', procedure: 'kyphoplasty' });
  });

  it('begins the times and ticks anew at another level or side, and keeps what was done before', () => {
    let state = foldProcedure(initialProcedure, { kind: 'plan', plan: { version: 1, level: 'L1', planes: {} } }, 0);
    state = foldProcedure(state, { kind: 'stage', stage: 'injection', side: 'left' }, 10_000);
    state = foldProcedure(state, { kind: 'check', stage: 'injection', item: 'Lateral view', done: true }, 11_000);
    expect(state).toMatchObject({ level: 'L1', side: 'left', stageDurationsMs: { access: 10_000 }, checked: { injection: ['Lateral view'] } });
    expect(state.courses).toBeUndefined();
    state = foldProcedure(state, { kind: 'stage', stage: 'access', side: 'right' }, 15_000);
    expect(state.courses).toEqual([{ level: 'L1', side: 'left', stageDurationsMs: { access: 10_000, injection: 5_000 } }]);
    expect(state).toMatchObject({ stage: 'access', side: 'right', stageSinceMs: 15_000, stageDurationsMs: {} });
    expect(state.checked).toBeUndefined();
    state = foldProcedure(state, { kind: 'stage', stage: 'access', level: 'T12' }, 20_000);
    expect(state.courses?.map(({ level, side }) => `${level} ${side}`)).toEqual(['L1 left', 'L1 right']);
    expect(state.level).toBe('T12');
    expect(state.side).toBeUndefined();
  });

  it('unticks an item, and is unchanged by a tick that is there already', () => {
    const ticked = foldProcedure(initialProcedure, { kind: 'check', stage: 'access', item: 'Time-out', done: true }, 0);
    expect(foldProcedure(ticked, { kind: 'check', stage: 'access', item: 'Time-out', done: true }, 1)).toBe(ticked);
    expect(foldProcedure(ticked, { kind: 'check', stage: 'access', item: 'Time-out', done: false }, 1).checked).toEqual({ access: [] });
  });
});
