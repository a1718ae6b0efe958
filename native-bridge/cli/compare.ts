import { type Command, Option } from 'commander';
import { quantile } from '../../src/base/distribution.ts';
import { planeIds } from '../../src/sample/sample.ts';
import { type Alignment, alignments, type SideBySide } from '../../src/session/sideBySide.ts';
import { printJson, reportFault } from './output.ts';

interface CompareOptions {
  readonly align: Alignment;
  readonly json?: true;
}

const seconds = (ms: number | null): string => (ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`);

function* lines({ offsetMs, stages, planes, alarms }: SideBySide): Generator<string> {
  yield `Time in the second = time in the first ${offsetMs < 0 ? '−' : '+'} ${(Math.abs(offsetMs) / 1000).toFixed(3)} s.`;
  for (const { stage, leftMs, rightMs } of stages) if (leftMs !== null || rightMs !== null) yield `${stage}: from ${seconds(leftMs)} | ${seconds(rightMs)}`;
  for (const plane of planeIds) {
    const { frames, alone, tipPx, cementMl } = planes[plane];
    if (frames.length + alone.left + alone.right === 0) continue;
    const tips =
      tipPx.count === 0 ? 'no tip on both' : `tips apart by ${quantile(tipPx, 0.5).toFixed(2)} px (half of them), at most ${tipPx.largest.toFixed(2)} px`;
    const volumes = cementMl.count === 0 ? '' : `, cement seen differs by at most ${cementMl.largest.toFixed(3)} mL`;
    yield `plane ${plane}: ${frames.length} frames of one moment (${alone.left} | ${alone.right} alone), ${tips}${volumes}`;
  }
  yield `alarms: ${alarms.unchanged} the same, ${alarms.moved.length} moved, only first ${alarms.lost.length}, only second ${alarms.gained.length}`;
  for (const { id, fromMs } of alarms.lost) yield `  only first: ${id} at ${seconds(fromMs)}`;
  for (const { id, fromMs } of alarms.gained) yield `  only second: ${id} at ${seconds(fromMs)}`;
}

async function compare(left: string, right: string | undefined, options: CompareOptions): Promise<void> {
  const { compareRecords } = await import('../session/compareRecords.ts');
  const onProgress = process.stderr.isTTY ? (fraction: number) => void process.stderr.write(`\r${Math.round(fraction * 100)} % `) : () => undefined;
  const compared = await compareRecords(left, right ?? null, options.align, onProgress);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  if (!compared.ok) return reportFault(compared.fault);
  if (options.json) return printJson(compared.value);
  for (const line of lines(compared.value)) process.stdout.write(`${line}\n`);
}

export function register(program: Command): void {
  program
    .command('compare')
    .description('two records locked in time; with one, what was recorded beside what this version derives')
    .argument('<record>', 'folder of the first record')
    .argument('[other]', 'folder of the second')
    .addOption(new Option('--align <moment>', 'what both are lined up by').choices(alignments).default('start'))
    .option('--json', 'one JSON object on standard output')
    .action(compare);
}
