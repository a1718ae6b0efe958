import type { Command } from 'commander';
import { printJson, reportFault } from './output.ts';

async function replay(record: string, options: { readonly json?: true }): Promise<void> {
  const { openRecordReader } = await import('../record/reader.ts');
  const { replayRecord } = await import('../session/replay.ts');
  const opened = await openRecordReader(record);
  if (!opened.ok) return reportFault(opened.fault);
  const progress = process.stderr.isTTY ? (fraction: number) => process.stderr.write(`\r${Math.round(fraction * 100)} % `) : () => {};
  const result = await replayRecord(opened.value, { onProgress: progress });
  await opened.value.close();
  if (process.stderr.isTTY) process.stderr.write('\r');
  if (!result.ok) return reportFault(result.fault);
  const { identical, samples, derived, firstDifference, speed, limited } = result.value;
  if (!identical) process.exitCode = 1;
  if (options.json) return printJson({ identical, samples, derived, firstDifference, speed, ...(limited ? { limited } : {}) });
  if (limited) process.stdout.write(`${limited.why}\n`);
  if (firstDifference === null) {
    process.stdout.write(`Identical: ${derived} samples derived again from ${samples}, at ${speed.toFixed(1)} times real time.\n`);
    return;
  }
  const { topic, seq, tMs, path } = firstDifference;
  process.stdout.write(
    `Differs: ${topic} of sample ${seq} at ${(tMs / 1000).toFixed(3)} s, ${path === '' ? 'the whole sample' : path}: recorded ${JSON.stringify(firstDifference.recorded)}, derived now ${JSON.stringify(firstDifference.derived)}.\n`,
  );
}

export function register(program: Command): void {
  program
    .command('replay')
    .description('derives everything in a record again and compares')
    .argument('<record>', 'folder of the record')
    .option('--json', 'one JSON object on standard output')
    .action(replay);
}
