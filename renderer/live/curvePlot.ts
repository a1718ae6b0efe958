import uPlot from 'uplot';
import { type PressureUnit, pressureFromKpa } from '../../src/base/units.ts';
import { clockText, fixed } from '../app/format.ts';
import type { Moment } from '../store/moment.ts';
import { decimate, eventsBetween, greatest, roundUp } from './curveData.ts';
import { eventWords } from './eventText.ts';
import { distinctMarks, layOutLabels } from './labelLayout.ts';
import { type Range, shifted, visibleRange, zoomed } from './timeRange.ts';

export interface CurveProps {
  readonly moment: Moment;
  readonly unit: PressureUnit;
  /** Of the whole strip; the live strip ends now. */
  readonly endMs: number;
  readonly limitKpa: number | null;
  readonly volumeLimitMl?: number | null;
  /** Where the record stands; absent when live. */
  readonly positionMs?: number;
  readonly onSeek?: (tMs: number) => void;
}

export const curveColours = { pressure: '#58c4dc', volume: '#ff9d4d', grid: '#1d2125', quiet: '#a3abb3', text: '#e6e9eb', limit: '#ff4d4f', ground: '#0b0c0d' };
const toneColours = { high: '#ff4d4f', medium: '#f5c542', low: '#56d6e6', plain: '#a3abb3', stage: '#e6e9eb' };
/** Seconds between marks on the time axis. */
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
/** A session is shown with room to grow; a record is as long as it is, as the track beneath it. */
export const shortestSpanMs = ({ positionMs }: Pick<CurveProps, 'positionMs'>): number => (positionMs === undefined ? 60_000 : 1000);
const lanes = 2;
/** A curve's width for letters of a size: as heavy on a large screen as on a small one. */
export const lineWidth = (fontPx: number): number => Math.max(1.75, fontPx / 7.5);

/** What the plot draws, and the part of time it shows. */
export interface Shown extends CurveProps {
  readonly fontPx: number;
  readonly range: Range;
}

function drawEvents(plot: uPlot, shown: Shown): void {
  const { moment, fontPx } = shown;
  const { ctx } = plot;
  const ratio = uPlot.pxRatio;
  const { left, top, width, height } = plot.bbox;
  const { fromMs, toMs } = visibleRange(shown.range, shown.endMs, shortestSpanMs(shown));
  ctx.save();
  ctx.font = `500 ${fontPx * ratio}px "Inter Variable", system-ui, sans-serif`;
  const widths = new Map<string, number>();
  const widthOf = (label: string): number => {
    const labelWidth = widths.get(label) ?? ctx.measureText(label).width;
    widths.set(label, labelWidth);
    return labelWidth;
  };
  const marks = eventsBetween(moment.timeline.events, fromMs, toMs).map((event) => {
    const said = eventWords(event);
    const words = moment.timeline.corrected.has(event.seq) ? { label: `✕ ${said.label}`, weight: 0, tone: 'plain' as const } : said;
    return { ...words, x: plot.valToPos(event.tMs / 1000, 'x', true) - left, width: widthOf(words.label) };
  });
  const placed = layOutLabels(marks, lanes, width);
  const labelled = new Set(placed.map(({ index }) => index));
  for (const index of distinctMarks(marks, labelled)) {
    const mark = marks[index];
    if (!mark) continue;
    ctx.strokeStyle = toneColours[mark.tone];
    ctx.globalAlpha = labelled.has(index) ? 0.9 : 0.4;
    ctx.lineWidth = ratio;
    ctx.beginPath();
    ctx.moveTo(left + mark.x, top - (labelled.has(index) ? lanes * fontPx * 1.35 * ratio : 4));
    ctx.lineTo(left + mark.x, top + height);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
  ctx.textBaseline = 'bottom';
  for (const { index, x, lane } of placed) {
    const mark = marks[index];
    if (!mark) continue;
    // The marks of later events pass behind this label, not through it.
    ctx.fillStyle = curveColours.ground;
    ctx.fillRect(left + x - 1, top - (lane * fontPx * 1.35 + 2 + fontPx * 1.2) * ratio, mark.width + 2, fontPx * 1.2 * ratio);
    ctx.fillStyle = toneColours[mark.tone];
    ctx.fillText(mark.label, left + x, top - (lane * fontPx * 1.35 + 3) * ratio);
  }
  ctx.restore();
}

function drawLines(plot: uPlot, { limitKpa, volumeLimitMl = null, unit }: Shown): void {
  const { ctx } = plot;
  const { left, top, width } = plot.bbox;
  ctx.save();
  if (limitKpa !== null) {
    const y = plot.valToPos(pressureFromKpa(limitKpa, unit), 'pressure', true);
    ctx.strokeStyle = curveColours.limit;
    ctx.setLineDash([6, 5]);
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + width, y);
    if (y >= top) ctx.stroke();
  }
  if (volumeLimitMl !== null) {
    const y = plot.valToPos(volumeLimitMl, 'volume', true);
    ctx.strokeStyle = curveColours.volume;
    ctx.setLineDash([2, 5]);
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + width, y);
    if (y >= top) ctx.stroke();
  }
  ctx.restore();
}

