import type { AlarmEvent } from '../../src/alarm/alarm.ts';
import type { Pose } from '../../src/guidance/observation.ts';
import type { InjectorReading } from '../../src/injector/reading.ts';
import type { InjectorState } from '../../src/injector/state.ts';
import type { Curve, Curves } from '../../src/link/link.ts';
import type { ProcedureState } from '../../src/procedure/procedureState.ts';
import type { DeviceEvent, OperatorEvent, Sample } from '../../src/sample/index.ts';
import { shownInjector } from './injectors.ts';

export type Patient = Extract<OperatorEvent, { kind: 'patient' }>;

/** One alarm as it stands: the last thing said of it, since when, and whether somebody has seen it. */
export interface StandingAlarm {
  readonly event: AlarmEvent;
  readonly sinceMs: number;
  readonly acknowledged: boolean;
}

/** Something that happened, for the time strip and the list of events. */
export interface TimelineEvent {
  readonly tMs: number;
  readonly seq: number;
  readonly source:
    | { readonly of: 'operator'; readonly event: OperatorEvent }
    | { readonly of: 'alarm'; readonly event: AlarmEvent }
    | { readonly of: 'device'; readonly event: DeviceEvent };
}

/** Everything the small samples say up to some moment. */
export interface TimelineState {
  readonly alarms: ReadonlyMap<string, StandingAlarm>;
  readonly events: readonly TimelineEvent[];
  /** The injector that the numbers and curves are of. */
  readonly injector: InjectorState | null;
  /** Every injector of the session, by its device name. */
  readonly injectors: ReadonlyMap<string, InjectorState>;
  readonly procedure: ProcedureState | null;
  readonly patient: Patient | null;
  readonly pose: { readonly tMs: number; readonly pose: Pose } | null;
  readonly gaps: number;
  /** Ingest numbers of events that a later correction names. */
  readonly corrected: ReadonlySet<number>;
  /** When the operator said that cement was mixed, by the ingest number of the event; without those taken back. */
  readonly mixes: readonly { readonly seq: number; readonly tMs: number }[];
  /** The last sample folded. */
  readonly lastMs: number;
}

export const emptyTimeline: TimelineState = {
  alarms: new Map(),
  events: [],
  injector: null,
  injectors: new Map(),
  procedure: null,
  patient: null,
  pose: null,
  gaps: 0,
  corrected: new Set(),
  mixes: [],
  lastMs: 0,
};

const isOver = (alarm: StandingAlarm): boolean => alarm.event.phase === 'ended';

function withAlarm(alarms: ReadonlyMap<string, StandingAlarm>, event: AlarmEvent, tMs: number): ReadonlyMap<string, StandingAlarm> {
  const next = new Map(alarms);
  const before = next.get(event.id);
  const continued = before !== undefined && !isOver(before) && event.phase !== 'raised';
  if (event.phase === 'ended') next.delete(event.id);
  else
    next.set(event.id, {
      event,
      sinceMs: continued ? before.sinceMs : tMs,
      acknowledged: event.phase === 'acknowledged' || (continued && before.acknowledged),
    });
  return next;
}

/** Only what a person wants to find again on the strip: acknowledgements and changes of an alarm are in the record, not here. */
const isShown = (event: AlarmEvent): boolean => event.phase === 'raised';

/** With what is newly known of injectors; which of them is shown goes by what they fill, until a person chooses. */
export function withInjectors(state: TimelineState, states: readonly InjectorState[], chosen: string | null = null): TimelineState {
  const injectors = new Map(state.injectors);
  for (const injector of states) injectors.set(injector.device, injector);
  return { ...state, injectors, injector: shownInjector(injectors, chosen, state.procedure?.stage ?? null) };
}

function foldOne(state: TimelineState, sample: Sample, events: TimelineEvent[]): TimelineState {
  const { tMs, seq } = sample;
  switch (sample.topic) {
    case '/alarm':
      if (isShown(sample.data)) events.push({ tMs, seq, source: { of: 'alarm', event: sample.data } });
      return { ...state, alarms: withAlarm(state.alarms, sample.data, tMs) };
    case '/operator':
      if (sample.data.kind !== 'acknowledge') events.push({ tMs, seq, source: { of: 'operator', event: sample.data } });
      if (sample.data.kind === 'correction') {
        const { of } = sample.data;
        return { ...state, corrected: new Set(state.corrected).add(of), mixes: state.mixes.filter((mix) => mix.seq !== of) };
      }
      if (sample.data.kind === 'patient') return { ...state, patient: sample.data };
      return sample.data.kind === 'cement-mixed' ? { ...state, mixes: [...state.mixes, { seq, tMs }] } : state;
    case '/device':
      if (sample.data.state !== 'connected') events.push({ tMs, seq, source: { of: 'device', event: sample.data } });
      return state;
    case '/injector/state':
      return withInjectors(state, [sample.data]);
    case '/procedure':
      return { ...state, procedure: sample.data };
    case '/guidance/pose':
      return { ...state, pose: { tMs, pose: sample.data } };
    case '/gap':
      return { ...state, gaps: state.gaps + 1 };
    default:
      return state;
  }
}

