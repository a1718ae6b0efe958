/** In the manner of IEC 60601-1-8: high red `***`, medium yellow `**`, low cyan `*`. */
export type AlarmPriority = 'high' | 'medium' | 'low';

/** In order of gravity, the gravest first. */
export const byPriority: Readonly<Record<AlarmPriority, number>> = { high: 0, medium: 1, low: 2 };

export const isGraver = (priority: AlarmPriority, than: AlarmPriority): boolean => byPriority[priority] < byPriority[than];

export type AlarmCondition =
  | 'balloon-pressure-high'
  | 'balloon-pressure-near-limit'
  | 'balloon-rupture'
  | 'balloon-volume-high'
  | 'cement-volume-high'
  | 'cement-posterior-quarter'
  | 'cement-leak'
  | 'cement-window-closing'
  | 'injector-lost'
  | 'injector-silent'
  | 'injector-alarm'
  | 'frames-stale'
  | 'disk'
  /** A limit that nobody watches, because the device does not measure what it is about. */
  | 'not-evaluated';

/** One change in the life of an alarm. */
export interface AlarmEvent {
  /** The same through the life of one alarm: condition and subject, e.g. `cement-leak/b`. */
  readonly id: string;
  readonly condition: AlarmCondition;
  readonly priority: AlarmPriority;
  readonly phase: 'raised' | 'changed' | 'acknowledged' | 'ended';
  /** Short, calm, for the person at the table. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  readonly value: number | null;
  readonly limit: number | null;
}
