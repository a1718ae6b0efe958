import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failedFault, ok, type Result } from '../../src/base/result.ts';

/** Puts the application together for Electron, as a package has it; a few seconds, so it is done at each start from a checkout. */
export function ensureShell(): Result<{ readonly app: string }> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const program = join(root, 'packaging', 'checkout.ts');
  if (!existsSync(program)) return failedFault('The window is opened by the installed application itself; from here, start with --browser.');
  const made = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', program], { encoding: 'utf8' });
  if (made.status === 0) return ok({ app: join(root, 'build', 'checkout') });
  const reason = made.stderr.split('\n').find((line) => line.includes('Error')) ?? made.error?.message ?? `status ${made.status}`;
  return failedFault(`The shell could not be built: ${reason}. Run "npm ci", or start with --browser.`);
}