/** When the cement was mixed whose clock runs; null while none is. */
export const mixedAtMs = ({ mixes }: Pick<TimelineState, 'mixes'>): number | null => mixes.at(-1)?.tMs ?? null;

/** The state after these samples too. Pure: `state` is not changed. */
export function foldSamples(state: TimelineState, samples: readonly Sample[]): TimelineState {
  const events: TimelineEvent[] = [];
  let next = state;
  for (const sample of samples) next = foldOne(next, sample, events);
  const last = samples.at(-1);
  return { ...next, events: events.length > 0 ? [...state.events, ...events] : state.events, lastMs: last ? last.tMs : state.lastMs };
}

/**
 * The state at a moment of a record. Keeps where it was, so that playing forward folds each sample once; going back folds
 * from the start.
 */
export function createTimelineCursor(samples: readonly Sample[]): (tMs: number) => TimelineState {
  let state = emptyTimeline;
  let next = 0;
  let atMs = Number.NEGATIVE_INFINITY;
  return (tMs) => {
    if (tMs < atMs) {
      state = emptyTimeline;
      next = 0;
    }
    atMs = tMs;
    let end = next;
    while (end < samples.length && (samples[end]?.tMs ?? Number.POSITIVE_INFINITY) <= tMs) end++;
    if (end > next) state = foldSamples(state, samples.slice(next, end));
    next = end;
    return state;
  };
}

/** The curve under construction: grows in place, since it lives as long as the session. */
export interface GrowingCurve {
  readonly tMs: number[];
  readonly pressureKpa: (number | null)[];
  readonly volumeMl: (number | null)[];
  readonly mode: ('idle' | 'balloon' | 'cement' | null)[];
}

export const emptyCurve = (): GrowingCurve => ({ tMs: [], pressureKpa: [], volumeMl: [], mode: [] });
const growingCopy = (curve: Curve): GrowingCurve => ({
  tMs: [...curve.tMs],
  pressureKpa: [...curve.pressureKpa],
  volumeMl: [...curve.volumeMl],
  mode: [...curve.mode],
});

/** One growing curve an injector; devices are added as they speak. */
export type GrowingCurves = Record<string, GrowingCurve>;

export const growingCopies = (curves: Curves): GrowingCurves =>
  Object.fromEntries(Object.entries(curves).map(([device, curve]) => [device, growingCopy(curve)]));

/** As thin as the curve the bridge keeps. */
const curveStepMs = 100;

function addReading(curve: GrowingCurve, tMs: number, reading: InjectorReading): void {
  const last = curve.tMs.length - 1;
  const isNewStep = last < 0 || tMs - (curve.tMs[last] ?? 0) >= curveStepMs || curve.mode[last] !== reading.mode;
  if (isNewStep) {
    curve.tMs.push(tMs);
    curve.pressureKpa.push(reading.pressureKpa);
    curve.volumeMl.push(reading.volumeMl);
    curve.mode.push(reading.mode);
    return;
  }
  const highest = curve.pressureKpa[last] ?? null;
  if (reading.pressureKpa !== null && (highest === null || reading.pressureKpa > highest)) curve.pressureKpa[last] = reading.pressureKpa;
  curve.volumeMl[last] = reading.volumeMl;
}

/** Adds the readings among these samples, at most ten points a second with the highest pressure of each; true when there were any. */
export function growCurves(curves: GrowingCurves, samples: readonly Sample[]): boolean {
  let grew = false;
  for (const sample of samples) {
    if (sample.topic !== '/injector/reading') continue;
    const { device } = sample.data;
    const curve = curves[device] ?? emptyCurve();
    curves[device] = curve;
    addReading(curve, sample.tMs, sample.data);
    grew = true;
  }
  return grew;
}

/**
 * The timeline of a session that may have ended: its alarms are in its record then. Nobody can acknowledge them any more, so that they
 * would stand and sound into the next procedure.
 */
export const whileRunning = (timeline: TimelineState, hasEnded: boolean): TimelineState =>
  hasEnded && timeline.alarms.size > 0 ? { ...timeline, alarms: new Map() } : timeline;
