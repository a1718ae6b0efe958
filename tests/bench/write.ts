/** Runs every benchmark and writes the figures into docs/benchmarks.md, between its marks: `npm run bench -- [ROUNDS]`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { tableOf } from './benchmark.ts';
import { benchmarks, runBenchmarks, thisMachine } from './index.ts';

const page = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const marks = { from: '<!-- figures -->', to: '<!-- end of figures -->' };

const machine = thisMachine(Math.round((loadavg()[0] ?? 0) * 100) / 100);
const measures = await runBenchmarks(benchmarks, Number(process.argv[2] ?? 3), (line) => process.stderr.write(`${line}\n`));
const { processor, cores, memoryGb, system, node, loadAtStart } = machine;
const described = `${processor}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}, no GPU; load ${loadAtStart} when it began.`;
const text = readFileSync(page, 'utf8');
const from = text.indexOf(marks.from);
const to = text.indexOf(marks.to);
if (from < 0 || to < from) throw new Error(`${page} lacks ${marks.from} … ${marks.to}`);
writeFileSync(page, `${text.slice(0, from + marks.from.length)}\n\n${described}\n\n${tableOf(measures)}\n\n${text.slice(to)}`);
process.stdout.write(`${tableOf(measures)}\n`);
