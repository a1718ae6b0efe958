import { useEffect, useRef, useState } from 'react';
import type { ReceivedRun } from '../../src/link/received.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import { Section } from '../desk/Section.tsx';
import { planesOf } from '../live/Planes.tsx';
import { notify, operate, send, useConsole } from '../store/consoleStore.ts';
import { useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { paintStill } from '../viewport/paintStill.ts';
import { keepStill, type Still } from '../viewport/stills.ts';
import { loadReceived } from './loadReceived.ts';

const words = text.received;
/** The time of day; of another day with its date. */
const clock = (epochMs: number): string => {
  const at = new Date(epochMs);
  return at.toDateString() === new Date().toDateString() ? at.toLocaleTimeString() : at.toLocaleString();
};
const nameOf = (run: ReceivedRun): string => [run.modality, run.description].filter(Boolean).join(' ') || words.unnamed;

/** One frame of a run, to be chosen; made the reference of a plane, or the run played as a plane's source. */
function ChosenRun({ run }: { readonly run: ReceivedRun }) {
  const planes = planesOf(useConsole((state) => state.session));
  const [frame, setFrame] = useState(0);
  const [still, setStill] = useState<Still | string | null>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const stop = new AbortController();
    loadReceived(run, frame, words.label(run.from, clock(run.receivedAtEpochMs)), stop.signal).then(setStill, (error: unknown) => {
      if (!stop.signal.aborted) setStill(words.notLoaded(error instanceof Error ? error.message : String(error)));
    });
    return () => stop.abort();
  }, [run, frame]);
  const shown = typeof still === 'string' ? null : still;
  useEffect(() => {
    if (canvas.current && shown) paintStill(canvas.current, shown);
  }, [shown]);
  const makeReference = (plane: PlaneId) => {
    if (!shown) return;
    keepStill(plane, 'reference', { ...shown, header: { ...shown.header, plane } });
    // What the operator compared with belongs in the record.
    operate({ kind: 'note', text: words.note(plane.toUpperCase(), String(frame + 1), run.from) });
  };
  const play = (plane: PlaneId) => {
    if (send({ kind: 'play-received', run: run.id, plane })) notify('done', words.willPlay(plane.toUpperCase()));
  };
  return (
    <div className="received-run">
      {typeof still === 'string' && (
        <p className="bad" role="alert">
          {still}
        </p>
      )}
      <canvas ref={canvas} className="received-frame" data-testid="received-frame" data-frame={shown ? shown.header.attributes.frameNumber : ''} />
      {run.frames > 1 && (
        <input
          type="range"
          aria-label={words.frame}
          min={0}
          max={run.frames - 1}
          value={frame}
          onChange={(event) => setFrame(Number(event.currentTarget.value))}
        />
      )}
      <div className="desk-row">
        {planes.map((plane) => (
          <button type="button" className="action" key={plane} disabled={!shown} onClick={() => makeReference(plane)}>
            {words.makeReference(plane.toUpperCase())}
          </button>
        ))}
        {(['a', 'b'] as const).map((plane) => (
          <button type="button" className="action" key={plane} onClick={() => play(plane)}>
            {words.play(plane.toUpperCase())}
          </button>
        ))}
      </div>
    </div>
  );
}

/** What the C-arm has sent to the storage port beside the live pictures. */
export function ReceivedRuns() {
  const received = useDesk((state) => state.received);
  const [chosen, setChosen] = useState<string | null>(null);
  if (received === null || received.port === 'off') return null;
  const run = received.runs.find(({ id }) => id === chosen) ?? null;
  return (
    <Section title={words.title}>
      <p className={received.port === 'closed' ? 'bad' : 'quiet'}>
        {words.port[received.port]} {received.message}
      </p>
      {received.runs.length === 0 && <p>{words.none}</p>}
      <ul className="prior-list" data-testid="received-runs">
        {received.runs.map((each) => (
          <li key={each.id}>
            <button type="button" className="chip" aria-pressed={each.id === chosen} onClick={() => setChosen(each.id)}>
              <b>{clock(each.receivedAtEpochMs)}</b> {nameOf(each)} <span>{words.frames(String(each.frames), each.from)}</span>
            </button>
          </li>
        ))}
      </ul>
      {run && <ChosenRun key={run.id} run={run} />}
    </Section>
  );
}
