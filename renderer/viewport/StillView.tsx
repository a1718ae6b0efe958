import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { PlaneId } from '../../src/sample/index.ts';
import { clockText } from '../app/format.ts';
import { text } from '../text.ts';
import { develop, greyTable } from './develop.ts';
import { createGraphicsPainter, drawShutter } from './graphics.ts';
import { onStills, type Still, type StillKind, stillOf } from './stills.ts';

/** Stored values through the window into a canvas of the frame's own size. */
function paint(canvas: HTMLCanvasElement, { header, pixels, window, inverted }: Still): void {
  const { rows, columns } = header.attributes;
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = new ImageData(columns, rows);
  const development = { range: window, inverted, paddingValue: header.attributes.paddingValue ?? null };
  develop(pixels, greyTable(header.attributes.bitsAllocated, development), new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
  // Image coordinates name the centres of pixels, canvas coordinates their corners.
  const toCorners = { a: 1, b: 0, c: 0, d: 1, e: 0.5, f: 0.5 };
  drawShutter(context, toCorners, header.attributes);
  createGraphicsPainter()(context, toCorners, header.attributes.overlays ?? []);
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