function listen(plot: uPlot, { shown, onSeek, onRange }: PlotActions): void {
  const { over } = plot;
  const timeAt = (event: MouseEvent) => plot.posToVal(event.clientX - over.getBoundingClientRect().left, 'x') * 1000;
  let drag: { readonly pans: boolean; readonly atX: number; readonly from: Range } | null = null;
  over.addEventListener('pointerdown', (event) => {
    const pans = shown().onSeek === undefined || event.shiftKey;
    drag = { pans, atX: event.clientX, from: shown().range };
    over.setPointerCapture(event.pointerId);
    if (!pans) onSeek(Math.max(0, timeAt(event)));
  });
  over.addEventListener('pointermove', (event) => {
    if (!drag) return;
    if (!drag.pans) onSeek(Math.max(0, timeAt(event)));
    else if (drag.from) {
      const { fromMs, toMs } = visibleRange(drag.from, shown().endMs, shortestSpanMs(shown()));
      onRange(shifted(drag.from, ((drag.atX - event.clientX) / Math.max(1, over.clientWidth)) * (toMs - fromMs), shown().endMs));
    }
  });
  over.addEventListener('pointerup', () => {
    drag = null;
  });
  over.addEventListener('dblclick', () => onRange(null));
  over.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      onRange(zoomed(shown().range, shown().endMs, shortestSpanMs(shown()), timeAt(event), Math.sign(event.deltaY)));
    },
    { passive: false },
  );
}

export interface PlotActions {
  readonly shown: () => Shown;
  readonly onSeek: (tMs: number) => void;
  readonly onRange: (range: Range) => void;
  /** The moment under the pointer; null when it has left. */
  readonly onCursor: (tMs: number | null) => void;
}

/** Makes the plot in `host`: the wheel zooms in time about the pointer, a drag pans (live) or seeks (review; Shift pans), a double click shows all. */
export function createPlot(host: HTMLElement, { shown, onSeek, onRange, onCursor }: PlotActions): uPlot {
  const { fontPx } = shown();
  const font = `${fontPx}px "Inter Variable", system-ui, sans-serif`;
  const axis = { font, ticks: { show: false }, grid: { stroke: curveColours.grid, width: 1 } };
  const plot = new uPlot(
    {
      width: host.clientWidth,
      height: host.clientHeight,
      padding: [lanes * fontPx * 1.35 + 4, 4, 0, 4],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 * (window.devicePixelRatio > 1 ? 1.5 : 1) } },
      scales: { x: { time: false }, pressure: {}, volume: {} },
      series: [
        {},
        { scale: 'pressure', stroke: curveColours.pressure, width: lineWidth(fontPx), points: { show: false }, spanGaps: false },
        { scale: 'volume', stroke: curveColours.volume, width: lineWidth(fontPx), points: { show: false }, spanGaps: false },
      ],
      axes: [
        {
          ...axis,
          stroke: curveColours.quiet,
          size: fontPx * 1.7,
          gap: 2,
          space: fontPx * 7,
          incrs: timeSteps,
          values: (_, splits) => splits.map((seconds) => clockText(seconds * 1000)),
        },
        {
          ...axis,
          scale: 'pressure',
          stroke: curveColours.pressure,
          size: fontPx * 3.6,
          gap: 4,
          space: fontPx * 2,
          values: (_, splits) => splits.map((value) => (value === 0 ? '' : fixed(value, value % 1 ? 1 : 0))),
        },
        {
          ...axis,
          scale: 'volume',
          side: 1,
          stroke: curveColours.volume,
          size: fontPx * 3.2,
          gap: 4,
          space: fontPx * 2,
          grid: { show: false },
          values: (_, splits) => splits.map((value) => (value === 0 ? '' : fixed(value, value % 1 ? 1 : 0))),
        },
      ],
      hooks: {
        setCursor: [
          (self) => {
            const left = self.cursor.left ?? -1;
            onCursor(left < 0 ? null : self.posToVal(left, 'x') * 1000);
          },
        ],
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
  listen(plot, { shown, onSeek, onRange, onCursor });
  return plot;
}

/** The line where the record stands: an element over the plot, so that the position moves without drawing hours of curve again. */
export function placePosition(plot: uPlot, line: HTMLElement, positionMs: number | undefined): void {
  if (line.parentElement !== plot.over) plot.over.append(line);
  const x = positionMs === undefined ? -1 : plot.valToPos(positionMs / 1000, 'x');
  line.hidden = !(x >= 0 && x <= plot.over.clientWidth);
  line.style.transform = `translateX(${x}px)`;
}

/** Puts the curve of the visible part of time into the plot. */
export function fillPlot(plot: uPlot, shown: Shown): void {
  const { moment, unit, endMs, limitKpa, volumeLimitMl = null, range } = shown;
  const { curve } = moment;
  const { fromMs, toMs } = visibleRange(range, endMs, shortestSpanMs(shown));
  const data = decimate(curve, fromMs, toMs, Math.max(100, plot.width));
  const topKpa = Math.max(greatest(curve, curve.pressureKpa, fromMs, toMs), limitKpa ?? 0, 100);
  const topMl = Math.max(greatest(curve, curve.volumeMl, fromMs, toMs), volumeLimitMl ?? 0, 2);
  plot.batch(() => {
    plot.setData([data.tSeconds, data.pressureKpa.map((kpa) => (kpa === null ? null : pressureFromKpa(kpa, unit))), data.volumeMl], false);
    plot.setScale('x', { min: fromMs / 1000, max: toMs / 1000 });
    plot.setScale('pressure', { min: 0, max: roundUp(pressureFromKpa(topKpa, unit)) });
    plot.setScale('volume', { min: 0, max: roundUp(topMl) });
  });
}
