import { binStart, binsInOrder, type Distribution } from '../../../src/base/distribution.ts';
import { escapeMarkup } from './markup.ts';
import { numberText } from './words.ts';

const width = 720;
const height = 220;
const left = 48;
const right = 12;
const top = 12;
const bottom = 46;

interface Bar {
  readonly label: string;
  readonly title: string;
  readonly values: number;
}

/** Two bars to the octave. Below this, 2 ** -10, the size of a difference tells nobody anything: one bar for all. */
const smallestBar = -20;

/** Bars of a distribution: values that are exactly zero, then every bin from the smallest to the largest. */
function barsOf(distribution: Distribution, unit: string): readonly Bar[] {
  const coarse = new Map<number, number>();
  for (const { bin, values } of binsInOrder(distribution)) {
    const at = Math.max(smallestBar - 1, Math.floor(bin / 2));
    coarse.set(at, (coarse.get(at) ?? 0) + values);
  }
  const keys = [...coarse.keys()];
  const bars: Bar[] = [{ label: '0', title: `exactly 0 ${unit}`, values: distribution.zeros }];
  for (let at = Math.min(...keys); keys.length > 0 && at <= Math.max(...keys); at++) {
    const [from, to] = [binStart(at * 2), binStart((at + 1) * 2)];
    const values = coarse.get(at) ?? 0;
    if (at < smallestBar) bars.push({ label: `<${numberText(to)}`, title: `more than 0, below ${numberText(to)} ${unit}`, values });
    else bars.push({ label: numberText(from), title: `${numberText(from)} to ${numberText(to)} ${unit}`, values });
  }
  return bars;
}

/** A histogram as inline SVG; heights are by the square root of the counts, so that a single outlier is still seen beside thousands. */
export function histogramSvg(distribution: Distribution, title: string, unit: string): string {
  const bars = barsOf(distribution, unit);
  const most = Math.max(1, ...bars.map(({ values }) => values));
  const step = (width - left - right) / bars.length;
  const barWidth = Math.min(48, step * 0.86);
  const y = (values: number) => top + (height - top - bottom) * (1 - Math.sqrt(values / most));
  const labelEvery = Math.ceil(bars.length / 14);
  const ticks = [0, most / 4, most].map((values) => Math.round(values));
  const parts = [...new Set(ticks)].map(
    (values) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(values).toFixed(1)}" y2="${y(values).toFixed(1)}"/><text class="axis" x="${left - 6}" y="${(y(values) + 4).toFixed(1)}" text-anchor="end">${numberText(values)}</text>`,
  );
  for (const [index, { label, title: what, values }] of bars.entries()) {
    const middle = left + step * (index + 0.5);
    const rest = height - bottom - y(values);
    parts.push(
      `<rect class="${index === 0 ? 'zero' : 'bar'}" x="${(middle - barWidth / 2).toFixed(1)}" y="${y(values).toFixed(1)}" width="${barWidth.toFixed(1)}" height="${rest.toFixed(1)}"><title>${escapeMarkup(`${what}: ${values}`)}</title></rect>`,
    );
    if (index % labelEvery === 0)
      parts.push(`<text class="axis" x="${middle.toFixed(1)}" y="${height - bottom + 16}" text-anchor="middle">${escapeMarkup(label)}</text>`);
  }
  parts.push(`<text class="axis" x="${(width + left) / 2}" y="${height - 8}" text-anchor="middle">${escapeMarkup(`size of the difference, ${unit}`)}</text>`);
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(title)}">${parts.join('')}</svg>`;
}

/** One bar for shares of a whole, in the order given. */
export function shareSvg(parts: readonly { readonly kind: string; readonly values: number; readonly title: string }[]): string {
  const whole = Math.max(
    1,
    parts.reduce((sum, { values }) => sum + values, 0),
  );
  let x = 0;
  const drawn = parts.map(({ kind, values, title }) => {
    const at = x;
    x += (values / whole) * width;
    return `<rect class="${kind}" x="${at.toFixed(1)}" y="0" width="${(x - at).toFixed(1)}" height="14"><title>${escapeMarkup(title)}</title></rect>`;
  });
  return `<svg viewBox="0 0 ${width} 14" preserveAspectRatio="none" class="share" role="img" aria-label="${escapeMarkup(parts.map(({ title }) => title).join(', '))}">${drawn.join('')}</svg>`;
}
