import { type OperatorEvent, patientOf, type Side } from '../../../src/procedure/operatorEvent.ts';
import type { Plan } from '../../../src/procedure/plan.ts';
import { foldProcedure, initialProcedure } from '../../../src/procedure/procedure.ts';
import { planeIds } from '../../../src/sample/sample.ts';
import { collectCorrections } from '../corrections.ts';
import type { ApproachFact, CheckFact, IdentityFact, LeakFact, ReportFacts, StageSpan } from './facts.ts';

const eachSide = (side: Side | null | undefined): readonly ('left' | 'right')[] => (side === 'both' ? ['left', 'right'] : side ? [side] : []);

/** What the operator said, in order. Levels, sides and stages are those of the session's own fold. */
export function collectCourse() {
  let state = initialProcedure;
  let plan: Plan | null = null;
  let performed: ReportFacts['performed'] = null;
  const levels: string[] = [];
  const stages: StageSpan[] = [];
  const identities: IdentityFact[] = [];
  const checks = new Map<string, CheckFact>();
  const planned = new Map<string | null, readonly ('left' | 'right')[]>();
  const leaks: LeakFact[] = [];
  const devicesUsed: ReportFacts['devicesUsed'][number][] = [];
  const mixes: ReportFacts['mixes'][number][] = [];
  const notes: ReportFacts['notes'][number][] = [];
  const signOffs: ReportFacts['signOffs'][number][] = [];
  const corrections = collectCorrections();

  const spanUntil = (tMs: number, { level, side }: { readonly level: string | null; readonly side?: Side }): StageSpan => ({
    stage: state.stage,
    level,
    side: side ?? null,
    fromMs: state.stageSinceMs,
    toMs: tMs,
  });

  const fold = (tMs: number, said: OperatorEvent): void => {
    const next = foldProcedure(state, said, tMs);
    if (next.stageSinceMs !== state.stageSinceMs && tMs > state.stageSinceMs) {
      // The first word for a course names it; what came before it belongs to it.
      const isNewCourse = (next.courses?.length ?? 0) > (state.courses?.length ?? 0);
      stages.push(spanUntil(tMs, isNewCourse ? state : next));
    }
    state = next;
    if (state.level && !levels.includes(state.level)) levels.push(state.level);
  };

  const approaches = (ended: readonly StageSpan[]): readonly ApproachFact[] =>
    [...new Set([...planned.keys(), ...ended.filter(({ side }) => side !== null).map(({ level }) => level)])].map((level) => {
      const sides = new Set([...(planned.get(level) ?? []), ...ended.filter((span) => span.level === level).flatMap(({ side }) => eachSide(side))]);
      return { level, sides: [...sides].sort() };
    });

  const event = (tMs: number, seq: number, said: OperatorEvent): void => {
    fold(tMs, said);
    corrections.event(tMs, seq, said);
    switch (said.kind) {
      case 'patient':
        identities.push({ tMs, patient: patientOf(said) });
        return;
      case 'plan': {
        plan = said.plan.level === undefined && plan?.level !== undefined ? { ...said.plan, level: plan.level } : said.plan;
        const drawn = planeIds.flatMap((plane) => said.plan.planes[plane]?.trajectories ?? []);
        planned.set(state.level, [...new Set(drawn.flatMap(({ side }) => eachSide(side)))]);
        return;
      }
      case 'check': {
        const key = JSON.stringify([state.courses?.length ?? 0, said.stage, said.item]);
        if (said.done) checks.set(key, { tMs, stage: said.stage, item: said.item });
        else checks.delete(key);
        return;
      }
      case 'leak-seen':
        leaks.push({ tMs, site: said.site, by: 'operator', seq });
        return;
      case 'device-used':
        devicesUsed.push({ ...said, tMs, seq });
        return;
      case 'cement-mixed':
        mixes.push({ ...said, tMs, seq });
        return;
      case 'note':
      case 'mark':
        notes.push({ ...said, tMs, seq });
        return;
      case 'sign-off':
        signOffs.push({ ...said, tMs, seq });
        return;
      case 'performed':
        performed = { ...said, tMs, seq };
        return;
      default:
    }
  };
  return {
    event,
    course: () => ({ level: state.level, number: state.courses?.length ?? 0 }),
    plan: () => plan,
    stage: () => state.stage,
    leaks: (): readonly LeakFact[] => leaks,
    result(endMs: number) {
      const ended = [...stages, spanUntil(endMs, state)];
      return {
        patient: identities.at(-1)?.patient ?? null,
        identities,
        plan,
        levels,
        approaches: approaches(ended),
        checks: [...checks.values()],
        stages: ended,
        devicesUsed,
        mixes,
        notes,
        corrections: corrections.result(),
        signOffs,
        performed,
      };
    },
  };
}
