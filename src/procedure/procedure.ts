import { type OperatorEvent, patientOf, type Stage } from './operatorEvent.ts';
import { emptyPlan } from './plan.ts';
import type { Course, ProcedureState } from './procedureState.ts';

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

type StageEvent = Extract<OperatorEvent, { kind: 'stage' }>;

/** A stage of another level or side closes the present course; its times and ticks begin anew. */
function enterCourse(state: ProcedureState, { stage, level, side }: StageEvent, tMs: number): ProcedureState {
  const isSame = (level ?? state.level) === state.level && (side ?? state.side) === state.side;
  if (isSame) return enterStage(state, stage, tMs);
  const named = { ...(level !== undefined && { level }), ...(side !== undefined && { side }) };
  // The first word for the present course names it; what came before belongs to it.
  const isUnnamed = (level === undefined || state.level === null) && (side === undefined || state.side === undefined);
  if (isUnnamed) return enterStage({ ...state, ...named }, stage, tMs);
  const spentMs = (state.stageDurationsMs[state.stage] ?? 0) + (tMs - state.stageSinceMs);
  const done: Course = { level: state.level, side: state.side ?? null, stageDurationsMs: { ...state.stageDurationsMs, [state.stage]: spentMs } };
  const { checked: _, side: __, ...rest } = state;
  return { ...rest, ...named, stage, stageSinceMs: tMs, stageDurationsMs: {}, courses: [...(state.courses ?? []), done] };
}

function tick(state: ProcedureState, { stage, item, done }: Extract<OperatorEvent, { kind: 'check' }>): ProcedureState {
  const before = state.checked?.[stage] ?? [];
  if (before.includes(item) === done) return state;
  const after = done ? [...before, item] : before.filter((each) => each !== item);
  return { ...state, checked: { ...state.checked, [stage]: after } };
}

/** The course of the procedure after one more word of the operator at session time `tMs`; the same object when nothing changed. */
export function foldProcedure(state: ProcedureState, event: OperatorEvent, tMs: number): ProcedureState {
  switch (event.kind) {
    case 'plan':
      return { ...state, plan: event.plan, level: event.plan.level ?? state.level, procedure: event.plan.procedure ?? state.procedure };
    case 'stage':
      return enterCourse(state, event, tMs);
    case 'check':
      return tick(state, event);
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
