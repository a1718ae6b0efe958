import type { Command } from 'commander';
import { printJson, reportFault } from './output.ts';

async function compact(record: string, options: { readonly json?: true }): Promise<void> {
  const { compactRecord } = await import('../record/compact.ts');
  const cancel = new AbortController();
  const onInterrupt = () => cancel.abort();
  process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt);
  const compacted = await compactRecord(record, { signal: cancel.signal, onProgress: showProgress() });
  process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  if (!compacted.ok) return reportFault(compacted.fault);
  const { bytesBefore, bytesAfter, frames, finishedEarlierRun, wasCompact } = compacted.value;
  if (options.json) return printJson({ record, ...compacted.value });
  const sizes = `${megabytes(bytesBefore)} of frames are now ${megabytes(bytesAfter)}`;
  if (wasCompact) {
    process.stdout.write(`${record} is compact already, and stays as it is.\n`);
    return;
  }
  process.stdout.write(
    finishedEarlierRun ? `What an earlier run had prepared and verified is in its place: ${sizes}.\n` : `${frames} frames compared to the bit: ${sizes}.\n`,
  );
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Ten times a second at most, on a terminal. */
function showProgress(): (done: number, total: number) => void {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - shownAtMs < 100) return;
    shownAtMs = nowMs;
    process.stderr.write(`\r${Math.round((100 * done) / Math.max(1, total))} % written and compared\u001b[K`);
  };
}

export function register(program: Command): void {
  program
    .command('compact')
    .description('a denser form of a record, lossless, compared to the bit before the original goes')
    .argument('<record>', 'folder of one closed record; it is changed in place')
    .option('--json', 'one JSON object on standard output')
    .action(compact);
}
