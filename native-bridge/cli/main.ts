import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addAuditHook } from './auditHook.ts';
import { addPassphraseOptions } from './passphrase.ts';

/** Each command is one file that registers itself, loaded only when the program starts; heavy imports go inside its action. */
const commandFiles: readonly string[] = [
  './console.ts',
  './run.ts',
  './replay.ts',
  './worker.ts',
  './compare.ts',
  './index.ts',
  './inspect.ts',
  './verify.ts',
  './recover.ts',
  './compact.ts',
  './decrypt.ts',
  './user.ts',
  './audit.ts',
  './export.ts',
  './analyze.ts',
  './injectorSim.ts',
  './doctor.ts',
  './bench.ts',
  './worklist.ts',
  './send.ts',
];

const program = new Command('pedicle')
  .description('Console of a fluoroscopy-guided vertebral augmentation. Not a medical device.')
  .version(packageJson.version)
  .configureOutput({
    outputError: (message, write) =>
      write(
        `pedicle: ${message
          .trim()
          .replace(/^error: /, '')
          .replace(/\s*\n\s*/g, ' ')
          .replace(/[.]?$/, ';')} --help says what it takes.\n`,
      ),
  })
  .exitOverride();

addPassphraseOptions(program);
addAuditHook(program);
for (const file of commandFiles) {
  const { register } = (await import(file)) as { register: (program: Command) => void };
  register(program);
}

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has already said what is wrong; help and version are no error.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
