import { createStore, useStore } from 'zustand';
import type { PressureUnit } from '../../src/base/units.ts';
import type { InjectorReading } from '../../src/injector/reading.ts';
import type { ClientMessage, RecordListItem, ReviewOpened, ReviewState, ServerMessage, SessionInfo, Status } from '../../src/link/link.ts';
import type { OperatorEvent, PlaneId } from '../../src/sample/index.ts';
import { type Connection, connect } from '../link/connection.ts';
import { leakSiteText, text } from '../text.ts';
import { allHidden, anyShown, defaultLayers, type OverlayLayers } from '../viewport/layers.ts';
import { createAskedEvents } from './askedEvents.ts';
import { receiveDesk } from './deskStore.ts';
import { emptyCurve, emptyTimeline, foldSamples, type GrowingCurve, growCurve, growingCopy, type TimelineState } from './timeline.ts';

export interface OpenReview {
  readonly opened: ReviewOpened;
  readonly state: ReviewState;
}

/** What the page shows; pictures run in `live`, an open record in `review`. */
export type View = 'live' | 'case' | 'review' | 'setup' | 'reference' | 'help';

export type Asking = 'note' | 'leak' | 'patient' | 'alarms' | 'tools';

/** Both planes alike, or one large with the other beside it for reference. */
export type Layout = 'even' | PlaneId;

/** Said to the person for a few seconds; `id` tells two equal ones apart. */
export interface Notice {
  readonly id: number;
  readonly tone: 'done' | 'trouble';
  readonly message: string;
}

export interface ConsoleState {
  readonly linkUp: boolean;
  /** `performance.now()` when the link went down; null while it is up. */
  readonly linkLostAt: number | null;
  readonly session: SessionInfo | null;
  readonly status: Status | null;
  readonly timeline: TimelineState;
  readonly curve: GrowingCurve;
  /** Counts growth of `curve`, which changes in place. */
  readonly curveVersion: number;
  /** `performance.now()` when the last reading arrived; null before the first. */
  readonly readingAt: number | null;
  readonly lastReading: InjectorReading | null;
  /** `performance.now()` that session time 0 corresponds to, by the last status or sample. */
  readonly sessionZeroAt: number | null;
  readonly records: readonly RecordListItem[] | null;
  readonly review: OpenReview | null;
  readonly view: View;
  readonly held: boolean;
  /** What the live view asks for just now, in the place of the curve. */
  readonly asking: Asking | null;
  readonly activePlane: PlaneId;
  readonly layers: OverlayLayers;
  readonly layout: Layout;
  readonly pressureUnit: PressureUnit;
  readonly notices: readonly Notice[];
}

const unitKey = 'pedicle.pressureUnit';
const storedUnit = (): PressureUnit | null => {
  const value = localStorage.getItem(unitKey);
  return value === 'psi' || value === 'atm' || value === 'bar' || value === 'kPa' ? value : null;
};

const initial: ConsoleState = {
  linkUp: false,
  linkLostAt: null,
  session: null,
  status: null,
  timeline: emptyTimeline,
  curve: emptyCurve(),
  curveVersion: 0,
  readingAt: null,
  lastReading: null,
  sessionZeroAt: null,
  records: null,
  review: null,
  view: 'live',
  held: false,
  asking: null,
  activePlane: 'a',
  layers: defaultLayers,
  layout: 'even',
  pressureUnit: 'psi',
  notices: [],
};

export const consoleStore = createStore<ConsoleState>(() => initial);
export const useConsole = <T>(select: (state: ConsoleState) => T): T => useStore(consoleStore, select);
const { getState, setState } = consoleStore;

let connection: Connection | null = null;
let noticeCount = 0;
const noticeMs = 6000;

export function notify(tone: Notice['tone'], message: string): void {
  const id = ++noticeCount;
  setState(({ notices }) => ({ notices: [...notices.slice(-2), { id, tone, message }] }));
  setTimeout(() => setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) })), noticeMs);
}

