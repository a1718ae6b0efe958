import { type PointerEvent, useEffect, useMemo, useRef } from 'react';
import { fixed } from '../app/format.ts';
import { text } from '../text.ts';
import type { LoadedPrior } from './loadPrior.ts';
import { type Cut, paint, sliceCount, sliceOf, type Window } from './reslice.ts';

const words = text.reference;

interface Props {
  readonly prior: LoadedPrior;
  readonly cut: Cut;
  readonly index: number;
  readonly window: Window;
  readonly isInverted: boolean;
  /** Where the other cuts go through this one, in pixels of the slice; null without. */
  readonly cross: { readonly x: number; readonly y: number } | null;
  readonly onIndex: (index: number) => void;
  readonly onWindow: (window: Window) => void;
}

/** Grey values a pixel of dragging is worth, of the window's own width. */
const windowPerPx = 1 / 400;

/** One cut: wheel, arrows or the slider go through it, dragging sets the window. */
export function SliceView({ prior, cut, index, window, isInverted, cross, onIndex, onWindow }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const count = sliceCount(prior.header, cut);
  const slice = useMemo(() => sliceOf(prior.header, prior.values, cut, index), [prior, cut, index]);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const startedMs = performance.now();
    const image = context.createImageData(slice.width, slice.height);
    paint(slice.values, window, isInverted, new Uint32Array(image.data.buffer));
    context.putImageData(image, 0, 0);
    if (host.current) host.current.dataset.paintMs = (performance.now() - startedMs).toFixed(1);
  }, [slice, window, isInverted]);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    // React's own wheel listeners are passive: the page would scroll along.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      onIndex(Math.max(0, Math.min(count - 1, index + Math.sign(event.deltaY))));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [count, index, onIndex]);
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons !== 1 || event.target instanceof HTMLInputElement) return;
    const step = window.width * windowPerPx;
    onWindow({ width: Math.max(2, window.width + event.movementX * step), center: window.center + event.movementY * step });
  };
  const [dx, dy] = slice.spacingMm ?? [1, 1];
  return (
    <div className="slice" ref={host} data-cut={cut} data-index={index} onPointerMove={drag}>
      <div className="slice-frame" style={{ aspectRatio: `${slice.width * dx} / ${slice.height * dy}` }}>
        <canvas ref={canvas} width={slice.width} height={slice.height} />
        {cross && (
          <>
            <span className="slice-cross" style={{ left: `${(100 * (cross.x + 0.5)) / slice.width}%` }} />
            <span className="slice-cross slice-cross-level" style={{ top: `${(100 * (cross.y + 0.5)) / slice.height}%` }} />
          </>
        )}
      </div>
      <div className="slice-foot">
        <span>
          {words.cut[cut]} {index + 1}/{count} <span className="quiet">{text.picture.window(fixed(window.width, 0), fixed(window.center, 0))}</span>
        </span>
        {count > 1 && (
          <input
            type="range"
            aria-label={words.through(words.cut[cut])}
            min={0}
            max={count - 1}
            value={index}
            onChange={(event) => onIndex(Number(event.currentTarget.value))}
          />
        )}
      </div>
    </div>
  );
}
