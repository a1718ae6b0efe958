import type { Command } from 'commander';
import { printJson, reportFault } from './output.ts';

async function show(options: { readonly file?: string; readonly json?: true }): Promise<void> {
  const { verifyAudit } = await import('../security/audit.ts');
  const verdict = verifyAudit(options.file);
  if (!verdict.ok) return reportFault(verdict.fault);
  const { intact, entries, head, findings } = verdict.value;
  if (!intact) process.exitCode = 1;
  if (options.json) return printJson(verdict.value);
  for (const { at, user, event, record, outcome, detail } of entries)
    process.stdout.write(`${[at, user, event, record, outcome === 0 ? null : 'failed', detail].filter((part) => part !== null).join('  ')}\n`);
  for (const { line, what } of findings) process.stdout.write(`Line ${line}: ${what}\n`);
  process.stdout.write(intact ? `Intact: ${entries.length} entries. Head of the chain ${head}\n` : `Not intact: ${findings.length} findings.\n`);
}

export function register(program: Command): void {
  program
    .command('audit')
    .description('the audit log: who opened, exported, deleted or de-identified records, and whether it is as it was written')
    .option('--file <file>', 'the log; Pedicle/audit.jsonl in the home folder when not given')
    .option('--json', 'one JSON object on standard output')
    .action(show);
}
