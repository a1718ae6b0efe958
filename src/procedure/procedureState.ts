import type { Stage } from './operatorEvent.ts';
import type { Patient } from './patient.ts';
import type { Plan } from './plan.ts';

/** The course of the procedure so far. Emitted when it changes. */
export interface ProcedureState {
  readonly stage: Stage;
  readonly stageSinceMs: number;
  /** Time spent in each stage before the present one. */
  readonly stageDurationsMs: Readonly<Partial<Record<Stage, number>>>;
  readonly level: string | null;
  readonly procedure: 'vertebroplasty' | 'kyphoplasty' | null;
  readonly plan: Plan;
  readonly marks: number;
  /** Absent until somebody has said who it is. */
  readonly patient?: Patient;
  /** Absent until somebody has said how it ended. */
  readonly outcome?: 'completed' | 'discontinued';
}
