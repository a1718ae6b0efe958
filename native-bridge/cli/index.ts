import { join } from 'node:path';
import type { Command } from 'commander';
import { printJson, reportFault } from './output.ts';

interface IndexCommandOptions {
  readonly db?: string;
  readonly json?: true;
}

async function index(library: string, options: IndexCommandOptions): Promise<void> {
  const { indexFileName, indexLibrary } = await import('../fleet/index/indexLibrary.ts');
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt);
  const onProgress = process.stderr.isTTY ? (done: number, of: number) => void process.stderr.write(`\r${done} of ${of} records `) : () => undefined;
  const indexed = await indexLibrary(library, options.db ?? join(library, indexFileName), { onProgress, signal: stop.signal });
  process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  if (!indexed.ok) return reportFault(indexed.fault);
  const { records, indexed: count, unchanged, removed, unreadable, place } = indexed.value;
  for (const { name, problem } of unreadable) process.stderr.write(`pedicle: ${name}: ${problem}\n`);
  if (unreadable.length > 0 || stop.signal.aborted) process.exitCode = 1;
  if (options.json) return printJson({ records, indexed: count, unchanged, removed, unreadable, db: place });
  const rest = [removed > 0 ? `, ${removed} no longer there` : '', unreadable.length > 0 ? `, ${unreadable.length} cannot be read` : ''].join('');
  process.stdout.write(`${records} records: ${count} indexed, ${unchanged} unchanged${rest}. Index: ${place}${stop.signal.aborted ? ' (stopped)' : ''}\n`);
}

export function register(program: Command): void {
  program
    .command('index')
    .description('writes summaries, events and alarms of a folder of records to a database; the list of records reads from it')
    .argument('<dir>', 'folder of records')
    .option('--db <file_or_url>', 'a file of SQLite or postgres://…; index.sqlite in the folder when not given')
    .option('--json', 'one JSON object on standard output')
    .action(index);
}
