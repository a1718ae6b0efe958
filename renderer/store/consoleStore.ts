import { createStore, useStore } from 'zustand';
import type { PressureUnit } from '../../src/base/units.ts';
import type { InjectorReading } from '../../src/injector/reading.ts';
import type { ClientMessage, RecordListItem, ServerMessage, SessionInfo, Status } from '../../src/link/link.ts';
import type { ReceivedRuns } from '../../src/link/received.ts';
import type { PictureLayout } from '../../src/procedure/displaySite.ts';
import { leakSiteWords } from '../../src/procedure/leakSiteWords.ts';
import type { OperatorEvent, PlaneId, Sample, Stage } from '../../src/sample/index.ts';
import { receiveAccess } from '../access/accessStore.ts';
import { type Connection, connect } from '../link/connection.ts';
import { text } from '../text.ts';
import { allHidden, anyShown, defaultLayers, type OverlayLayers } from '../viewport/layers.ts';
import { forgetStills, stillOf } from '../viewport/stills.ts';
import { forgetMeasures } from '../viewport/toolStore.ts';
import { createAskedEvents } from './askedEvents.ts';
import { deskStore, forgetAsked, receiveDesk } from './deskStore.ts';
import { type OpenReview, openedReview, reopenedReview, updatedReview } from './openReview.ts';
import { emptyTimeline, foldSamples, type GrowingCurves, growCurves, growingCopies, type TimelineState, whileRunning } from './timeline.ts';

/** What the page shows; pictures run in `live`, an open record in `review`. */
export type View = 'live' | 'case' | 'review' | 'setup' | 'reference' | 'help';

export type { OpenReview };

export type Asking = 'note' | 'leak' | 'alarms' | 'tools' | 'checklist' | 'level' | 'heights' | 'injectors';

export type Layout = PictureLayout;

/** Said to the person for a few seconds; `id` tells two equal ones apart. */
export interface Notice {
  readonly id: number;
  readonly tone: 'done' | 'trouble';
  readonly message: string;
}

export interface HeardReading {
  readonly reading: InjectorReading;
  /** `performance.now()` when it arrived here. */
  readonly at: number;
}

export interface ConsoleState {
  readonly linkUp: boolean;
  readonly session: SessionInfo | null;
  readonly status: Status | null;
  readonly timeline: TimelineState;
  readonly curves: GrowingCurves;
  /** Counts growth of `curves`, which changes in place. */
  readonly curveVersion: number;
  /** The last reading of each injector. */
  readonly readings: ReadonlyMap<string, HeardReading>;
  /** The injector that a person wants in numbers and curves; null leaves it to what they fill. */
  readonly chosenInjector: string | null;
  /** `performance.now()` that session time 0 corresponds to, by the last status or sample. */
  readonly sessionZeroAt: number | null;
  readonly records: readonly RecordListItem[] | null;
  /** The record that was asked for and has not come yet; null again when the person goes elsewhere meanwhile. */
  readonly opening: string | null;
  readonly review: OpenReview | null;
  /** A second record beside `review`, locked to it in time. */
  readonly comparison: OpenReview | null;
  /** The record that was asked for as the second one and has not come yet. */
  readonly comparing: string | null;
  readonly view: View;
  readonly held: boolean;
  /** What the live view asks for just now, in the place of the curve. */
  readonly asking: Asking | null;
  readonly activePlane: PlaneId;
  readonly layers: OverlayLayers;
  readonly layout: Layout;
  /** Chosen by a person or by the page's address: what the site begins with does not count any more. */
  readonly isLayoutChosen: boolean;
  /** Live minus reference. */
  readonly roadmap: boolean;
  /** Counts how often the last image was taken to stand beside the live picture. */
  readonly lastImages: number;
  /** Counts new references as they are recorded; those from before this page was opened have no picture here. */
  readonly references: Readonly<Record<PlaneId, number>>;
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
  session: null,
  status: null,
  timeline: emptyTimeline,
  curves: {},
  curveVersion: 0,
  readings: new Map(),
  chosenInjector: null,
  sessionZeroAt: null,
  records: null,
  opening: null,
  review: null,
  comparison: null,
  comparing: null,
  view: 'live',
  held: false,
  asking: null,
  activePlane: 'a',
  layers: defaultLayers,
  layout: 'even',
  isLayoutChosen: false,
  roadmap: false,
  lastImages: 0,
  references: { a: 0, b: 0 },
  pressureUnit: 'psi',
  notices: [],
};

