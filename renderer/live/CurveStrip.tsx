import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { type PressureUnit, pressureFromKpa } from '../../src/base/units.ts';
import { clockText, fixed } from '../app/format.ts';
import type { Moment } from '../store/moment.ts';
import { text } from '../text.ts';
import { decimate, greatest, roundUp } from './curveData.ts';
import { eventWords } from './eventText.ts';
import { layOutLabels } from './labelLayout.ts';

interface Props {
  readonly moment: Moment;
  readonly unit: PressureUnit;
  /** Of the whole strip; the live strip ends now. */
  readonly endMs: number;
  readonly limitKpa: number | null;
  /** Where the record stands; absent when live. */
  readonly positionMs?: number;
  readonly onSeek?: (tMs: number) => void;
}

const colours = { pressure: '#58c4dc', volume: '#ff9d4d', grid: '#1d2125', quiet: '#a3abb3', text: '#e6e9eb', limit: '#ff4d4f', ground: '#0b0c0d' };
const toneColours = { high: '#ff4d4f', medium: '#f5c542', low: '#56d6e6', plain: '#a3abb3', stage: '#e6e9eb' };
/** Seconds between marks on the time axis. */
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
const shortestSpanMs = 60_000;
const lanes = 2;
/** A procedure grows slowly: the live strip is drawn anew this often, everything else stays at the tick. */
const redrawMs = 250;

interface Shown extends Props {
  readonly fontPx: number;
}

function drawEvents(plot: uPlot, { moment, fontPx }: Shown): void {
  const { ctx } = plot;
  const ratio = uPlot.pxRatio;
  const { left, top, width, height } = plot.bbox;
  const events = moment.timeline.events;
  ctx.save();
  ctx.font = `500 ${fontPx * ratio}px "Inter Variable", system-ui, sans-serif`;
  const marks = events.map((event) => {
    const said = eventWords(event);
    const words = moment.timeline.corrected.has(event.seq) ? { label: `✕ ${said.label}`, weight: 0, tone: 'plain' as const } : said;
    return { words, x: plot.valToPos(event.tMs / 1000, 'x', true) - left, width: ctx.measureText(words.label).width, weight: words.weight };
  });
  const placed = layOutLabels(marks, lanes, width);
  const labelled = new Set(placed.map(({ index }) => index));
  marks.forEach((mark, index) => {
    ctx.strokeStyle = toneColours[mark.words.tone];
    ctx.globalAlpha = labelled.has(index) ? 0.9 : 0.4;
    ctx.lineWidth = ratio;
    ctx.beginPath();
    ctx.moveTo(left + mark.x, top - (labelled.has(index) ? lanes * fontPx * 1.35 * ratio : 4));
    ctx.lineTo(left + mark.x, top + height);
    ctx.stroke();
  });
  ctx.globalAlpha = 1;
  ctx.textBaseline = 'bottom';
  for (const { index, x, lane } of placed) {
    const mark = marks[index];
    if (!mark) continue;
    // The marks of later events pass behind this label, not through it.
    ctx.fillStyle = colours.ground;
    ctx.fillRect(left + x - 1, top - (lane * fontPx * 1.35 + 2 + fontPx * 1.2) * ratio, mark.width + 2, fontPx * 1.2 * ratio);
    ctx.fillStyle = toneColours[mark.words.tone];
    ctx.fillText(mark.words.label, left + x, top - (lane * fontPx * 1.35 + 3) * ratio);
  }
  ctx.restore();
}

function drawLines(plot: uPlot, { limitKpa, unit, positionMs }: Shown): void {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  ctx.save();
  if (limitKpa !== null) {
    const y = plot.valToPos(pressureFromKpa(limitKpa, unit), 'pressure', true);
    ctx.strokeStyle = colours.limit;
    ctx.setLineDash([6, 5]);
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + width, y);
    if (y >= top) ctx.stroke();
  }
  if (positionMs !== undefined) {
    const x = plot.valToPos(positionMs / 1000, 'x', true);
    ctx.setLineDash([]);
    ctx.strokeStyle = '#ffffff';
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
  }
  ctx.restore();
}

