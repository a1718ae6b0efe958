import { SegmentedControl, Select } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { reviewStreamPath } from '../../src/link/link.ts';
import { type PlaneId, planeIds } from '../../src/sample/index.ts';
import { dateText, fixed, positionText } from '../app/format.ts';
import { stepKeys, useKeys } from '../app/keys.ts';
import { useTick } from '../app/tick.ts';
import { eventWords } from '../live/eventText.ts';
import { endComparison, type OpenReview, send, setActivePlane, useConsole } from '../store/consoleStore.ts';
import { type Moment, useReviewMoment } from '../store/moment.ts';
import { firstCurve } from '../store/openReview.ts';
import { stageText, text } from '../text.ts';
import { PlaneView } from '../viewport/PlaneView.tsx';
import { commonAnchors } from './alignment.ts';
import { ComparedValues, comparedOf } from './ComparedValues.tsx';
import { ComparisonCurve } from './ComparisonCurve.tsx';
import { SeekSlider } from './SeekSlider.tsx';
import { transportOf } from './Transport.tsx';

const words = text.compare;
/** For the last differences that no event explains. */
const nudgeMs = 100;

/** What an anchor is called. */
function anchorText(id: string): string {
  if (id.startsWith('stage-')) return stageText(id.slice('stage-'.length));
  return id === 'start' || id === 'mixed' || id === 'mark' ? words.anchors[id] : id;
}

interface SideProps {
  readonly review: OpenReview;
  readonly moment: Moment | null;
  readonly mode: 'review' | 'compare';
  readonly plane: PlaneId;
}

/** One of the two records: which it is, where it stands, its picture. */
function Side({ review, moment, mode, plane }: SideProps) {
  const layers = useConsole((state) => state.layers);
  const { opened } = review;
  const last = moment?.timeline.events.at(-1);
  return (
    <section className="compare-side" aria-label={`${mode === 'review' ? words.first : words.second}: ${opened.record}`}>
      <h2>
        <span className="chip-letter" data-dashed={mode === 'compare'}>
          {mode === 'review' ? words.firstLetter : words.secondLetter}
        </span>
        {opened.record}
        <span className="quiet">
          {dateText(opened.session.startedAtEpochMs)} · {opened.session.softwareVersion}
        </span>
      </h2>
      {opened.frames[plane] ? (
        <PlaneView
          plane={plane}
          mode={mode}
          streamPath={reviewStreamPath(plane, opened.review)}
          plan={moment?.timeline.procedure?.plan.planes[plane] ?? null}
          held={false}
          active={mode === 'review'}
          layers={layers}
          onActivate={() => setActivePlane(plane)}
        />
      ) : (
        <p className="planes-none">{words.noPlane(plane.toUpperCase())}</p>
      )}
      <p>
        <b>{positionText(moment?.nowMs ?? 0)}</b> <span className="quiet">{last ? eventWords(last).label : text.review.noEvents}</span>
      </p>
    </section>
  );
}

interface ActionsProps {
  readonly review: OpenReview;
  readonly nowMs: number;
  readonly planes: readonly PlaneId[];
  readonly plane: PlaneId;
  readonly anchors: readonly { readonly id: string }[];
  readonly anchor: string;
  readonly offsetMs: number;
  readonly onAnchor: (id: string) => void;
  readonly onNudge: (byMs: number) => void;
}