export const consoleStore = createStore<ConsoleState>(() => initial);
export const useConsole = <T>(select: (state: ConsoleState) => T): T => useStore(consoleStore, select);
const { getState, setState } = consoleStore;

let connection: Connection | null = null;
/** Where the site configuration says how this page begins. */
let layoutField: 'layout' | 'picturesLayout' = 'layout';
let noticeCount = 0;
const noticeMs = 6000;

export function notify(tone: Notice['tone'], message: string): void {
  const id = ++noticeCount;
  setState(({ notices }) => ({ notices: [...notices.slice(-2), { id, tone, message }] }));
  setTimeout(() => setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) })), noticeMs);
}

function countReferences(before: ConsoleState['references'], samples: readonly Sample[]): ConsoleState['references'] {
  let counts = before;
  for (const { topic, data } of samples) {
    if (topic !== '/operator' || data.kind !== 'reference') continue;
    counts = { a: counts.a + Number(data.plane !== 'b'), b: counts.b + Number(data.plane !== 'a') };
  }
  return counts;
}

function withReadings(before: ConsoleState['readings'], samples: readonly Sample[], now: number): ConsoleState['readings'] {
  if (!samples.some(({ topic }) => topic === '/injector/reading')) return before;
  const readings = new Map(before);
  for (const { topic, data } of samples) if (topic === '/injector/reading') readings.set(data.device, { reading: data, at: now });
  return readings;
}

/** What a message changes; `now` is `performance.now()`. `curve` grows in place, everything else is replaced. */
function changeBy(message: ServerMessage, state: ConsoleState, now: number): Partial<ConsoleState> {
  switch (message.kind) {
    case 'hello':
      return {
        session: message.session,
        status: message.status,
        // Another session begins with nothing of the one before; after a lost link it is still the same one.
        timeline: whileRunning(foldSamples(emptyTimeline, message.samples), message.status?.ended ?? false),
        curves: growingCopies(message.curves),
        curveVersion: state.curveVersion + 1,
        sessionZeroAt: message.status ? now - message.status.nowMs : null,
        // Numbers of another session must not stand here, not even greyed.
        ...(message.session?.startedAtEpochMs !== state.session?.startedAtEpochMs && { readings: new Map(), chosenInjector: null, held: false }),
        pressureUnit: storedUnit() ?? message.session?.display.pressureUnit ?? 'psi',
      };
    case 'samples':
      return {
        timeline: whileRunning(foldSamples(state.timeline, message.samples), state.status?.ended ?? false),
        curveVersion: growCurves(state.curves, message.samples) ? state.curveVersion + 1 : state.curveVersion,
        readings: withReadings(state.readings, message.samples, now),
        references: countReferences(state.references, message.samples),
      };
    case 'status':
      return { status: message.status, sessionZeroAt: now - message.status.nowMs, timeline: whileRunning(state.timeline, message.status.ended) };
    case 'records':
      return { records: message.records };
    case 'site':
      return state.isLayoutChosen ? {} : { layout: message.site.site.display?.[layoutField] ?? 'even' };
    case 'review-opened': {
      const opened = openedReview(message.opened);
      const { record } = message.opened;
      if (state.review && state.comparing === record) return { comparison: opened, comparing: null };
      // Nobody asked for it again: the link was lost and has come back.
      if (state.review?.opened.record === record) return { review: reopenedReview(message.opened, state.review), comparison: null };
      // What nobody waits for any more must not take the screen from what they went to.
      return state.opening === record ? { review: opened, comparison: null, comparing: null, opening: null, view: 'review' } : {};
    }
    case 'review-part':
    case 'review-state':
      return { review: updatedReview(state.review, message), comparison: updatedReview(state.comparison, message) };
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
      return done.leak(leakSiteWords[event.site]);
    case 'cement-mixed':
      return done.mixed;
    case 'stage':
      return done.stage(text.stage[event.stage]);
    case 'device-used':
      return done.device(event.name);
    case 'endplates':
      return done.endplates;
    case 'sign-off':
      return done.signOff;
    case 'performed':
      return text.event.performed[event.outcome];
    case 'acknowledge':
    case 'check':
      return null;
  }
}

