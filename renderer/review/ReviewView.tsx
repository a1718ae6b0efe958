import { useMemo } from 'react';
import { reviewStreamPath } from '../../src/link/link.ts';
import { planeIds } from '../../src/sample/index.ts';
import { useKeys } from '../app/keys.ts';
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
import { EventList } from './EventList.tsx';
import { RecordList } from './RecordList.tsx';
import { Transport, transportOf } from './Transport.tsx';

function OpenRecord({ review }: { readonly review: OpenReview }) {
  const moment = useMoment();
  const unit = useConsole((state) => state.pressureUnit);
  const activePlane = useConsole((state) => state.activePlane);
  const layers = useConsole((state) => state.layers);
  const layout = useConsole((state) => state.layout);
  const { opened } = review;
  const planes = planeIds.filter((plane) => opened.frames[plane] !== undefined);
  const plane = planes.includes(activePlane) ? activePlane : (planes[0] ?? 'a');
  const act = transportOf(review, plane);
  const all = useMemo(() => foldSamples(emptyTimeline, review.samples), [review.samples]);
  const plan = moment.timeline.procedure?.plan ?? null;

  useKeys((key, event) => {
    if (key === ' ') act.toggle();
    else if (key === 'ArrowLeft') act.step(event.shiftKey ? -10 : -1);
    else if (key === 'ArrowRight') act.step(event.shiftKey ? 10 : 1);
    else if (key === 'Home') act.seek(0);
    else if (key === 'End') act.seek(opened.durationMs);
    else return pictureLayoutKey(key);
    return true;
  });

  return (
    <main className="live" data-review={opened.record}>
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
        <EventList events={all.events} nowMs={moment.nowMs} onSeek={act.seek} />
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
      <Transport review={review} plane={plane} nowMs={moment.nowMs} />
    </main>
  );
}

/** Records, and one of them opened in the same panes as the live view. */
export function ReviewView() {
  const review = useConsole((state) => state.review);
  return review ? <OpenRecord review={review} /> : <RecordList />;
}
