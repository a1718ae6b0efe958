import type { PlaneObservation } from '../guidance/observation.ts';
import { type InjectorsFold, presentInjectors } from '../injector/injectors.ts';
import type { RawSample } from '../sample/index.ts';
import { type AlarmEvent, byPriority, isGraver } from './alarm.ts';
import type { AlarmRule, Finding } from './rule.ts';
import { type AlarmInputs, foldSurroundings, initialSurroundings, type Surroundings } from './surroundings.ts';
import { alarmTable } from './table.ts';

/** One alarm from the moment its condition became true. */
export interface StandingAlarm {
  /** What was last said about it. */
  readonly event: AlarmEvent;
  /** Since when its condition has been true without a break; `null` when it no longer is. */
  readonly trueSinceMs: number | null;
  readonly raisedAtMs: number | null;
  readonly acknowledged: boolean;
  readonly changedAtMs: number;
}

/** Alarms by id, those still within their delay included; plain data. */
export type Alarms = Readonly<Record<string, StandingAlarm>>;

export interface AlarmsFold {
  readonly surroundings: Surroundings;
  readonly alarms: Alarms;
}

export const initialAlarms: AlarmsFold = { surroundings: initialSurroundings, alarms: {} };

/** A value that moves by this part of its limit is worth saying, but not more often than once a second. */
const changePart = 0.02;
const changeEveryMs = 1000;

const idOf = (rule: AlarmRule, subject: string): string => (subject === '' ? rule.condition : `${rule.condition}/${subject}`);

/** Of several planes or injectors, which: who reads the alarm has to look at the right one. */
function subjectWords(subject: string): string {
  if (subject === 'a' || subject === 'b') return ` (plane ${subject.toUpperCase()})`;
  return subject.startsWith('injector-') ? ` (${subject.replace('-', ' ')})` : '';
}

function eventOf(rule: AlarmRule, finding: Finding, phase: AlarmEvent['phase']): AlarmEvent {
  return {
    id: idOf(rule, finding.subject),
    condition: rule.condition,
    priority: finding.priority ?? rule.priority,
    phase,
    message: `${finding.message ?? rule.message}${subjectWords(finding.subject)}`,
    advice: finding.advice ?? rule.advice,
    value: finding.value,
    limit: finding.limit,
  };
}

function saysMore(before: StandingAlarm, now: AlarmEvent, tMs: number): boolean {
  const { event } = before;
  if (now.priority !== event.priority || now.message !== event.message || now.limit !== event.limit || before.trueSinceMs === null) return true;
  if (now.value === null || event.value === null || now.limit === null) return now.value !== event.value;
  return Math.abs(now.value - event.value) >= changePart * Math.abs(now.limit) && tMs - before.changedAtMs >= changeEveryMs;
}

/** What a true condition makes of its alarm. */
function found(before: StandingAlarm | undefined, rule: AlarmRule, finding: Finding, tMs: number, events: AlarmEvent[]): StandingAlarm {
  const trueSinceMs = before?.trueSinceMs ?? tMs;
  const raised = eventOf(rule, finding, 'raised');
  if (before === undefined || before.raisedAtMs === null) {
    const due = tMs - trueSinceMs >= rule.delayMs;
    if (due) events.push(raised);
    return { event: raised, trueSinceMs, raisedAtMs: due ? tMs : null, acknowledged: false, changedAtMs: tMs };
  }
  const graver = isGraver(raised.priority, before.event.priority);
  if (!saysMore(before, raised, tMs)) return { ...before, trueSinceMs };
  const changed: AlarmEvent = { ...raised, phase: 'changed' };
  events.push(changed);
  // Who acknowledged the milder alarm has not seen this one.
  return { ...before, event: changed, trueSinceMs, acknowledged: before.acknowledged && !graver, changedAtMs: tMs };
}

/** The subject that an id was made of. */
const subjectOfId = (rule: AlarmRule, id: string): string => id.slice(rule.condition.length + 1);

const whenLastKnown = ' (when last known)';

