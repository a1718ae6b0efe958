import { useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import { indexAt } from '../../src/base/times.ts';
import { clockText, fixed, pressureText } from '../app/format.ts';
import { rootFontPx } from '../app/rootFont.ts';
import { text } from '../text.ts';
import { inkOf, isSameInk } from './curveData.ts';
import { type CurveProps, createPlot, curveColours, fillPlot, placePosition, type Shown, shortestSpanMs } from './curvePlot.ts';
import { PressureVolume } from './PressureVolume.tsx';
import { hasLoops } from './pressureVolumeData.ts';
import { type Range, zoomed } from './timeRange.ts';

/** A procedure grows slowly: the live strip is drawn anew this often, everything else stays at the tick. */
const redrawMs = 250;

/** Time, pressure and volume under the pointer. */
function CursorWords({ moment, unit, atMs }: CurveProps & { readonly atMs: number }) {
  const { curve } = moment;
  const index = indexAt(curve.tMs, atMs);
  const [kpa, ml] = [curve.pressureKpa[index] ?? null, curve.volumeMl[index] ?? null];
  return (
    <div className="strip-cursor">
      {clockText(atMs)} <span style={{ color: curveColours.pressure }}>{kpa === null ? text.none : `${pressureText(kpa, unit)} ${unit}`}</span>{' '}
      <span style={{ color: curveColours.volume }}>{ml === null ? text.none : `${fixed(ml, 2)} mL`}</span>
    </div>
  );
}

/** Pressure and volume over the whole session, with what happened marked on it. */
export function CurveStrip(props: CurveProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shown = useRef<Shown>({ ...props, fontPx: 13, range: null });
  const [range, setRange] = useState<Range>(null);
  const [cursorMs, setCursorMs] = useState<number | null>(null);
  const drawnAt = useRef(0);
  const drawn = useRef<readonly unknown[]>([]);
  const position = useRef<HTMLDivElement | null>(null);
  shown.current = { ...props, fontPx: shown.current.fontPx, range };

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const make = () => {
      plot.current?.destroy();
      shown.current = { ...shown.current, fontPx: rootFontPx() * 0.8 };
      plot.current = createPlot(element, {
        shown: () => shown.current,
        onSeek: (tMs) => shown.current.onSeek?.(tMs),
        onRange: (next) => {
          // At once, not with the next render: a drag follows the hand.
          shown.current = { ...shown.current, range: next };
          setRange(next);
          if (plot.current) fillPlot(plot.current, shown.current);
        },
        onCursor: setCursorMs,
      });
      fillPlot(plot.current, shown.current);
      position.current = document.createElement('div');
      position.current.className = 'strip-position';
      placePosition(plot.current, position.current, shown.current.positionMs);
    };
    const resizing = new ResizeObserver(make);
    resizing.observe(element);
    return () => {
      resizing.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);

  useEffect(() => {
    if (!plot.current) return;
    const now = performance.now();
    const isReview = props.positionMs !== undefined;
    const ink = inkOf(shown.current);
    if (!isSameInk(ink, drawn.current) && (isReview || now - drawnAt.current >= redrawMs)) {
      drawnAt.current = now;
      drawn.current = ink;
      fillPlot(plot.current, shown.current);
    }
    if (position.current) placePosition(plot.current, position.current, props.positionMs);
  });

  const empty = props.moment.curve.tMs.length === 0;
  const loops = hasLoops(props.moment);
  const zoom = (steps: number) => setRange(zoomed(range, props.endMs, shortestSpanMs(props), null, steps));
  return (
    <section
      className="strip"
      data-loops={loops}
      aria-label={text.curve.region}
      data-points={props.moment.curve.tMs.length}
      data-events={props.moment.timeline.events.length}
    >
      <div className="strip-legend" aria-hidden="true">
        <span style={{ color: curveColours.pressure }}>{props.unit}</span>
        <span style={{ color: curveColours.volume }}>mL</span>
      </div>
      <div className="strip-zoom">
        <button type="button" onClick={() => zoom(-1)} aria-label={text.curve.zoomIn} title={text.curve.zoomIn}>
          +
        </button>
        <button type="button" onClick={() => zoom(1)} disabled={range === null} aria-label={text.curve.zoomOut} title={text.curve.zoomOut}>
          −
        </button>
        {range && (
          <button type="button" onClick={() => setRange(null)} aria-label={text.curve.all} title={text.curve.all}>
            ↔
          </button>
        )}
      </div>
      {cursorMs !== null && <CursorWords {...props} atMs={cursorMs} />}
      <div className="strip-plot" ref={host} style={props.onSeek ? { cursor: 'crosshair' } : undefined} />
      {loops && <PressureVolume moment={props.moment} unit={props.unit} limitKpa={props.limitKpa} />}
      {empty && <div className="strip-empty">{text.curve.empty}</div>}
    </section>
  );
}