/** A run that has come since is said so, whatever view is open. */
function tellOfRun(before: ReceivedRuns, { runs }: ReceivedRuns): void {
  const [newest] = runs;
  if (newest && newest.id !== before.runs[0]?.id) notify('done', text.received.arrived(String(newest.frames), newest.from));
}

function receive(message: ServerMessage): void {
  const stageBefore = getState().timeline.procedure?.stage ?? null;
  if (message.kind === 'hello' && message.session?.startedAtEpochMs !== getState().session?.startedAtEpochMs) forgetProcedure();
  const reviewsBefore = openReviewIds();
  setState((state) => changeBy(message, state, performance.now()));
  if (message.kind === 'review-opened') closeUnshown([...reviewsBefore, message.opened.review]);
  const receivedBefore = deskStore.getState().received;
  receiveDesk(message);
  if (message.kind === 'review-opened') seekWhereItStood(message.opened.review);
  if (message.kind === 'received-runs' && receivedBefore) tellOfRun(receivedBefore, message.received);
  receiveAccess(message);
  // Records are for whoever is signed in: the bridge has closed them.
  if (message.kind === 'access' && message.access.required && !message.access.user) {
    forgetReviews();
    setState({ records: null });
  }
  if (message.kind === 'refused') notify('trouble', message.message);
  if (message.kind !== 'samples') return;
  for (const sample of message.samples) {
    if (sample.topic !== '/operator' || !asked.take(sample.data, performance.now())) continue;
    if (!reversals.take(sample.data, performance.now()) && undoable.has(sample.data.kind)) own.push({ seq: sample.seq, event: sample.data, stageBefore });
    const words = doneWords(sample.data);
    if (words) notify('done', words);
  }
}

/** What this page keeps of one procedure must not stand in, or be taken back into, the next. */
function forgetProcedure(): void {
  forgetStills();
  forgetMeasures('live');
  own.length = 0;
}

/** The ids of the records that are shown. */
const openReviewIds = (): readonly string[] => [getState().review, getState().comparison].flatMap((each) => each?.opened.review ?? []);

/** Has the bridge close what it has open of these without its being shown; it does not mind ids of a link that was lost. */
function closeUnshown(reviews: readonly string[]): void {
  const shown = openReviewIds();
  for (const review of reviews) if (!shown.includes(review)) send({ kind: 'close-review', review });
}

/** A review that was opened again goes to where it stood. */
function seekWhereItStood(review: string): void {
  const positionMs = getState().review?.state.positionMs ?? 0;
  if (getState().review?.opened.review === review && positionMs > 0) send({ kind: 'seek', review, positionMs });
}

function linkChanged(up: boolean): void {
  setState({ linkUp: up });
  if (!up) {
    forgetAsked();
    return;
  }
  // Shortcuts and checklists of this site.
  send({ kind: 'get-site' });
  // A review lives as long as the connection that opened it: it is opened again, and stays on the screen meanwhile.
  const { review, comparison } = getState();
  if (!review) return;
  send({ kind: 'open-review', record: review.opened.record });
  if (comparison) compareWith(comparison.opened.record);
}

/** Starts the one connection of this page; the window with the pictures alone begins with a layout of its own. */
export function startConsole(page: 'console' | 'pictures', layout: Layout | null): void {
  layoutField = page === 'console' ? 'layout' : 'picturesLayout';
  if (layout) setState({ layout, isLayoutChosen: true });
  if (!connection) connection = connect(receive, linkChanged);
}

