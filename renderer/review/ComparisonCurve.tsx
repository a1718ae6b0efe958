import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import { type PressureUnit, pressureFromKpa } from '../../src/base/units.ts';
import type { Curve } from '../../src/link/link.ts';
import { clockText } from '../app/format.ts';
import { lineWidth } from '../live/curvePlot.ts';
import { text } from '../text.ts';

interface Props {
  readonly first: Curve;
  readonly second: Curve;
  /** How much later the second record is. */
  readonly offsetMs: number;
  readonly unit: PressureUnit;
  readonly nowMs: number;
  readonly onSeek: (tMs: number) => void;
}

const colours = { pressure: '#58c4dc', volume: '#ff9d4d', grid: '#1d2125', quiet: '#a3abb3' };

/** Seconds between marks on the time axis. */
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

const columnsOf = (curve: Curve, offsetMs: number, unit: PressureUnit): uPlot.AlignedData => [
  curve.tMs.map((tMs) => (tMs - offsetMs) / 1000),
  curve.pressureKpa.map((kpa) => (kpa === null ? null : pressureFromKpa(kpa, unit))),
  [...curve.volumeMl],
];

function createPlot(host: HTMLElement, position: () => number, onSeek: (tMs: number) => void): uPlot {
  const fontPx = Number.parseFloat(getComputedStyle(host).fontSize) * 0.85;
  const axis = { font: `${fontPx}px "Inter Variable", system-ui, sans-serif`, ticks: { show: false }, grid: { stroke: colours.grid, width: 1 } };
  const line = (scale: 'pressure' | 'volume', dash?: number[]): uPlot.Series => ({
    scale,
    stroke: colours[scale],
    width: lineWidth(fontPx),
    points: { show: false },
    spanGaps: true,
    ...(dash && { dash }),
  });
  const plot = new uPlot(
    {
      width: host.clientWidth,
      height: host.clientHeight,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, pressure: {}, volume: {} },
      series: [{}, line('pressure'), line('volume'), line('pressure', [6, 4]), line('volume', [6, 4])],
      axes: [
        {
          ...axis,
          stroke: colours.quiet,
          size: fontPx * 1.8,
          incrs: timeSteps,
          values: (_, ticks) => ticks.map((s) => (s < 0 ? `−${clockText(-s * 1000)}` : clockText(s * 1000))),
        },
        { ...axis, scale: 'pressure', stroke: colours.pressure, size: fontPx * 3.6 },
        { ...axis, scale: 'volume', side: 1, stroke: colours.volume, size: fontPx * 3, grid: { show: false } },
      ],
      hooks: {
        draw: [
          (u) => {
            const x = u.valToPos(position() / 1000, 'x', true);
            u.ctx.fillStyle = '#ffffff';
            u.ctx.fillRect(x - 1, u.bbox.top, lineWidth(fontPx), u.bbox.height);
          },
        ],
      },
    },
    [[], [], [], [], []],
    host,
  );
  plot.over.addEventListener('click', (event) => onSeek(plot.posToVal(event.offsetX, 'x') * 1000));
  return plot;
}

/** Pressure and volume of both records over the time of the first; the second one's lines are dashed. */
export function ComparisonCurve({ first, second, offsetMs, unit, nowMs, onSeek }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ nowMs, onSeek });
  latest.current = { nowMs, onSeek };
  const data = useMemo(() => uPlot.join([columnsOf(first, 0, unit), columnsOf(second, offsetMs, unit)]), [first, second, offsetMs, unit]);
  const latestData = useRef(data);
  latestData.current = data;
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    // Anew at every size: letters and lines grow with the screen.
    const make = () => {
      plot.current?.destroy();
      plot.current = createPlot(
        element,
        () => latest.current.nowMs,
        (tMs) => latest.current.onSeek(tMs),
      );
      plot.current.setData(latestData.current);
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
    plot.current?.setData(data);
  }, [data]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when the position moves
  useEffect(() => {
    plot.current?.redraw(false);
  }, [nowMs]);
  return (
    <section className="strip compare-curve" aria-label={text.curve.region}>
      <div className="compare-plot" ref={host} />
    </section>
  );
}
