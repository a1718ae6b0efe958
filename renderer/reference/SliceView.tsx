import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { VoiWindow } from '../../src/dicom/voi.ts';
import { arrowStep } from '../app/arrows.ts';
import { fixed } from '../app/format.ts';
import { text } from '../text.ts';
import type { LoadedPrior } from './loadPrior.ts';
import { type Cut, paint, sliceCount, sliceOf } from './reslice.ts';
import { SliceLengths } from './SliceLengths.tsx';
import { edgeLetters, panned, type SliceLength, type SlicePoint, wholeSlice, zoomed } from './sliceView.ts';

const words = text.reference;

interface Props {
  readonly prior: LoadedPrior;
  readonly cut: Cut;
  readonly index: number;
  readonly window: VoiWindow;
  readonly isInverted: boolean;
  /** What picture this is and from when, on the picture itself. */
  readonly label: string;
  /** Where the other cuts go through this one, in pixels of the slice; null without. */
  readonly cross: { readonly x: number; readonly y: number } | null;
  readonly lengths: readonly SliceLength[];
  readonly onIndex: (index: number) => void;
  readonly onWindow: (window: VoiWindow) => void;
  /** A click: the other cuts go through this point. */
  readonly onPoint: (point: SlicePoint) => void;
  readonly onLength: (length: SliceLength, ends: SliceLength['ends']) => void;
  readonly onActivate: () => void;
}

/** Grey values a pixel of dragging is worth, of the window's own width. */
const windowPerPx = 1 / 400;
const keyWindowPx = 24;
const keyPan = 0.05;
/** A press that moved less is a click. */
const clickPx = 4;

type Drag = { readonly kind: 'window' | 'pan' | 'zoom'; readonly x: number; readonly y: number };
const dragKind = (event: PointerEvent): Drag['kind'] => (event.button === 1 || event.shiftKey ? 'pan' : event.button === 2 ? 'zoom' : 'window');

/**
 * One cut, with the bindings of the live pictures as far as they go: the wheel and the arrows go through the slices, Ctrl with the wheel,
 * the right button, + and - enlarge, the middle button or Shift pan, dragging or Alt with the arrows sets the window, 0 shows the whole.
 */