/** False, and a notice, when the link is down. */
export function send(message: ClientMessage): boolean {
  const sent = connection?.send(message) ?? false;
  if (!sent) notify('trouble', text.notSent);
  return sent;
}

/** Something recorded from this console that can be taken back. */
export interface OwnEvent {
  readonly seq: number;
  readonly event: OperatorEvent;
  readonly stageBefore: Stage | null;
}
const undoable: ReadonlySet<OperatorEvent['kind']> = new Set(['mark', 'store-frame', 'reference', 'leak-seen', 'note', 'stage', 'cement-mixed']);
const own: OwnEvent[] = [];
/** The latest that has not been taken yet, out of the list; undefined when there is none. */
export const takeOwn = (): OwnEvent | undefined => own.pop();
/** Back into the list: it could not be taken back. */
export const keepOwn = (event: OwnEvent): void => void own.push(event);

/** What was asked for here: what a script or another console records is in the record and on the strip, but nobody here waits for it. */
const asked = createAskedEvents();
/** Those of `asked` that put back what another has changed. */
const reversals = createAskedEvents();

/** An operator event on its way into the record; it counts when it comes back in the samples. */
export function operate(event: OperatorEvent): boolean {
  asked.add(event, performance.now());
  return send({ kind: 'operator', event });
}

/** As `operate`, for an event that puts back what another has changed: it is not one to be taken back itself. */
export function operateReversal(event: OperatorEvent): boolean {
  reversals.add(event, performance.now());
  return operate(event);
}

/** Shows this injector in numbers and curves. */
export const showInjector = (device: string): void => setState({ chosenInjector: device });
export const ask = (asking: Asking | null): void => setState({ asking });
/** The last image: beside the live picture where the layout has a place for it, else in its place until released. */
export const lastImage = (): void => setState(({ layout, held, lastImages }) => (layout === 'last' ? { lastImages: lastImages + 1 } : { held: !held }));
/** Live minus reference, or plain; without any reference the frame shown now becomes it. */
export function toggleRoadmap(): void {
  const { roadmap } = getState();
  if (!roadmap && !stillOf('a', 'reference') && !stillOf('b', 'reference')) operate({ kind: 'reference' });
  setState({ roadmap: !roadmap });
}
export const setLayers = (layers: OverlayLayers): void => setState({ layers });
export const setLayout = (layout: Layout): void =>
  setState((state) => ({
    layout,
    isLayoutChosen: true,
    ...(layout === 'last' && { held: false, lastImages: state.lastImages + (state.layout === 'last' ? 0 : 1) }),
  }));
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

function forgetReviews(): void {
  forgetMeasures('review');
  forgetMeasures('compare');
  setState({ opening: null, review: null, comparison: null, comparing: null });
}

function closeReviews(): void {
  const reviews = openReviewIds();
  forgetReviews();
  closeUnshown(reviews);
}

/** Any view but the records, which are asked for anew; an open record is closed. */
export function showView(view: Exclude<View, 'review'>): void {
  closeReviews();
  setState({ view });
}
export const showLive = (): void => showView('live');

/** Opens a record as soon as it has come, unless the person has gone elsewhere by then. */
export function openRecord(record: string): void {
  if (send({ kind: 'open-review', record })) setState({ opening: record });
}

export function showRecords(): void {
  // The list is there, and has asked already.
  if (getState().view === 'review' && !getState().review) return;
  closeReviews();
  // The list asks for what fits its search.
  setState({ view: 'review', records: null });
}

/** Opens a second record beside the one under review. */
export function compareWith(record: string): void {
  endComparison();
  if (send({ kind: 'open-review', record })) setState({ comparing: record });
}

export function endComparison(): void {
  const { comparison } = getState();
  if (comparison) send({ kind: 'close-review', review: comparison.opened.review });
  forgetMeasures('compare');
  setState({ comparison: null, comparing: null });
}
