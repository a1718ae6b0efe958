import type { AlarmCondition, AlarmPriority } from './alarm.ts';
import type { AlarmInputs } from './surroundings.ts';

/** A condition that is true now, of one subject. */
export interface Finding {
  /** Which of several: a plane or a device; empty where there is only one. */
  readonly subject: string;
  readonly value: number | null;
  readonly limit: number | null;
  /** Where it says more than the table does, or is graver. */
  readonly message?: string;
  readonly advice?: string;
  readonly priority?: AlarmPriority;
}

export interface AlarmRule {
  readonly condition: AlarmCondition;
  readonly priority: AlarmPriority;
  /** What makes it true, in words. */
  readonly when: string;
  /** Its limit and where that comes from, in words. */
  readonly limit: string;
  /** It must have been true this long. */
  readonly delayMs: number;
  /** Stays until somebody has acknowledged it, even when it is no longer true. */
  readonly latching: boolean;
  /** Short, calm, for the person at the table. */
  readonly message: string;
  readonly advice: string;
  /**
   * Whether it cannot be told now if the condition of this subject is true: its alarm then stays, and says so, rather than count as over.
   * Without it the condition can always be told.
   */
  readonly unknown?: (inputs: AlarmInputs, subject: string) => boolean;
  /** `standing`: whether the alarm of this subject is raised already; it then ends a little below its limit, not at it. */
  readonly evaluate: (inputs: AlarmInputs, standing: (subject: string) => boolean) => readonly Finding[];
}

export const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** The one finding of a quantity against its limit: raised at the limit, ended `release` (a part of it) below. */
export function atLimit(subject: string, value: number, limit: number, standing: boolean, release: number): readonly Finding[] {
  const threshold = standing ? limit * (1 - release) : limit;
  return value >= threshold ? [{ subject, value: rounded(value), limit: rounded(limit) }] : [];
}