/** Where both stand, and how the second is laid over the first. */
function ComparisonActions({ review, nowMs, planes, plane, anchors, anchor, offsetMs, onAnchor, onNudge }: ActionsProps) {
  const act = transportOf(review, plane);
  return (
    <nav className="actions compare-actions" aria-label={text.review.timeline}>
      <button type="button" className="action" onClick={endComparison}>
        {words.end}
      </button>
      <button type="button" className="action" onClick={act.toggle}>
        {review.state.playing ? text.review.pause : text.review.play}
      </button>
      <button type="button" className="action" onClick={() => act.step(-1)}>
        {text.review.back1}
      </button>
      <button type="button" className="action" onClick={() => act.step(1)}>
        {text.review.forward1}
      </button>
      <SeekSlider durationMs={review.opened.durationMs} nowMs={nowMs} onSeek={act.seek} />
      {planes.length > 1 && (
        <SegmentedControl
          aria-label={words.plane}
          size="sm"
          transitionDuration={0}
          data={planes.map((value) => ({ value, label: text.picture.plane[value] }))}
          value={plane}
          onChange={(value) => setActivePlane(value === 'b' ? 'b' : 'a')}
        />
      )}
      <Select
        aria-label={words.align}
        data={anchors.map(({ id }) => ({ value: id, label: words.alignedAt(anchorText(id)) }))}
        value={anchor}
        allowDeselect={false}
        onChange={(id) => onAnchor(id ?? 'start')}
      />
      <button type="button" className="action" aria-label={words.earlier} title={words.earlier} onClick={() => onNudge(-nudgeMs)}>
        −
      </button>
      <span data-testid="offset">{words.offset(fixed(offsetMs / 1000, 1))}</span>
      <button type="button" className="action" aria-label={words.later} title={words.later} onClick={() => onNudge(nudgeMs)}>
        +
      </button>
    </nav>
  );
}

/** Two records side by side, locked to each other in time. */
export function Comparison({ review, comparison }: { readonly review: OpenReview; readonly comparison: OpenReview }) {
  // What guidance said comes with the pictures, which tell nobody.
  useTick();
  const unit = useConsole((state) => state.pressureUnit);
  const activePlane = useConsole((state) => state.activePlane);
  const first = useReviewMoment(review, 'review');
  const second = useReviewMoment(comparison, 'compare');
  const [anchor, setAnchor] = useState('start');
  const [nudge, setNudge] = useState(0);
  const anchors = useMemo(() => commonAnchors(review.samples, comparison.samples), [review.samples, comparison.samples]);
  const offsetMs = (anchors.find(({ id }) => id === anchor)?.offsetMs ?? 0) + nudge;
  const planes = planeIds.filter((plane) => review.opened.frames[plane] ?? comparison.opened.frames[plane]);
  const plane = planes.includes(activePlane) ? activePlane : (planes[0] ?? 'a');
  const act = transportOf(review, plane);
  useEffect(() => {
    send({ kind: 'lock-review', review: comparison.opened.review, leader: review.opened.review, offsetMs });
  }, [comparison.opened.review, review.opened.review, offsetMs]);
  useKeys((key, event) => {
    if (key === ' ') act.toggle();
    else if (key === 'ArrowLeft') act.step(event.shiftKey ? -10 : -1);
    else if (key === 'ArrowRight') act.step(event.shiftKey ? 10 : 1);
    else if (key === 'Home') act.seek(0);
    else if (key === 'End') act.seek(review.opened.durationMs);
    else return false;
    return true;
  }, stepKeys);
  return (
    <main className="compare" data-testid="comparison">
      <h1 className="visually-hidden">{words.title}</h1>
      <div className="compare-sides">
        <Side review={review} moment={first} mode="review" plane={plane} />
        <Side review={comparison} moment={second} mode="compare" plane={plane} />
      </div>
      <div className="compare-foot">
        <ComparisonCurve
          first={firstCurve(review.curves)}
          second={firstCurve(comparison.curves)}
          offsetMs={offsetMs}
          unit={unit}
          nowMs={first?.nowMs ?? 0}
          onSeek={act.seek}
        />
        <ComparedValues first={comparedOf('review', plane, first)} second={comparedOf('compare', plane, second)} unit={unit} />
      </div>
      <ComparisonActions
        review={review}
        nowMs={first?.nowMs ?? 0}
        planes={planes}
        plane={plane}
        anchors={anchors}
        anchor={anchor}
        offsetMs={offsetMs}
        onAnchor={(id) => {
          setAnchor(id);
          setNudge(0);
        }}
        onNudge={(byMs) => setNudge(nudge + byMs)}
      />
    </main>
  );
}
