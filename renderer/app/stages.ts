import type { ProcedureState } from '../../src/procedure/procedureState.ts';
import type { Stage } from '../../src/sample/index.ts';

const allStages: readonly Stage[] = ['access', 'cavity', 'mixing', 'injection', 'closure'];

/** The stages of a procedure in order. Vertebroplasty makes no cavity; where it stands there all the same, as when the plan named it late, the stage is shown. */
export const stagesOf = (procedure: 'vertebroplasty' | 'kyphoplasty' | null, present: Stage | null = null): readonly Stage[] =>
  procedure === 'vertebroplasty' ? allStages.filter((stage) => stage !== 'cavity' || present === 'cavity') : allStages;

/** The stage after the present one, null at the end. */
export function nextStage(state: ProcedureState | null): Stage | null {
  const stages = stagesOf(state?.procedure ?? null, state?.stage ?? null);
  return stages[stages.indexOf(state?.stage ?? 'access') + 1] ?? null;
}

/** Time spent in a stage up to `nowMs` of the session; null when it has not begun. */
export function stageTimeMs(state: ProcedureState, stage: Stage, nowMs: number): number | null {
  const before = state.stageDurationsMs[stage];
  if (state.stage === stage) return (before ?? 0) + Math.max(0, nowMs - state.stageSinceMs);
  return before ?? null;
}