export function SliceView(props: Props) {
  const { prior, cut, index, window, isInverted, label, cross, lengths, onIndex, onWindow, onPoint, onLength, onActivate } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLElement>(null);
  const drag = useRef<Drag | null>(null);
  const pressed = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const [camera, setCamera] = useState(wholeSlice);
  const count = sliceCount(prior.header, cut);
  const slice = useMemo(() => sliceOf(prior.header, prior.values, cut, index), [prior, cut, index]);
  const letters = edgeLetters(prior.header.axes, cut);
  const go = (next: number) => onIndex(Math.max(0, Math.min(count - 1, next)));
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const startedMs = performance.now();
    const image = context.createImageData(slice.width, slice.height);
    paint(slice.values, window, isInverted, new Uint32Array(image.data.buffer));
    context.putImageData(image, 0, 0);
    if (stage.current) stage.current.dataset.paintMs = (performance.now() - startedMs).toFixed(1);
  }, [slice, window, isInverted]);
  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    // React's own wheel listeners are passive: the page would scroll along.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.ctrlKey) setCamera((before) => zoomed(before, -Math.sign(event.deltaY)));
      else onIndex(Math.max(0, Math.min(count - 1, index + Math.sign(event.deltaY))));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [count, index, onIndex]);

  const setWindowBy = (dx: number, dy: number) => {
    const step = window.width * windowPerPx;
    onWindow({ ...window, width: Math.max(2, window.width + dx * step), center: window.center + dy * step });
  };
  const pointAt = (event: PointerEvent): SlicePoint | null => {
    const bounds = frame.current?.getBoundingClientRect();
    if (!bounds) return null;
    const x = Math.round(((event.clientX - bounds.left) / bounds.width) * slice.width - 0.5);
    const y = Math.round(((event.clientY - bounds.top) / bounds.height) * slice.height - 0.5);
    return x < 0 || y < 0 || x >= slice.width || y >= slice.height ? null : [x, y];
  };
  const down = (event: PointerEvent) => {
    onActivate();
    drag.current = { kind: dragKind(event), x: event.clientX, y: event.clientY };
    pressed.current = { x: event.clientX, y: event.clientY };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    const from = drag.current;
    const bounds = frame.current?.getBoundingClientRect();
    if (!from || !bounds) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    drag.current = { ...from, x: event.clientX, y: event.clientY };
    if (from.kind === 'window') setWindowBy(dx, dy);
    else if (from.kind === 'zoom') setCamera((before) => zoomed(before, -dy / 60));
    else setCamera((before) => panned(before, (dx * before.zoom) / bounds.width, (dy * before.zoom) / bounds.height));
  };
  const up = (event: PointerEvent) => {
    const wasClick = pressed.current && Math.hypot(event.clientX - pressed.current.x, event.clientY - pressed.current.y) < clickPx;
    const point = wasClick && drag.current?.kind === 'window' ? pointAt(event) : null;
    drag.current = null;
    if (point) onPoint(point);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const arrow = arrowStep(event.key);
    if (arrow && event.altKey) setWindowBy(arrow[0] * keyWindowPx, arrow[1] * keyWindowPx);
    else if (arrow && event.shiftKey) setCamera((before) => panned(before, arrow[0] * keyPan, arrow[1] * keyPan));
    else if (arrow) go(index + arrow[0] + arrow[1]);
    else if (event.key === 'PageDown') go(index + 10);
    else if (event.key === 'PageUp') go(index - 10);
    else if (event.key === '+' || event.key === '=') setCamera((before) => zoomed(before, 1));
    else if (event.key === '-') setCamera((before) => zoomed(before, -1));
    else if (event.key === '0') setCamera(wholeSlice);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const [dx, dy] = slice.spacingMm ?? [1, 1];
  const aspect = (slice.width * dx) / (slice.height * dy);
  return (
    <div className="slice" data-cut={cut} data-index={index} data-zoom={camera.zoom.toFixed(2)}>
      <section
        className="slice-stage"
        ref={stage}
        aria-label={words.describe(words.cut[cut])}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: slices, window and zoom have keys, so the picture takes the focus
        tabIndex={0}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onContextMenu={(event) => event.preventDefault()}
        onDoubleClick={() => setCamera(wholeSlice)}
        onKeyDown={onKey}
        onFocus={onActivate}
      >
        <div
          className="slice-frame"
          ref={frame}
          style={{
            aspectRatio: aspect,
            width: `min(100cqw, ${100 * aspect}cqh)`,
            transform: `translate(${100 * camera.panX}%, ${100 * camera.panY}%) scale(${camera.zoom})`,
          }}
        >
          <canvas ref={canvas} width={slice.width} height={slice.height} />
          {cross && (
            <>
              <span className="slice-cross" style={{ left: `${(100 * (cross.x + 0.5)) / slice.width}%` }} />
              <span className="slice-cross slice-cross-level" style={{ top: `${(100 * (cross.y + 0.5)) / slice.height}%` }} />
            </>
          )}
          <SliceLengths slice={slice} zoom={camera.zoom} lengths={lengths} onLength={onLength} pointAt={pointAt} />
        </div>
        <p className="slice-label">
          <span className="state-word" data-word="STILL">
            {words.prior}
          </span>{' '}
          {label}
        </p>
        {letters &&
          (['left', 'right', 'top', 'bottom'] as const).map((edge) => (
            <span key={edge} className="slice-letter" data-edge={edge}>
              {letters[edge]}
            </span>
          ))}
      </section>
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
            onFocus={onActivate}
            onChange={(event) => onIndex(Number(event.currentTarget.value))}
          />
        )}
      </div>
    </div>
  );
}
