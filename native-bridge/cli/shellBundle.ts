import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failedFault, ok, type Result } from '../../src/base/result.ts';

/** Bundles the shell's main process and preload; takes well under a second, so it is done at each start from a checkout. */
export async function ensureShell(): Promise<Result<void>> {
  const electron = fileURLToPath(new URL('../../electron', import.meta.url));
  try {
    const { build } = await import('vite');
    for (const config of ['vite.config.ts', 'preload.vite.config.ts']) await build({ configFile: join(electron, config), logLevel: 'warn' });
    return ok(undefined);
  } catch (error) {
    return failedFault(`The shell could not be built: ${error instanceof Error ? error.message : String(error)}. Run "npm ci", or start with --browser.`);
  }
}
