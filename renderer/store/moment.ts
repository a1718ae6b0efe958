import { useMemo } from 'react';
import { indexAt } from '../../src/base/times.ts';
import type { Curve, Curves, SessionInfo } from '../../src/link/link.ts';
import { planeIds } from '../../src/sample/index.ts';
import { useTick } from '../app/tick.ts';
import { pictureInfo } from '../viewport/pictureInfo.ts';
import { consoleStore, type HeardReading, type OpenReview, useConsole } from './consoleStore.ts';
import { type NumberFreshness, numberFreshness } from './stale.ts';

import { createTimelineCursor, emptyCurve, emptyTimeline, foldSamples, type TimelineState, withInjectors } from './timeline.ts';

/** Pressure and volume at one moment, and whether they may be trusted as of that moment. */
export interface MomentReading {
  readonly pressureKpa: number | null;
  readonly volumeMl: number | null;
  readonly rateMlPerMin: number | null;
  readonly mode: 'idle' | 'balloon' | 'cement' | null;
  readonly freshness: NumberFreshness;
  readonly ageMs: number | null;
}

/** Everything the panels show of one moment: now when live, the position when a record is reviewed. One form for both. */
export interface Moment {
  readonly mode: 'live' | 'review';
  /** Session time, ms. */
  readonly nowMs: number;
  readonly session: SessionInfo | null;
  readonly timeline: TimelineState;
  readonly curve: Curve;
  readonly curveVersion: number;
  readonly reading: MomentReading;
  /** Readings of every injector that has spoken, the shown one included, by device name. */
  readonly readings: ReadonlyMap<string, MomentReading>;
}

const noReading: MomentReading = { pressureKpa: null, volumeMl: null, rateMlPerMin: null, mode: null, freshness: 'none', ageMs: null };
/** A frame farther ahead of the position than this is one from before a jump back. */
const playAheadMs = 300;
const noCurve = emptyCurve();
/** A point of a thinned curve stands for this long at most. */
const curvePointHoldsMs = 600;

function readingFromCurve(curve: Curve, atMs: number): MomentReading {
  const index = indexAt(curve.tMs, atMs);
  if (index < 0) return noReading;
  const ageMs = atMs - (curve.tMs[index] ?? 0);
  return {
    pressureKpa: curve.pressureKpa[index] ?? null,
    volumeMl: curve.volumeMl[index] ?? null,
    rateMlPerMin: null,
    mode: curve.mode[index] ?? null,
    freshness: ageMs > curvePointHoldsMs ? 'stale' : 'fresh',
    ageMs,
  };
}

/** The last reading of a live injector, or the end of its curve after a reload. */
function liveReading(heard: HeardReading | undefined, curve: Curve, now: number, nowMs: number, linkUp: boolean): MomentReading {
  const last = readingFromCurve(curve, Number.POSITIVE_INFINITY);
  // After a reload the curve is there before the first reading: then its last point's age is all there is to go by.
  const ageMs = heard ? now - heard.at : last.freshness === 'none' ? null : nowMs - (curve.tMs.at(-1) ?? 0);
  const { pressureKpa, volumeMl, rateMlPerMin, mode } = heard?.reading ?? last;
  return { pressureKpa, volumeMl, rateMlPerMin, mode, ageMs, freshness: numberFreshness(linkUp, ageMs) };
}

const devicesOf = (curves: Curves): readonly string[] => Object.keys(curves).sort();

function useLiveMoment(): Moment {
  const now = useTick();
  // Read at the tick rather than subscribed to: a hundred readings a second must not draw the panels a hundred times.
  const { linkUp, session, curves, curveVersion, readings: heard, chosenInjector, sessionZeroAt, ...state } = consoleStore.getState();
  const timeline = withInjectors(state.timeline, [], chosenInjector);
  // An ended session stands where it ended.
  const nowMs = state.status?.ended ? state.status.nowMs : sessionZeroAt === null ? timeline.lastMs : now - sessionZeroAt;
  const readings = new Map(devicesOf(curves).map((device) => [device, liveReading(heard.get(device), curves[device] ?? noCurve, now, nowMs, linkUp)]));
  const shown = timeline.injector?.device ?? '';
  const curve = curves[shown] ?? noCurve;
  return { mode: 'live', nowMs, session, timeline, curve, curveVersion, reading: readings.get(shown) ?? noReading, readings };
}

/** The position of an open record; `mode` says which pictures are its own. */
export function useReviewMoment(review: OpenReview | null, mode: 'review' | 'compare'): Moment | null {
  const samples = review?.samples ?? null;
  const cursor = useMemo(() => (samples ? createTimelineCursor(samples) : null), [samples]);
  // A record is of one patient, also before the moment at which their name was entered or attached.
  const patient = useMemo(() => (samples ? foldSamples(emptyTimeline, samples).patient : null), [samples]);
  if (!review || !cursor) return null;
  const { positionMs, playing, injectors, pose } = review.state;
  // The bridge tells the position ten times a second; while playing, the frames themselves say more precisely where it is.
  const shownMs = planeIds.map((plane) => pictureInfo(`${mode}/${plane}`).header?.tMs ?? 0);
  const nowMs = playing ? Math.max(positionMs, ...shownMs.filter((tMs) => tMs - positionMs < playAheadMs * review.state.speed)) : positionMs;
  const { curves } = review;
  const timeline = withInjectors({ ...cursor(nowMs), pose, patient }, injectors, consoleStore.getState().chosenInjector);
  // What is chosen for the live view need not be in this record.
  const shown = timeline.injector?.device ?? devicesOf(curves)[0] ?? '';
  const curve = curves[shown] ?? noCurve;
  const readings = new Map(devicesOf(curves).map((device) => [device, readingFromCurve(curves[device] ?? noCurve, nowMs)]));
  return {
    mode: 'review',
    nowMs,
    session: review.opened.session,
    timeline,
    curve,
    curveVersion: curve.tMs.length,
    reading: readings.get(shown) ?? noReading,
    readings,
  };
}

const nothing: Moment = {
  mode: 'review',
  nowMs: 0,
  session: null,
  timeline: emptyTimeline,
  curve: noCurve,
  curveVersion: 0,
  reading: noReading,
  readings: new Map(),
};

/** The moment that the present view shows. */
export function useMoment(): Moment {
  const view = useConsole((state) => state.view);
  const live = useLiveMoment();
  const reviewed = useReviewMoment(
    useConsole((state) => state.review),
    'review',
  );
  return view === 'review' ? (reviewed ?? nothing) : live;
}
