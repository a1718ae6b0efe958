import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failedFault, ok, type Result } from '../../src/base/result.ts';
import { consolePages } from '../pages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function newestChangeMs(folder: string): Promise<number> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => name !== 'dist' && name !== 'node_modules');
  const changes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newestChangeMs(path) : (await stat(path)).mtimeMs;
    }),
  );
  return Math.max(0, ...changes);
}

/** Builds the console's pages when a checkout has none, or older ones than its sources. A package brings them along. */
export async function ensureConsolePages(onBuild: () => void): Promise<Result<void>> {
  const index = join(consolePages, 'index.html');
  const sources = join(root, 'renderer', 'index.html');
  if (!existsSync(sources))
    return existsSync(index) ? ok(undefined) : failedFault(`The console's pages are missing from ${consolePages}; install Pedicle again.`);
  if (existsSync(index)) {
    const builtMs = (await stat(index)).mtimeMs;
    const changes = await Promise.all(['renderer', 'src'].map((folder) => newestChangeMs(join(root, folder))));
    if (builtMs >= Math.max(...changes)) return ok(undefined);
  }
  onBuild();
  try {
    const { build } = await import('vite');
    await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'error' });
    return ok(undefined);
  } catch (error) {
    return failedFault(`The console's pages could not be built: ${error instanceof Error ? error.message : String(error)}. Run "npm ci" and try again.`);
  }
}
