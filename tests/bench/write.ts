/**
 * Runs the benchmarks and writes the figures into docs/benchmarks.md, between its marks, after each one: `npm run bench -- [ROUNDS] [all]`;
 * `all` takes those along that otherwise run only when they are named.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Measure, tableOf } from './benchmark.ts';
import { benchmarks, runBenchmarks, thisMachine } from './index.ts';

const page = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const marks = { from: '<!-- figures -->', to: '<!-- end of figures -->' };

const rounds = Number(process.argv[2] ?? 3);
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write('The first argument is how often each is measured, such as 3.\n');
  process.exit(2);
}
const chosen = benchmarks.filter(({ onlyWhenNamed }) => process.argv[3] === 'all' || !onlyWhenNamed);
const { processor, cores, memoryGb, system, node, loadAtStart } = thisMachine(Math.round((loadavg()[0] ?? 0) * 100) / 100);
const described = `${processor}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}, no GPU; load ${loadAtStart} when it began.`;

function write(measures: readonly Measure[]): void {
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(marks.from);
  const to = text.indexOf(marks.to);
  if (from < 0 || to < from) throw new Error(`${page} lacks ${marks.from} … ${marks.to}`);
  writeFileSync(page, `${text.slice(0, from + marks.from.length)}\n\n${described}\n\n${tableOf(measures)}\n\n${text.slice(to)}`);
}

const measures: Measure[] = [];
for (const benchmark of chosen) {
  measures.push(...(await runBenchmarks([benchmark], rounds, (line) => process.stderr.write(`${line}\n`))));
  write(measures);
}
process.stdout.write(`${tableOf(measures)}\n`);
