import type { Command } from 'commander';
import type { Recovery } from '../record/recover.ts';
import { printJson, reportFault } from './output.ts';

async function recover(record: string, options: { readonly out: string; readonly json?: true }): Promise<void> {
  const { recoverRecord } = await import('../record/recover.ts');
  const recovery = await recoverRecord(record, options.out);
  if (!recovery.ok) return reportFault(recovery.fault);
  if (options.json) return printJson(recovery.value);
  process.stdout.write(`${inWords(recovery.value)}\n`);
}

function inWords({ record, samples, frames, durationMs, lost }: Recovery): string {
  const losses = [
    ...lost.samples.map(([from, to]) => (from === to ? `sample ${from}` : `samples ${from} to ${to}`)),
    ...(lost.ms > 0 ? [`${lost.ms.toFixed(1)} ms in all`] : []),
    ...(lost.frames.a + lost.frames.b > 0 ? [`the pixels of ${lost.frames.a + lost.frames.b} frames`] : []),
    ...Object.entries(lost.files).map(([name, bytes]) => (bytes === null ? `${name} altogether` : `${bytes} unreadable bytes of ${name}`)),
  ];
  const back = `Recovered ${(durationMs / 1000).toFixed(1)} s into ${record}: ${samples.raw} raw and ${samples.derived} derived samples, ${frames.a + frames.b} frames.`;
  return `${back} Lost: ${losses.join(', ') || 'nothing before the place where the record ends'}.`;
}

export function register(program: Command): void {
  program
    .command('recover')
    .description('the longest readable part of a damaged record, as a new record; says what was lost')
    .argument('<record>', 'folder of the damaged record; it is not changed')
    .requiredOption('--out <dir>', 'folder of the new record; must not exist or be empty')
    .option('--json', 'one JSON object on standard output')
    .action(recover);
}
