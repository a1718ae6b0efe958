import type { Command } from 'commander';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { passphraseSecret, type RecordSecret, readPassphraseFile, secretOfEnvironment, setRecordSecret } from '../security/recordSecret.ts';
import { reportFault } from './output.ts';

interface PassphraseOptions {
  readonly passphraseFile?: string;
  readonly askPassphrase?: true;
}

/** Asks on the terminal without showing what is typed. */
export async function askHidden(question: string): Promise<Result<string>> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return inputFault('There is no terminal to ask on: give it in a file.');
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  try {
    let typed = '';
    for await (const chunk of stdin) {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') return ok(typed);
        if (character === '\u0003') return failedFault('Nothing was done: it was interrupted.');
        typed = character === '\u007f' ? typed.slice(0, -1) : typed + character;
      }
    }
    return ok(typed);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

async function askPassphrase(): Promise<Result<RecordSecret>> {
  const typed = await askHidden('Passphrase of records: ');
  return typed.ok ? passphraseSecret(typed.value) : typed;
}

async function secretOf(options: PassphraseOptions): Promise<Result<RecordSecret | null>> {
  if (options.passphraseFile !== undefined) return readPassphraseFile(options.passphraseFile);
  if (options.askPassphrase) return askPassphrase();
  return secretOfEnvironment(process.env);
}

/** Encrypted records on every command: the passphrase comes from a file, the terminal or the environment, never from an argument. */
export function addPassphraseOptions(program: Command): void {
  program
    .option('--passphrase-file <file>', 'passphrase that opens encrypted records and encrypts new ones; also PEDICLE_PASSPHRASE_FILE')
    .option('--ask-passphrase', 'ask for it on the terminal')
    .hook('preAction', async (whole) => {
      const secret = await secretOf(whole.opts<PassphraseOptions>());
      if (secret.ok) {
        setRecordSecret(secret.value);
        // What this process starts needs it no longer, and what crashes does not show it.
        delete process.env.PEDICLE_PASSPHRASE;
        return;
      }
      reportFault(secret.fault);
      process.exit(process.exitCode ?? 2);
    });
}
