import { SegmentedControl } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { reviewStreamPath } from '../../src/link/link.ts';
import { planeIds } from '../../src/sample/index.ts';
import { fixed } from '../app/format.ts';
import { stepKeys, useKeys } from '../app/keys.ts';
import { LayerSwitches } from '../app/LayerSwitches.tsx';
import { pictureLayoutKey } from '../app/layoutKeys.ts';
import { Alarms } from '../live/Alarms.tsx';
import { CurveStrip } from '../live/CurveStrip.tsx';
import { Numbers } from '../live/Numbers.tsx';
import { UnitSwitch } from '../live/UnitSwitch.tsx';
import { type OpenReview, setActivePlane, useConsole } from '../store/consoleStore.ts';
import { useMoment } from '../store/moment.ts';
import { emptyTimeline, foldSamples } from '../store/timeline.ts';
import { text } from '../text.ts';
import { PlaneView } from '../viewport/PlaneView.tsx';
import { addBookmark, Bookmarks, useBookmarks } from './Bookmarks.tsx';
import { Comparison } from './Comparison.tsx';
import { EventList } from './EventList.tsx';
import { eventBeside } from './eventSearch.ts';
import { RecordList } from './RecordList.tsx';
import { type RecordTool, RecordTools } from './RecordTools.tsx';
import { type Loop, nextLoop, sendLoop, Transport, transportOf } from './Transport.tsx';

function OpenRecord({ review }: { readonly review: OpenReview }) {
  const moment = useMoment();
  const unit = useConsole((state) => state.pressureUnit);
  const activePlane = useConsole((state) => state.activePlane);
  const layers = useConsole((state) => state.layers);
  const layout = useConsole((state) => state.layout);
  const { opened } = review;
  const bookmarks = useBookmarks(opened.record);
  const [loop, setLoop] = useState<Loop>(null);
  const [tool, setTool] = useState<RecordTool | null>(null);
  const [list, setList] = useState<'events' | 'bookmarks'>('events');
  const planes = planeIds.filter((plane) => opened.frames[plane] !== undefined);
  const plane = planes.includes(activePlane) ? activePlane : (planes[0] ?? 'a');
  const act = transportOf(review, plane);
  const all = useMemo(() => foldSamples(emptyTimeline, review.samples), [review.samples]);
  const plan = moment.timeline.procedure?.plan ?? null;
  const pressLoop = () => setLoop(nextLoop(loop, moment.nowMs));
  // Also when the record was opened anew after a lost link: the loop was that of the link.
  useEffect(() => void sendLoop(opened.review, loop), [opened.review, loop]);
  const bookmark = () => {
    addBookmark(opened.record, moment.nowMs);
    setList('bookmarks');
  };

  useKeys((key, event) => {
    if (key === ' ') act.toggle();
    else if (key === 'ArrowLeft') act.step(event.shiftKey ? -10 : -1);
    else if (key === 'ArrowRight') act.step(event.shiftKey ? 10 : 1);
    else if (key === 'Home') act.seek(0);
    else if (key === 'End') act.seek(opened.durationMs);
    else if (key === 'PageUp' || key === 'PageDown') {
      const beside = eventBeside(all.events, moment.nowMs, key === 'PageDown' ? 1 : -1);
      if (beside) act.seek(beside.tMs);
    } else if (key === 'l') pressLoop();
    else if (key === 'b') bookmark();
    else return pictureLayoutKey(key, 'review');
    return true;
  }, stepKeys);

  return (
    <main className="live review" data-review={opened.record} data-loaded={review.fraction === 1}>
      <h1 className="visually-hidden">{opened.record}</h1>
      <div className="planes" data-layout={planes.length > 1 ? layout : 'even'}>
        {planes.map((each) => (
          <PlaneView
            key={each}
            plane={each}
            mode="review"
            streamPath={reviewStreamPath(each, opened.review)}
            plan={plan?.planes[each] ?? null}
            held={false}
            active={each === plane}
            layers={layers}
            onActivate={() => setActivePlane(each)}
          />
        ))}
      </div>
      <aside className="column" aria-label={text.numbers.region}>
        <Alarms moment={moment} />
        <Numbers moment={moment} />
        {!opened.closed && <p className="warn not-closed">{text.review.recordNotClosed}</p>}
        <section className="events" aria-label={list === 'events' ? text.review.events : text.review.bookmarks}>
          <SegmentedControl
            aria-label={text.review.lists}
            size="xs"
            transitionDuration={0}
            data={[
              { value: 'events', label: text.review.events },
              { value: 'bookmarks', label: text.review.bookmarks },
            ]}
            value={list}
            onChange={(next) => setList(next === 'bookmarks' ? 'bookmarks' : 'events')}
          />
          {review.fraction < 1 && (
            <p className="quiet events-empty" role="status">
              {text.review.reading(fixed(review.fraction * 100, 0))}
            </p>
          )}
          {list === 'events' ? (
            <EventList events={all.events} isRead={review.fraction === 1} nowMs={moment.nowMs} onSeek={act.seek} />
          ) : (
            <Bookmarks record={opened.record} bookmarks={bookmarks} onSeek={act.seek} />
          )}
        </section>
        <div className="column-foot">
          <LayerSwitches />
          <UnitSwitch />
        </div>
      </aside>
      <CurveStrip
        moment={{ ...moment, timeline: all }}
        unit={unit}
        endMs={opened.durationMs}
        limitKpa={all.procedure?.plan.limits?.pressureKpa ?? null}
        positionMs={moment.nowMs}
        onSeek={act.seek}
      />
      <Transport
        review={review}
        plane={plane}
        nowMs={moment.nowMs}
        loop={loop}
        bookmarks={bookmarks}
        onLoop={pressLoop}
        onBookmark={bookmark}
        onTool={setTool}
      />
      <RecordTools tool={tool} record={opened.record} onClose={() => setTool(null)} />
    </main>
  );
}

/** Records, one of them opened in the same panes as the live view, or two of them side by side. */
export function ReviewView() {
  const review = useConsole((state) => state.review);
  const comparison = useConsole((state) => state.comparison);
  if (review && comparison) return <Comparison review={review} comparison={comparison} />;
  return review ? <OpenRecord key={review.opened.record} review={review} /> : <RecordList />;
}
