export type { LeakSite, OperatorEvent, Stage } from '../procedure/operatorEvent.ts';
export type { ImagePoint, Plan, PlanePlan } from '../procedure/plan.ts';
export * from './sample.ts';
