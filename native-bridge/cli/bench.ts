import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { printJson, reportFault } from './output.ts';

interface BenchOptions {
  readonly rounds: number;
  readonly json?: true;
}

function roundsArgument(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw new InvalidArgumentError('It must be a whole number from 1 to 100.');
  return rounds;
}

/** Benchmarks need the references that only a checkout brings, so that they live with the tests and not in a package. */
const benchFolder = new URL('../../tests/bench/', import.meta.url);

interface Benches {
  readonly benchmarks: readonly { readonly name: string; readonly onlyWhenNamed?: true }[];
  readonly thisMachine: (loadAtStart: number) => object;
  readonly runBenchmarks: (chosen: readonly unknown[], rounds: number, say: (line: string) => void) => Promise<readonly { readonly met: boolean | null }[]>;
}

async function bench(names: readonly string[], options: BenchOptions): Promise<void> {
  if (!existsSync(fileURLToPath(benchFolder)))
    return reportFault({ kind: 'input', message: 'The benchmarks are not part of a package; run them in a checkout of the project.' });
  const { benchmarks, thisMachine, runBenchmarks } = (await import(new URL('index.ts', benchFolder).href)) as Benches;
  const { tableOf } = (await import(new URL('benchmark.ts', benchFolder).href)) as { readonly tableOf: (measures: readonly unknown[]) => string };
  const known = benchmarks.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) return reportFault({ kind: 'input', message: `There is no benchmark "${unknown}"; there are ${known.join(', ')}.` });
  const [load = 0] = loadavg();
  const machine = thisMachine(Math.round(load * 100) / 100);
  const chosen = benchmarks.filter(({ name, onlyWhenNamed }) => (names.length === 0 ? !onlyWhenNamed : names.includes(name)));
  const results = await runBenchmarks(chosen, options.rounds, (line) => process.stderr.write(`${line}\n`));
  if (options.json) return printJson({ machine, results });
  process.stdout.write(`${JSON.stringify(machine)}\n\n${tableOf(results)}\n`);
}

export function register(program: Command): void {
  program
    .command('bench')
    .description('the benchmarks, each beside its reference in the same run')
    .argument('[names...]', 'which ones; when none is named all but the longest (memory)')
    .option('--rounds <n>', 'how often each is measured', roundsArgument, 3)
    .option('--json', 'one JSON object on standard output')
    .action(bench);
}
