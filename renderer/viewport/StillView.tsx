import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { PlaneId } from '../../src/sample/index.ts';
import { clockText } from '../app/format.ts';
import { text } from '../text.ts';
import { paintStill } from './paintStill.ts';
import { onStills, type StillKind, stillOf } from './stills.ts';

interface Props {
  readonly plane: PlaneId;
  readonly kind: StillKind;
}

/** One plane's last image or reference, which never looks live: it says what it is and when in the session it was taken. */
export function StillView({ plane, kind }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const still = useSyncExternalStore(onStills, () => stillOf(plane, kind));
  useEffect(() => {
    if (canvas.current && still) paintStill(canvas.current, still);
  }, [still]);
  const words = text.still;
  return (
    <section className="still" data-kind={kind} data-testid={`still-${plane}`} aria-label={words.name(words[kind], plane.toUpperCase())}>
      {still && <canvas ref={canvas} />}
      <div className="still-words">
        <span className="state-word" data-word="STILL">
          {words[kind]} {plane.toUpperCase()}
        </span>
        {still?.header.attributes.simulated && <span className="simulated">{text.picture.simulated}</span>}
        {still && <span>{still.label ?? words.at(clockText(still.header.tMs))}</span>}
      </div>
      {!still && <div className="planes-none">{words.none[kind]}</div>}
    </section>
  );
}
