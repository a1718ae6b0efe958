import type { Account } from './accounts.ts';
import type { Holding } from './monitor.ts';

const width = 760;
const height = 180;
const margin = { left: 56, right: 12, top: 12, bottom: 28 };

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** One value over time as inline SVG, from zero. */
function plot(holdings: readonly Holding[], title: string, value: (holding: Holding) => number): string {
  const endS = Math.max(1, holdings.at(-1)?.atS ?? 1);
  const most = Math.max(1, ...holdings.map(value)) * 1.1;
  const x = (atS: number) => margin.left + ((width - margin.left - margin.right) * atS) / endS;
  const y = (at: number) => height - margin.bottom - ((height - margin.top - margin.bottom) * at) / most;
  const line = holdings.map((holding) => `${x(holding.atS).toFixed(1)},${y(value(holding)).toFixed(1)}`).join(' ');
  return `<h2>${escaped(title)}</h2><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<line x1="${margin.left}" y1="${y(0)}" x2="${width - margin.right}" y2="${y(0)}" stroke="#999"/>
<text x="${margin.left - 6}" y="${y(most / 1.1) + 4}" text-anchor="end">${Math.round(most / 1.1)}</text><text x="${margin.left - 6}" y="${y(0)}" text-anchor="end">0</text>
<text x="${width - margin.right}" y="${height - 8}" text-anchor="end">${Math.round(endS)} s</text>
<polyline points="${line}" fill="none" stroke="#2463a8" stroke-width="1.5"/></svg>`;
}

/** The page of one soak: what was asked, what the answer was, and what the bridge held over time. */
export function soakPage(title: string, accounts: readonly Account[], holdings: readonly Holding[]): string {
  const rows = accounts.map(
    ({ question, answer, good }) => `<tr><td>${good ? 'good' : '<strong>bad</strong>'}</td><td>${escaped(question)}</td><td>${escaped(answer)}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}td{border-bottom:1px solid #ddd;padding:.25rem .75rem .25rem 0;vertical-align:top}svg text{font:12px system-ui}</style>
<h1>${escaped(title)}</h1>
<table>${rows.join('\n')}</table>
${plot(holdings, 'Memory of the bridge, MB', ({ residentMb }) => residentMb)}
${plot(holdings, 'Open handles of the bridge', ({ handles }) => handles)}
${plot(holdings, 'Threads of the bridge', ({ threads }) => threads)}
</html>
`;
}