/** What a message changes; `now` is `performance.now()`. `curve` grows in place, everything else is replaced. */
function changeBy(message: ServerMessage, state: ConsoleState, now: number): Partial<ConsoleState> {
  switch (message.kind) {
    case 'hello':
      return {
        session: message.session,
        status: message.status,
        // Another session begins with nothing of the one before; after a lost link it is still the same one.
        ...(message.session?.startedAtEpochMs !== state.session?.startedAtEpochMs && { held: false, lastReading: null, readingAt: null }),
        timeline: foldSamples(emptyTimeline, message.samples),
        curve: growingCopy(message.curve),
        curveVersion: state.curveVersion + 1,
        sessionZeroAt: message.status ? now - message.status.nowMs : null,
        pressureUnit: storedUnit() ?? message.session?.display.pressureUnit ?? 'psi',
      };
    case 'samples': {
      const reading = message.samples.findLast((sample) => sample.topic === '/injector/reading');
      return {
        timeline: foldSamples(state.timeline, message.samples),
        curveVersion: growCurve(state.curve, message.samples) ? state.curveVersion + 1 : state.curveVersion,
        readingAt: reading ? now : state.readingAt,
        lastReading: reading ? reading.data : state.lastReading,
      };
    }
    case 'status':
      return { status: message.status, sessionZeroAt: now - message.status.nowMs };
    case 'records':
      return { records: message.records };
    case 'review-opened': {
      const start: ReviewState = { review: message.opened.review, positionMs: 0, playing: false, speed: 1 };
      return { review: { opened: message.opened, state: start }, view: 'review' };
    }
    case 'review-state':
      return state.review?.opened.review === message.state.review ? { review: { ...state.review, state: message.state } } : {};
    default:
      // What the desk side keeps, see deskStore.ts.
      return {};
  }
}

/** What to say when an operator event has come back from the record: only then it is certain. */
function doneWords(event: OperatorEvent): string | null {
  const done = text.actions.done;
  switch (event.kind) {
    case 'mark':
    case 'reference':
    case 'note':
    case 'plan':
    case 'patient':
    case 'zero':
    case 'correction':
      return done[event.kind];
    case 'store-frame':
      return done.store(text.picture.plane[event.plane]);
    case 'leak-seen':
      return done.leak(leakSiteText[event.site]);
    case 'cement-mixed':
      return done.mixed;
    case 'stage':
      return done.stage(text.stage[event.stage]);
    case 'device-used':
      return done.device(event.name);
    case 'sign-off':
      return done.signOff;
    case 'performed':
      return text.event.performed[event.outcome];
    case 'acknowledge':
      return null;
  }
}

function receive(message: ServerMessage): void {
  setState((state) => changeBy(message, state, performance.now()));
  receiveDesk(message);
  if (message.kind === 'refused') notify('trouble', message.message);
  if (message.kind !== 'samples') return;
  for (const sample of message.samples) {
    const words = sample.topic === '/operator' && asked.take(sample.data, performance.now()) ? doneWords(sample.data) : null;
    if (words) notify('done', words);
  }
}

function linkChanged(up: boolean): void {
  setState({ linkUp: up, linkLostAt: up ? null : performance.now() });
  if (!up) return;
  // A review lives in the bridge that opened it: after a new connection it has to be opened again.
  const { review } = getState();
  if (!review) return;
  setState({ review: null });
  send({ kind: 'open-review', record: review.opened.record });
}

/** Starts the one connection of this page. */
export function startConsole(): void {
  if (!connection) connection = connect(receive, linkChanged);
}

/** False, and a notice, when the link is down. */
export function send(message: ClientMessage): boolean {
  const sent = connection?.send(message) ?? false;
  if (!sent) notify('trouble', text.notSent);
  return sent;
}

/** What was asked for here: what a script or another console records is in the record and on the strip, but nobody here waits for it. */
const asked = createAskedEvents();

/** An operator event on its way into the record; it counts when it comes back in the samples. */
export function operate(event: OperatorEvent): boolean {
  asked.add(event, performance.now());
  return send({ kind: 'operator', event });
}

export const ask = (asking: Asking | null): void => setState({ asking });
export const setHeld = (held: boolean): void => setState({ held });
export const setLayers = (layers: OverlayLayers): void => setState({ layers });
export const setLayout = (layout: Layout): void => setState({ layout });
let layersBefore: OverlayLayers = defaultLayers;
/** Everything off when anything is on, else what was on before. */
export function toggleOverlay(): void {
  const { layers } = getState();
  if (!anyShown(layers)) {
    setState({ layers: layersBefore });
    return;
  }
  layersBefore = layers;
  setState({ layers: allHidden(layers) });
}
export const setActivePlane = (activePlane: PlaneId): void => setState({ activePlane });
export const setPressureUnit = (pressureUnit: PressureUnit): void => {
  localStorage.setItem(unitKey, pressureUnit);
  setState({ pressureUnit });
};

/** Any view but the records, which are asked for anew; an open record is closed. */
export function showView(view: Exclude<View, 'review'>): void {
  const { review } = getState();
  if (review) send({ kind: 'close-review', review: review.opened.review });
  setState({ view, review: null });
}
export const showLive = (): void => showView('live');

export function showRecords(): void {
  const { review } = getState();
  if (review) send({ kind: 'close-review', review: review.opened.review });
  setState({ view: 'review', review: null, records: null });
  send({ kind: 'list-records' });
}
