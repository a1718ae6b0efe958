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
});
