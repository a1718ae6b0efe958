import { quantile } from '../../../src/base/distribution.ts';
import type { QuantityDifferences } from '../../../src/session/replayStatistics.ts';
import type { RecordReplay } from '../recordReplay.ts';
import { escapeMarkup as text } from './markup.ts';
import { histogramSvg, shareSvg } from './plot.ts';
import type { LibraryTotals } from './totals.ts';
import { bytesText, durationText, numberText, remarkText, statusWords } from './words.ts';

/** What a report says beside its results. */
export interface ReportRun {
  readonly library: string;
  readonly startedAtEpochMs: number;
  readonly tookMs: number;
  /** How the work was spread, in words: `4 processes of host`, `workers on the queue redis://…`. */
  readonly by: string;
  /** It was ended before every record had its turn. */
  readonly stopped: boolean;
}

const style = `
:root{color-scheme:light dark;--bg:#fbfcfd;--fg:#16202a;--soft:#5a6b7b;--line:#d5dde4;--card:#fff;--good:#1f8a5b;--bad:#c2352b;--warn:#b07a12;--bar:#2f6fb3}
@media(prefers-color-scheme:dark){:root{--bg:#10161c;--fg:#e6edf3;--soft:#9fb0bf;--line:#2b3843;--card:#161f27;--good:#46c28d;--bad:#ff7b6e;--warn:#e6b450;--bar:#6aa9ea}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
main{max-width:72rem;margin:0 auto;padding:2rem 1.25rem 4rem}h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.25rem 0 .5rem}
p{margin:.35rem 0}.soft{color:var(--soft)}.numbers{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.25rem 0}
.numbers div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem 1rem;min-width:8.5rem}.numbers b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line)}caption{text-align:left;color:var(--soft);padding:.25rem 0}
th,td{text-align:left;padding:.4rem .6rem;border-top:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.break{overflow-wrap:anywhere;min-width:9rem}
.identical{color:var(--good)}.differs,.error{color:var(--bad)}.partly,.not-run{color:var(--warn)}.status{font-weight:600;white-space:nowrap}
svg{width:100%;height:auto;background:var(--card)}figure{margin:0;border:1px solid var(--line);background:var(--card);padding:.5rem}figcaption{color:var(--soft);padding:.25rem .5rem}
svg.share{height:14px;border-radius:4px}rect.bar{fill:var(--bar)}rect.zero,rect.same{fill:var(--good)}rect.other{fill:var(--bad)}rect.skipped{fill:var(--warn)}.grid{stroke:var(--line)}.axis{fill:var(--soft);font-size:11px}
.banner{border:1px solid var(--warn);border-left-width:6px;padding:.5rem .9rem;margin:1rem 0;background:var(--card)}@media print{body{background:#fff}}`;

const number = (value: number | string): string => `<td class="n">${typeof value === 'number' ? value.toLocaleString('en') : value}</td>`;

