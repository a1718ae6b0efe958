import { useEffect, useState } from 'react';
import { showRecords, showView, useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { tourSteps } from './steps.ts';
import { endTour, goToStep, startTour, useTour } from './tourStore.ts';

const words = text.tour;

/** Where a target is, followed ten times a second: views come and go under the tour. */
function useTargetBox(selector: string | null): DOMRect | null {
  const [box, setBox] = useState<DOMRect | null>(null);
  useEffect(() => {
    if (selector === null) {
      setBox(null);
      return;
    }
    const look = () => {
      const next = document.querySelector(selector)?.getBoundingClientRect() ?? null;
      setBox((before) =>
        before && next && before.x === next.x && before.y === next.y && before.width === next.width && before.height === next.height ? before : next,
      );
    };
    look();
    const timer = setInterval(look, 100);
    return () => clearInterval(timer);
  }, [selector]);
  return box;
}

/** On the first start with simulated sources, an offer; then two minutes through the console, on what is really running. */
export function Tour() {
  const tour = useTour();
  const isSimulated = useConsole((state) => state.session?.simulated ?? false);
  const step = tour.at === 'step' ? tourSteps[tour.step] : undefined;
  const box = useTargetBox(step?.target ?? null);
  const view = step?.view ?? null;
  useEffect(() => {
    if (view === 'records') showRecords();
    else if (view !== null) showView(view);
  }, [view]);
  if (tour.at === 'away' || (tour.at === 'offer' && !isSimulated)) return null;
  if (tour.at === 'offer')
    return (
      <aside className="tour" aria-label={words.title} data-testid="tour">
        <p>{words.offer}</p>
        <div className="desk-row">
          <button type="button" className="action" onClick={endTour}>
            {words.later}
          </button>
          <button type="button" className="action action-primary" onClick={startTour}>
            {words.start}
          </button>
        </div>
      </aside>
    );
  const isLast = tour.step === tourSteps.length - 1;
  return (
    <>
      {box && <div className="tour-ring" aria-hidden="true" style={{ left: box.x, top: box.y, width: box.width, height: box.height }} />}
      <aside className="tour" aria-label={words.title} data-testid="tour">
        <p aria-live="polite">
          <span className="quiet">{words.step(String(tour.step + 1), String(tourSteps.length))}</span> {words.steps[tour.step]}
        </p>
        <div className="desk-row">
          <button type="button" className="action" onClick={endTour}>
            {words.done}
          </button>
          <button type="button" className="action" disabled={tour.step === 0} onClick={() => goToStep(tour.step - 1)}>
            {words.back}
          </button>
          {!isLast && (
            <button type="button" className="action action-primary" onClick={() => goToStep(tour.step + 1)}>
              {words.next}
            </button>
          )}
        </div>
      </aside>
    </>
  );
}