/** An alarm about what nobody can tell now: it stands as it was last known. */
function notKnown(before: StandingAlarm, events: AlarmEvent[], tMs: number): StandingAlarm {
  if (before.event.message.endsWith(whenLastKnown)) return before;
  const event: AlarmEvent = { ...before.event, phase: 'changed', message: `${before.event.message}${whenLastKnown}` };
  events.push(event);
  return { ...before, event, changedAtMs: tMs };
}

/** What becomes of an alarm whose condition is not true; `null` when it is over. */
function notFound(before: StandingAlarm, rule: AlarmRule, inputs: AlarmInputs, events: AlarmEvent[]): StandingAlarm | null {
  const { tMs } = inputs;
  if (before.raisedAtMs === null) return null;
  if (before.trueSinceMs !== null && rule.unknown?.(inputs, subjectOfId(rule, before.event.id))) return notKnown(before, events, tMs);
  if (!rule.latching || before.acknowledged) {
    events.push({ ...before.event, phase: 'ended' });
    return null;
  }
  if (before.trueSinceMs === null) return before;
  // What it said last may have been that nobody could tell.
  const { message } = before.event;
  const said = message.endsWith(whenLastKnown) ? message.slice(0, -whenLastKnown.length) : message;
  const over: AlarmEvent = { ...before.event, phase: 'changed', message: `${said} (over)` };
  events.push(over);
  return { ...before, event: over, trueSinceMs: null, changedAtMs: tMs };
}

function acknowledge(alarms: Alarms, id: string, events: AlarmEvent[]): Alarms {
  const alarm = Object.hasOwn(alarms, id) ? alarms[id] : undefined;
  if (alarm === undefined || alarm.raisedAtMs === null || alarm.acknowledged) return alarms;
  const event: AlarmEvent = { ...alarm.event, phase: 'acknowledged' };
  events.push(event);
  return { ...alarms, [id]: { ...alarm, event, acknowledged: true } };
}

/**
 * Evaluates the whole table at one moment. Pure: the same inputs in the same order raise, change, acknowledge and end the
 * same alarms. `acknowledged`: id of the alarm that somebody has just acknowledged.
 */
export function alarmStep(
  before: Alarms,
  inputs: AlarmInputs,
  acknowledged: string | null,
): { readonly alarms: Alarms; readonly events: readonly AlarmEvent[] } {
  const events: AlarmEvent[] = [];
  const heard = acknowledged === null ? before : acknowledge(before, acknowledged, events);
  const standing = Object.entries(heard);
  const alarms: Record<string, StandingAlarm> = {};
  for (const rule of alarmTable) {
    for (const finding of rule.evaluate(inputs, (subject) => heard[idOf(rule, subject)]?.trueSinceMs != null)) {
      const id = idOf(rule, finding.subject);
      alarms[id] = found(heard[id], rule, finding, inputs.tMs, events);
    }
    for (const [id, alarm] of standing) {
      if (alarm.event.condition !== rule.condition || Object.hasOwn(alarms, id)) continue;
      const left = notFound(alarm, rule, inputs, events);
      if (left) alarms[id] = left;
    }
  }
  return { alarms, events };
}

/** The alarms' part of the session's fold. Comes after the injectors' part, and sees what they are after this sample. */
export function alarmsStep(
  before: AlarmsFold,
  raw: RawSample,
  observation: PlaneObservation | null,
  injectors: InjectorsFold,
): { readonly fold: AlarmsFold; readonly events: readonly AlarmEvent[] } {
  const surroundings = foldSurroundings(before.surroundings, raw, observation);
  const inputs: AlarmInputs = { ...surroundings, tMs: raw.tMs, injectors: presentInjectors(injectors, raw.tMs), cementClock: injectors.cementClock };
  const acknowledged = raw.topic === '/operator' && raw.data.kind === 'acknowledge' ? raw.data.alarm : null;
  const { alarms, events } = alarmStep(before.alarms, inputs, acknowledged);
  return { fold: { surroundings, alarms }, events };
}

/** Raised alarms for a list: gravest first, then the oldest. */
export function alarmList(alarms: Alarms): readonly StandingAlarm[] {
  return Object.values(alarms)
    .filter((alarm) => alarm.raisedAtMs !== null)
    .sort((x, y) => byPriority[x.event.priority] - byPriority[y.event.priority] || (x.raisedAtMs ?? 0) - (y.raisedAtMs ?? 0));
}