function createPlot(host: HTMLElement, shown: () => Shown, onSeek: (tMs: number) => void): uPlot {
  const { fontPx } = shown();
  const font = `${fontPx}px "Inter Variable", system-ui, sans-serif`;
  const axis = { font, ticks: { show: false }, grid: { stroke: colours.grid, width: 1 } };
  const plot = new uPlot(
    {
      width: host.clientWidth,
      height: host.clientHeight,
      padding: [lanes * fontPx * 1.35 + 4, 4, 0, 4],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, pressure: {}, volume: {} },
      series: [
        {},
        { scale: 'pressure', stroke: colours.pressure, width: 1.75, points: { show: false }, spanGaps: false },
        { scale: 'volume', stroke: colours.volume, width: 1.75, points: { show: false }, spanGaps: false },
      ],
      axes: [
        {
          ...axis,
          stroke: colours.quiet,
          size: fontPx * 1.7,
          gap: 2,
          space: fontPx * 7,
          incrs: timeSteps,
          values: (_, splits) => splits.map((seconds) => clockText(seconds * 1000)),
        },
        {
          ...axis,
          scale: 'pressure',
          stroke: colours.pressure,
          size: fontPx * 3.6,
          gap: 4,
          space: fontPx * 2,
          values: (_, splits) => splits.map((value) => (value === 0 ? '' : fixed(value, value % 1 ? 1 : 0))),
        },
        {
          ...axis,
          scale: 'volume',
          side: 1,
          stroke: colours.volume,
          size: fontPx * 3.2,
          gap: 4,
          space: fontPx * 2,
          grid: { show: false },
          values: (_, splits) => splits.map((value) => (value === 0 ? '' : fixed(value, value % 1 ? 1 : 0))),
        },
      ],
      hooks: {
        draw: [
          (self) => {
            drawEvents(self, shown());
            drawLines(self, shown());
          },
        ],
      },
    },
    [[], [], []],
    host,
  );
  let dragging = false;
  const seekTo = (event: PointerEvent) => {
    const bounds = plot.over.getBoundingClientRect();
    onSeek(Math.max(0, plot.posToVal(event.clientX - bounds.left, 'x') * 1000));
  };
  plot.over.addEventListener('pointerdown', (event) => {
    dragging = true;
    plot.over.setPointerCapture(event.pointerId);
    seekTo(event);
  });
  plot.over.addEventListener('pointermove', (event) => {
    if (dragging) seekTo(event);
  });
  plot.over.addEventListener('pointerup', () => {
    dragging = false;
  });
  return plot;
}

function fill(plot: uPlot, { moment, unit, endMs, limitKpa }: Shown): void {
  const { curve } = moment;
  const toMs = Math.max(shortestSpanMs, endMs);
  const data = decimate(curve, 0, toMs, Math.max(100, plot.width));
  const topKpa = Math.max(greatest(curve, curve.pressureKpa, 0, toMs), limitKpa ?? 0, 100);
  const topMl = Math.max(greatest(curve, curve.volumeMl, 0, toMs), 2);
  plot.batch(() => {
    plot.setData([data.tSeconds, data.pressureKpa.map((kpa) => (kpa === null ? null : pressureFromKpa(kpa, unit))), data.volumeMl], false);
    plot.setScale('x', { min: 0, max: toMs / 1000 });
    plot.setScale('pressure', { min: 0, max: roundUp(pressureFromKpa(topKpa, unit)) });
    plot.setScale('volume', { min: 0, max: roundUp(topMl) });
  });
}

/** Pressure and volume over the whole session, with what happened marked on it. */
export function CurveStrip(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shown = useRef<Shown>({ ...props, fontPx: 13 });
  const drawnAt = useRef(0);
  shown.current = { ...props, fontPx: shown.current.fontPx };

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const make = () => {
      plot.current?.destroy();
      const rootPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
      shown.current = { ...shown.current, fontPx: rootPx * 0.8 };
      plot.current = createPlot(
        element,
        () => shown.current,
        (tMs) => shown.current.onSeek?.(tMs),
      );
      fill(plot.current, shown.current);
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
    const now = performance.now();
    const isReview = props.positionMs !== undefined;
    if (!plot.current || (!isReview && now - drawnAt.current < redrawMs)) return;
    drawnAt.current = now;
    fill(plot.current, shown.current);
  });

  const empty = props.moment.curve.tMs.length === 0;
  return (
    <section className="strip" aria-label={text.curve.region} data-points={props.moment.curve.tMs.length} data-events={props.moment.timeline.events.length}>
      <div className="strip-legend" aria-hidden="true">
        <span style={{ color: colours.pressure }}>{props.unit}</span>
        <span style={{ color: colours.volume }}>mL</span>
      </div>
      <div className="strip-plot" ref={host} style={props.onSeek ? { cursor: 'crosshair' } : undefined} />
      {empty && <div className="strip-empty">{text.curve.empty}</div>}
    </section>
  );
}
