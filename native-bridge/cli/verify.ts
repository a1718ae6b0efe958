import type { Command } from 'commander';
import { printJson, reportFault } from './output.ts';

async function verify(record: string, options: { readonly json?: true }): Promise<void> {
  const { verifyRecord } = await import('../record/verify.ts');
  const verdict = await verifyRecord(record);
  if (!verdict.ok) return reportFault(verdict.fault);
  const { intact, closed, findings, samples, frames, durationMs, chainHead } = verdict.value;
  if (!intact) process.exitCode = 1;
  if (options.json) return printJson({ intact, findings, closed, samples, frames, durationMs, chainHead });
  for (const { file, topic, seq, what } of findings)
    process.stdout.write(`${file}${topic === null ? '' : ` ${topic}`}${seq === null ? '' : ` ${seq}`}: ${what}\n`);
  const content = `${(durationMs / 1000).toFixed(1)} s, ${samples.raw} raw and ${samples.derived} derived samples, ${frames.a + frames.b} frames`;
  if (intact) process.stdout.write(`Intact: ${content}. Head of the hash chain ${chainHead}\n`);
  else
    process.stdout.write(
      `Not intact (${findings.length} findings${closed ? '' : ', not closed'}): ${content}. "pedicle recover" brings back what is readable.\n`,
    );
}

export function register(program: Command): void {
  program
    .command('verify')
    .description('integrity of a record: checksums, hash chain, order, gaps, frames against their hashes')
    .argument('<record>', 'folder of one record')
    .option('--json', 'one JSON object on standard output')
    .action(verify);
}
