import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addAuditHook } from './auditHook.ts';
import { addPassphraseOptions } from './passphrase.ts';

/** Each command is one file that registers itself; heavy imports go inside its action. */
const commandFiles: Readonly<Record<string, string>> = {
  console: './console.ts',
  run: './run.ts',
  replay: './replay.ts',
  worker: './worker.ts',
  compare: './compare.ts',
  index: './index.ts',
  inspect: './inspect.ts',
  verify: './verify.ts',
  recover: './recover.ts',
  compact: './compact.ts',
  decrypt: './decrypt.ts',
  user: './user.ts',
  audit: './audit.ts',
  export: './export.ts',
  analyze: './analyze.ts',
  'injector-sim': './injectorSim.ts',
  doctor: './doctor.ts',
  bench: './bench.ts',
  worklist: './worklist.ts',
  send: './send.ts',
};

/** Only what the line can mean is loaded: the other nineteen took half of the time until a console listens. Without a command, for help, all. */
function filesFor(args: readonly string[]): readonly string[] {
  const named = Object.entries(commandFiles).filter(([name]) => args.includes(name));
  return (named.length > 0 ? named : Object.entries(commandFiles)).map(([, file]) => file);
}

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
for (const file of filesFor(process.argv.slice(2))) {
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
