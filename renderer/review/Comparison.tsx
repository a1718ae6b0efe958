import { SegmentedControl, Select } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { reviewStreamPath } from '../../src/link/link.ts';
import { type PlaneId, planeIds } from '../../src/sample/index.ts';
import { dateText, fixed, positionText, pressureText } from '../app/format.ts';
import { useKeys } from '../app/keys.ts';
import { useTick } from '../app/tick.ts';
import { eventWords } from '../live/eventText.ts';
import { endComparison, type OpenReview, send, setActivePlane, useConsole } from '../store/consoleStore.ts';
import { type Moment, useReviewMoment } from '../store/moment.ts';
import { firstCurve } from '../store/openReview.ts';
import { stageText, text } from '../text.ts';
import { PlaneView } from '../viewport/PlaneView.tsx';
import { pictureInfo } from '../viewport/pictureInfo.ts';
import { commonAnchors } from './alignment.ts';
import { ComparisonCurve } from './ComparisonCurve.tsx';
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

interface Value {
  readonly name: string;
  readonly first: number | null;
  readonly second: number | null;
  readonly unit: string;
  readonly show: (value: number) => string;
}

function Values({ values }: { readonly values: readonly Value[] }) {
  return (
    <table className="compare-values">
      <thead>
        <tr>
          <th>{words.value}</th>
          <th>{words.firstLetter}</th>
          <th>{words.secondLetter}</th>
          <th>{words.difference}</th>
        </tr>
      </thead>
      <tbody>
        {values.map(({ name, first, second, unit, show }) => (
          <tr key={name}>
            <th scope="row">
              {name} <span className="quiet">{unit}</span>
            </th>
            <td>{first === null ? text.none : show(first)}</td>
            <td>{second === null ? text.none : show(second)}</td>
            <td>{first === null || second === null ? text.none : show(second - first)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const deviationOf = (mode: 'review' | 'compare', plane: PlaneId) => pictureInfo(`${mode}/${plane}`).guidance?.observation ?? null;

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
    else return false;
    return true;
  });
  const [seenFirst, seenSecond] = [deviationOf('review', plane), deviationOf('compare', plane)];
  const pressure = (value: number) => (value < 0 ? `−${pressureText(-value, unit)}` : pressureText(value, unit));
  const one = (value: number) => fixed(value, 1);
  const values: readonly Value[] = [
    { name: text.numbers.pressure, unit, show: pressure, first: first?.reading.pressureKpa ?? null, second: second?.reading.pressureKpa ?? null },
    {
      name: text.numbers.volume,
      unit: 'mL',
      show: (value) => fixed(value, 2),
      first: first?.reading.volumeMl ?? null,
      second: second?.reading.volumeMl ?? null,
    },
    {
      name: words.angle,
      unit: '°',
      show: one,
      first: seenFirst?.needle.deviation?.angleDeg ?? null,
      second: seenSecond?.needle.deviation?.angleDeg ?? null,
    },
    {
      name: words.tipToLine,
      unit: 'mm',
      show: one,
      first: seenFirst?.needle.deviation?.tipToLineMm ?? null,
      second: seenSecond?.needle.deviation?.tipToLineMm ?? null,
    },
    {
      name: words.cementArea,
      unit: 'mm²',
      show: (value) => fixed(value, 0),
      first: seenFirst?.cement.areaMm2 ?? null,
      second: seenSecond?.cement.areaMm2 ?? null,
    },
  ];
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
        <Values values={values} />
      </div>
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
        <input
          type="range"
          className="seek"
          aria-label={text.review.seek}
          aria-valuetext={positionText(first?.nowMs ?? 0)}
          min={0}
          max={Math.max(1, Math.round(review.opened.durationMs))}
          value={Math.round(first?.nowMs ?? 0)}
          onChange={(event) => act.seek(Number(event.currentTarget.value))}
        />
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
          onChange={(id) => {
            setAnchor(id ?? 'start');
            setNudge(0);
          }}
        />
        <button type="button" className="action" aria-label={words.earlier} title={words.earlier} onClick={() => setNudge(nudge - nudgeMs)}>
          −
        </button>
        <span data-testid="offset">{words.offset(fixed(offsetMs / 1000, 1))}</span>
        <button type="button" className="action" aria-label={words.later} title={words.later} onClick={() => setNudge(nudge + nudgeMs)}>
          +
        </button>
      </nav>
    </main>
  );
}
