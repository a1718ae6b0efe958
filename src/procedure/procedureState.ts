import type { Side, Stage } from './operatorEvent.ts';
import type { Patient } from './patient.ts';
import type { Plan } from './plan.ts';

/** One vertebra from one side, done before the present one. */
export interface Course {
  readonly level: string | null;
  readonly side: Side | null;
  readonly stageDurationsMs: Readonly<Partial<Record<Stage, number>>>;
}

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
  /** Of the present course; absent until somebody has said it. */
  readonly side?: Side;
  /** Earlier levels and sides of this session, in order; absent while it is the first. `stageDurationsMs` is of the present one. */
  readonly courses?: readonly Course[];
  /** What of the site's checklists has been ticked in the present course; absent while nothing has. */
  readonly checked?: Readonly<Partial<Record<Stage, readonly string[]>>>;
  /** Absent until somebody has said who it is. */
  readonly patient?: Patient;
  /** Absent until somebody has said how it ended. */
  readonly outcome?: 'completed' | 'discontinued';
}
