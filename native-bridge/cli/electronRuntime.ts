import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where the runtime comes from unless `ELECTRON_MIRROR` names another host. */
const runtimeHost = 'https://github.com';
const probeMs = 4000;
const fetchMs = 10 * 60_000;

function electronFolder(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

function installedRuntime(folder: string): string | null {
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const path = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), readFileSync(pathFile, 'utf8'));
  return existsSync(path) ? path : null;
}

/** The Electron executable that is already here; fetches nothing. */
export function installedElectron(): string | null {
  const folder = electronFolder();
  return folder === null ? null : installedRuntime(folder);
}

async function canReachHost(): Promise<boolean> {
  try {
    await fetch(process.env.ELECTRON_MIRROR ?? runtimeHost, { method: 'HEAD', signal: AbortSignal.timeout(probeMs) });
    return true;
  } catch {
    // Unreachable, refused or too slow: all the same to whoever waits for the console.
    return false;
  }
}

function runInstaller(folder: string): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore' });
    const timer = setTimeout(() => child.kill(), fetchMs);
    child.on('error', () => resolve());
    child.on('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The Electron executable, fetched on first use where its host can be reached; `null` where there is none. Never hangs. */
export async function findElectronRuntime(say: (line: string) => void): Promise<string | null> {
  const folder = electronFolder();
  if (folder === null) return null;
  const installed = installedRuntime(folder);
  if (installed !== null) return installed;
  if (!(await canReachHost())) return null;
  say('Fetching the Electron runtime (once) …');
  await runInstaller(folder);
  return installedRuntime(folder);
}
