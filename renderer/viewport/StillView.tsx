import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { PlaneId } from '../../src/sample/index.ts';
import { clockText } from '../app/format.ts';
import { text } from '../text.ts';
import { onStills, type Still, type StillKind, stillOf } from './stills.ts';

/** Stored values through the window into a canvas of the frame's own size. */
function paint(canvas: HTMLCanvasElement, { header, pixels, window, inverted }: Still): void {
  const { rows, columns, bitsStored } = header.attributes;
  canvas.width = columns;
  canvas.height = rows;
  const span = Math.max(1, window.upper - window.lower);
  const greys = Uint8ClampedArray.from({ length: 2 ** bitsStored }, (_, value) => {
    const share = Math.max(0, Math.min(1, (value - window.lower) / span));
    return 255 * (inverted ? 1 - share : share);
  });
  const image = new ImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) {
    const grey = greys[pixels[i] ?? 0] ?? 255;
    words[i] = ((255 << 24) | (grey << 16) | (grey << 8) | grey) >>> 0;
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

interface Props {
  readonly plane: PlaneId;
  readonly kind: StillKind;
}

/** One plane's last image or reference, which never looks live: it says what it is and when in the session it was taken. */
export function StillView({ plane, kind }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const still = useSyncExternalStore(onStills, () => stillOf(plane, kind));
  useEffect(() => {
    if (canvas.current && still) paint(canvas.current, still);
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
        {still && <span>{words.at(clockText(still.header.tMs))}</span>}
      </div>
      {!still && <div className="planes-none">{words.none[kind]}</div>}
    </section>
  );
}
