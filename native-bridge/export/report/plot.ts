import { type PressureUnit, pressureFromKpa } from '../../../src/base/units.ts';
import type { AlarmFact, CurveBin, DeviceCurve, StageSpan } from './facts.ts';
import { clock, stageWords } from './words.ts';

const width = 760;
const left = 52;
const right = 12;
const panelHeight = 150;
const gap = 34;
const top = 22;
const colours = { axis: '#5b6670', grid: '#dde2e6', pressure: '#0b5fa5', volume: '#b4550a', text: '#1b2126', band: '#f1f4f6', alarm: '#b3161b' } as const;

interface Panel {
  readonly label: string;
  readonly colour: string;
  readonly topPx: number;
  /** Top of the axis, in its unit. */
  readonly most: number;
}

/** Pressure above, volume below, over session time; stages as bands, alarms as marks. An SVG that stands alone. */
export function curvePlot(curve: DeviceCurve, durationMs: number, unit: PressureUnit, stages: readonly StageSpan[], alarms: readonly AlarmFact[]): string {
  const x = (tMs: number) => left + (tMs / Math.max(1, durationMs)) * (width - left - right);
  const pressures = curve.bins.flatMap(({ pressureMostKpa }) => (pressureMostKpa === null ? [] : [pressureFromKpa(pressureMostKpa, unit)]));
  const volumes = curve.bins.flatMap(({ volumeMl }) => (volumeMl === null ? [] : [volumeMl]));
  const pressurePanel = { label: `Pressure, ${unit}`, colour: colours.pressure, topPx: top, most: niceMost(pressures) };
  const volumePanel = { label: 'Volume, mL', colour: colours.volume, topPx: top + panelHeight + gap, most: niceMost(volumes) };
  const height = volumePanel.topPx + panelHeight + 30;
  const parts = [
    ...stages.map((span, index) => stageBand(span, index, x, height)),
    axes(pressurePanel),
    axes(volumePanel),
    ...timeTicks(durationMs, x, volumePanel.topPx + panelHeight),
    pressureBand(curve.bins, unit, x, pressurePanel),
    line(
      curve.bins.map(({ tMs, volumeMl }) => (volumeMl === null ? null : [x(tMs), y(volumePanel, volumeMl)])),
      colours.volume,
    ),
    ...alarms.filter(({ priority }) => priority !== 'low').map(({ raisedMs }) => alarmMark(x(raisedMs), height)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Roboto" font-size="11">${parts.join('')}</svg>`;
}

const px = (value: number): string => value.toFixed(1);
const y = ({ topPx, most }: Panel, value: number): number => topPx + panelHeight - (Math.max(0, value) / most) * panelHeight;

/** The least of 1, 2, 5 · 10ⁿ multiples above every value. */
function niceMost(values: readonly number[]): number {
  const most = values.reduce((highest, value) => Math.max(highest, value), 0) * 1.05;
  if (most <= 0) return 1;
  const decade = 10 ** Math.floor(Math.log10(most));
  return (([1, 2, 3, 4, 5, 6, 8, 10] as const).find((step) => step * decade >= most) ?? 10) * decade;
}

function axes(panel: Panel): string {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const value = share * panel.most;
    const at = px(y(panel, value));
    const line = `<line x1="${left}" x2="${width - right}" y1="${at}" y2="${at}" stroke="${colours.grid}"/>`;
    return `${line}<text x="${left - 6}" y="${px(Number(at) + 4)}" text-anchor="end" fill="${colours.axis}">${Number(value.toPrecision(3))}</text>`;
  });
  return `${ticks.join('')}<text x="${left}" y="${panel.topPx - 6}" fill="${panel.colour}" font-weight="bold">${panel.label}</text>`;
}

function timeTicks(durationMs: number, x: (tMs: number) => number, bottom: number): readonly string[] {
  const stepMs = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].map((s) => s * 1000).find((step) => durationMs / step <= 12) ?? 3_600_000;
  const marks: string[] = [];
  for (let tMs = 0; tMs <= durationMs; tMs += stepMs)
    marks.push(`<text x="${px(x(tMs))}" y="${bottom + 16}" text-anchor="middle" fill="${colours.axis}">${clock(tMs)}</text>`);
  return marks;
}

function stageBand({ stage, fromMs, toMs }: StageSpan, index: number, x: (tMs: number) => number, height: number): string {
  const [from, to] = [x(fromMs), x(toMs)];
  const rect = index % 2 === 0 ? `<rect x="${px(from)}" y="${top}" width="${px(to - from)}" height="${height - top - 30}" fill="${colours.band}"/>` : '';
  const fits = to - from > 7 * stageWords[stage].length;
  return fits ? `${rect}<text x="${px(from + 4)}" y="${top + 12}" fill="${colours.axis}" font-size="10">${stageWords[stage]}</text>` : rect;
}

const alarmMark = (at: number, height: number): string =>
  `<line x1="${px(at)}" x2="${px(at)}" y1="${top}" y2="${height - 30}" stroke="${colours.alarm}" stroke-dasharray="3 3"/><text x="${px(at)}" y="${top - 2}" text-anchor="middle" fill="${colours.alarm}">!</text>`;

/** The band between the lowest and highest reading of each bin, so that no peak is missing. */
function pressureBand(bins: readonly CurveBin[], unit: PressureUnit, x: (tMs: number) => number, panel: Panel): string {
  const at = (tMs: number, kpa: number | null): Point | null => (kpa === null ? null : [x(tMs), y(panel, pressureFromKpa(kpa, unit))]);
  const most = line(
    bins.map(({ tMs, pressureMostKpa }) => at(tMs, pressureMostKpa)),
    colours.pressure,
  );
  const least = line(
    bins.map(({ tMs, pressureLeastKpa }) => at(tMs, pressureLeastKpa)),
    colours.pressure,
    0.5,
  );
  return least + most;
}

type Point = readonly [x: number, y: number];

/** A line that ends where values are missing, and begins again behind. */
function line(points: readonly (Point | null)[], colour: string, opacity = 1): string {
  let pen = false;
  const path = points.map((point) => {
    if (!point) {
      pen = false;
      return '';
    }
    const step = `${pen ? 'L' : 'M'}${px(point[0])} ${px(point[1])}`;
    pen = true;
    return step;
  });
  return path.some(Boolean) ? `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-width="1.3" stroke-opacity="${opacity}"/>` : '';
}
