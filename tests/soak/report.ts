import type { Account } from './accounts.ts';
import type { Holding } from './monitor.ts';

const width = 760;
const height = 180;
const margin = { left: 56, right: 12, top: 12, bottom: 28 };

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** When something was wrong on purpose, by the machine's time. */
export interface Trial {
  readonly what: string;
  readonly fromS: number;
  readonly toS: number;
}

/** One value over time as inline SVG, from zero; trials as bands behind it. */
function plot(holdings: readonly Holding[], trials: readonly Trial[], title: string, value: (holding: Holding) => number): string {
  const endS = Math.max(1, holdings.at(-1)?.atS ?? 1);
  const most = Math.max(1, ...holdings.map(value)) * 1.1;
  const x = (atS: number) => margin.left + ((width - margin.left - margin.right) * atS) / endS;
  const y = (at: number) => height - margin.bottom - ((height - margin.top - margin.bottom) * at) / most;
  const bands = trials.map(
    ({ what, fromS, toS }) =>
      `<rect x="${x(fromS).toFixed(1)}" y="${margin.top}" width="${Math.max(1, x(toS) - x(fromS)).toFixed(1)}" height="${height - margin.top - margin.bottom}" fill="#f3d9b1"><title>${escaped(what)}</title></rect>`,
  );
  const line = holdings.map((holding) => `${x(holding.atS).toFixed(1)},${y(value(holding)).toFixed(1)}`).join(' ');
  return `<h2>${escaped(title)}</h2><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
${bands.join('')}
<line x1="${margin.left}" y1="${y(0)}" x2="${width - margin.right}" y2="${y(0)}" stroke="#999"/>
<text x="${margin.left - 6}" y="${y(most / 1.1) + 4}" text-anchor="end">${Math.round(most / 1.1)}</text><text x="${margin.left - 6}" y="${y(0)}" text-anchor="end">0</text>
<text x="${width - margin.right}" y="${height - 8}" text-anchor="end">${Math.round(endS)} s</text>
<polyline points="${line}" fill="none" stroke="#2463a8" stroke-width="1.5"/></svg>`;
}

/** The page of one soak: what was asked, what the answer was, and what the bridge held over time. */
export function soakPage(title: string, accounts: readonly Account[], holdings: readonly Holding[], trials: readonly Trial[]): string {
  const bad = accounts.filter(({ good }) => !good).length;
  const rows = accounts.map(
    ({ question, answer, good }) =>
      `<tr${good ? '' : ' class="bad"'}><td>${good ? 'good' : 'bad'}</td><td>${escaped(question)}</td><td>${escaped(answer)}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;table-layout:fixed;width:100%}
td,th{border-bottom:1px solid #ddd;padding:.25rem .75rem .25rem 0;vertical-align:top;text-align:left;overflow-wrap:anywhere}th:first-child{width:3.5rem}th:nth-child(2){width:55%}
.bad{background:#fbe3e3;font-weight:600}svg text{font:12px system-ui}</style>
<h1>${escaped(title)}</h1>
<p>${bad === 0 ? `All ${accounts.length} accounts are good.` : `${bad} of ${accounts.length} accounts are bad.`}</p>
<table><tr><th></th><th>Question</th><th>Answer</th></tr>
${rows.join('\n')}</table>
<p>Bands: something was wrong on purpose (its name when pointed at).</p>
${plot(holdings, trials, 'Memory of the bridge, MB', ({ residentMb }) => residentMb)}
${plot(holdings, trials, 'Open handles of the bridge', ({ handles }) => handles)}
${plot(holdings, trials, 'Threads of the bridge', ({ threads }) => threads)}
</html>
`;
}
