import { type OperatorEvent, patientOf, type Stage } from './operatorEvent.ts';
import { emptyPlan } from './plan.ts';
import type { ProcedureState } from './procedureState.ts';

/** Before anybody has said anything: access has begun with the session. */
export const initialProcedure: ProcedureState = {
  stage: 'access',
  stageSinceMs: 0,
  stageDurationsMs: {},
  level: null,
  procedure: null,
  plan: emptyPlan,
  marks: 0,
};

function enterStage(state: ProcedureState, stage: Stage, tMs: number): ProcedureState {
  if (stage === state.stage) return state;
  const spentMs = (state.stageDurationsMs[state.stage] ?? 0) + (tMs - state.stageSinceMs);
  return { ...state, stage, stageSinceMs: tMs, stageDurationsMs: { ...state.stageDurationsMs, [state.stage]: spentMs } };
}

/** The course of the procedure after one more word of the operator at session time `tMs`; the same object when nothing changed. */
export function foldProcedure(state: ProcedureState, event: OperatorEvent, tMs: number): ProcedureState {
  switch (event.kind) {
    case 'plan':
      return { ...state, plan: event.plan, level: event.plan.level ?? state.level, procedure: event.plan.procedure ?? state.procedure };
    case 'stage':
      return enterStage(state, event.stage, tMs);
    case 'mark':
      return { ...state, marks: state.marks + 1 };
    case 'patient':
      return { ...state, patient: patientOf(event) };
    case 'performed':
      return { ...state, outcome: event.outcome };
    default:
      return state;
  }
}