function table(caption: string, head: readonly { readonly name: string; readonly isNumber?: true }[], rows: readonly string[]): string {
  const cells = head.map(({ name, isNumber }) => `<th scope="col"${isNumber ? ' class="n"' : ''}>${name}</th>`).join('');
  return `<table><caption>${caption}</caption><thead><tr>${cells}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

function topicSection({ topics }: LibraryTotals): string {
  if (topics.length === 0) return '<p class="soft">Nothing was compared.</p>';
  const rows = topics.map(({ topic, recorded, derived, differing, records }) => {
    const same = Math.max(recorded, derived) - differing;
    const share = shareSvg([
      { kind: 'same', values: Math.max(0, same), title: `${same} the same` },
      { kind: 'other', values: differing, title: `${differing} not the same` },
    ]);
    return `<tr><td>${text(topic)}</td>${number(recorded)}${number(derived)}${number(differing)}${number(records)}<td style="width:30%">${share}</td></tr>`;
  });
  const counts = ['Recorded', 'Derived now', 'Not the same', 'In records'].map((name) => ({ name, isNumber: true }) as const);
  return table('Samples of each topic; one that only one side has is not the same.', [{ name: 'Topic' }, ...counts, { name: 'Share' }], rows);
}

function alarmSection({ alarms, alarmsUnchanged }: LibraryTotals, results: readonly RecordReplay[]): string {
  if (alarms.length === 0) return `<p>No alarm was gained, lost or moved; ${alarmsUnchanged.toLocaleString('en')} are the same.</p>`;
  const rows = alarms.map(({ condition, gained, lost, moved }) => `<tr><td>${text(condition)}</td>${number(gained)}${number(lost)}${number(moved)}</tr>`);
  const counts = ['Gained', 'Lost', 'Moved in time or priority'].map((name) => ({ name, isNumber: true }) as const);
  const each = results.flatMap(({ name, replay }) => {
    const changes = replay?.statistics?.alarms;
    if (!changes) return [];
    const row = (what: string, id: string, priority: string, fromMs: number) =>
      `<tr><td class="break">${text(name)}</td><td>${what}</td><td>${text(id)}</td><td>${priority}</td>${number(`${(fromMs / 1000).toFixed(1)} s`)}</tr>`;
    return [
      ...changes.gained.map(({ id, priority, fromMs }) => row('gained', id, priority, fromMs)),
      ...changes.lost.map(({ id, priority, fromMs }) => row('lost', id, priority, fromMs)),
      ...changes.moved.map(({ was, is }) => row(`moved by ${((is.fromMs - was.fromMs) / 1000).toFixed(2)} s`, is.id, is.priority, is.fromMs)),
    ];
  });
  const shown = each.slice(0, mostRows);
  const rest = each.length > shown.length ? `<p class="soft">${each.length - shown.length} more are in results.json.</p>` : '';
  return `<p>${alarmsUnchanged.toLocaleString('en')} alarms are the same.</p>${table('Alarms by condition', [{ name: 'Condition' }, ...counts], rows)}
${table('Each of them', [{ name: 'Record' }, { name: 'Change' }, { name: 'Alarm' }, { name: 'Priority' }, { name: 'At', isNumber: true }], shown)}${rest}`;
}

/** A page with tens of thousands of rows helps nobody: the rest is in `results.json`. */
const mostRows = 2000;

function quantitySection(what: string, unit: string, { difference, onlyRecorded, onlyDerived }: QuantityDifferences): string {
  if (difference.count === 0 && onlyRecorded === 0 && onlyDerived === 0) return '';
  const mean = difference.count === 0 ? 0 : difference.sum / difference.count;
  const sizes = [0.5, 0.95, 0.99].map((share) => numberText(quantile(difference, share)));
  const caption = `${difference.count.toLocaleString('en')} frames on both sides, ${difference.zeros.toLocaleString('en')} exactly equal; half within ${sizes[0]} ${unit}, 95 % within ${sizes[1]}, 99 % within ${sizes[2]}, largest ${numberText(difference.largest)}, mean ${numberText(mean)} ${unit}; only recorded ${onlyRecorded.toLocaleString('en')}, only derived now ${onlyDerived.toLocaleString('en')}.`;
  return `<h3>${text(what)}</h3><figure>${histogramSvg(difference, `${what}, distribution`, unit)}<figcaption>${text(caption)}</figcaption></figure>`;
}

function recordSection(results: readonly RecordReplay[]): string {
  const order: Readonly<Record<RecordReplay['status'], number>> = { error: 0, differs: 1, partly: 2, 'not-run': 3, identical: 4 };
  const needsLook = (result: RecordReplay) => (remarkText(result) === '' ? 1 : 0);
  const sorted = [...results].sort((p, q) => order[p.status] - order[q.status] || needsLook(p) - needsLook(q) || (p.name < q.name ? -1 : 1));
  const rows = sorted.slice(0, mostRows).map((result) => {
    const { name, status, record, replay, worker } = result;
    const made = record ? text(`${record.softwareVersion}, ${record.runtime}`) : '';
    return `<tr><td class="break">${text(name)}</td><td class="status ${status}">${statusWords[status]}</td>${number(record ? durationText(record.durationMs) : '')}${number(replay?.samples ?? '')}${number(replay?.derived ?? '')}${number(replay ? `${numberText(replay.speed)} ×` : '')}<td>${made}</td><td>${text(worker.host)}</td><td class="break">${text(remarkText(result))}</td></tr>`;
  });
  const head = [
    { name: 'Record' },
    { name: 'Status' },
    { name: 'Length', isNumber: true },
    { name: 'Raw', isNumber: true },
    { name: 'Derived', isNumber: true },
    { name: 'Speed', isNumber: true },
    { name: 'Made by' },
    { name: 'Replayed on' },
    { name: 'Remark' },
  ] as const;
  const rest = results.length > rows.length ? `<p class="soft">${results.length - rows.length} more are in results.json.</p>` : '';
  return `${table('Those that need a look come first.', head, rows)}${rest}`;
}

/** The summary as one HTML page that needs nothing else: plots are inline. */
export function summaryPage(results: readonly RecordReplay[], totals: LibraryTotals, run: ReportRun): string {
  const { identical, differs, partly, errors, notRun, recordedMs, bytes, derived } = totals;
  const versions = [...new Set(results.map(({ worker }) => `${worker.softwareVersion}, ${worker.runtime}`))].join('; ');
  const numbers: readonly (readonly [string, string])[] = [
    ['identical', identical.toLocaleString('en')],
    ['differ', differs.toLocaleString('en')],
    ['compared in part', partly.toLocaleString('en')],
    ['could not be replayed', errors.toLocaleString('en')],
    ['of procedures', durationText(recordedMs)],
    ['of records', bytesText(bytes)],
    ['samples compared', derived.toLocaleString('en')],
    ['times real time', numberText(recordedMs / Math.max(1, run.tookMs))],
  ];
  const shares = shareSvg([
    { kind: 'same', values: identical, title: `${identical} identical` },
    { kind: 'other', values: differs + errors, title: `${differs} differ, ${errors} could not be replayed` },
    { kind: 'skipped', values: partly + notRun, title: `${partly} compared in part, ${notRun} not run` },
  ]);
  const quantities = [
    quantitySection('Needle tip, distance in the picture', 'px', totals.tipPx),
    quantitySection('Needle tip, distance where the frames have a scale', 'mm', totals.tipMm),
    quantitySection('Cement volume seen, derived now less recorded', 'mL', totals.volumeMl),
  ].join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Replay of ${text(run.library)}</title><style>${style}</style></head>
<body><main>
<h1>What this version derives from ${results.length.toLocaleString('en')} records</h1>
<p class="soft">${text(run.library)} · ${new Date(run.startedAtEpochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC · ${durationText(run.tookMs)} on ${text(run.by)} · Pedicle ${text(versions)}</p>
${run.stopped || notRun > 0 ? `<p class="banner" role="status"><b>Not complete.</b> It was stopped: ${notRun.toLocaleString('en')} records had no turn.</p>` : ''}
<div class="numbers">${numbers.map(([name, value]) => `<div><b>${value}</b>${name}</div>`).join('')}</div>
${shares}
<h2>Differences by topic</h2>
${topicSection(totals)}
<h2>Alarms gained and lost</h2>
${alarmSection(totals, results)}
<h2>Tip and volume differences</h2>
${quantities || '<p class="soft">No frame showed a needle or cement on either side.</p>'}
<h2>Records</h2>
${recordSection(results)}
</main></body></html>
`;
}
