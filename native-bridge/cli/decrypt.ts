import type { Command } from 'commander';
import { printJson, reportFault } from './output.ts';

async function decrypt(record: string, options: { readonly out: string; readonly json?: true }): Promise<void> {
  const { decryptRecord } = await import('../record/decrypt.ts');
  const copy = await decryptRecord(record, options.out);
  if (!copy.ok) return reportFault(copy.fault);
  if (options.json) return printJson(copy.value);
  process.stdout.write(`Decrypted into ${copy.value.record}: ${copy.value.files.join(', ')}. Whoever may read this folder may read the record.\n`);
}

export function register(program: Command): void {
  program
    .command('decrypt')
    .description('a plain copy of an encrypted record, which any MCAP tool reads')
    .argument('<record>', 'folder of the record; it is not changed')
    .requiredOption('--out <dir>', 'folder of the copy; must not exist or be empty')
    .option('--json', 'one JSON object on standard output')
    .action(decrypt);
}
