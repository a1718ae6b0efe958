import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { installPackages } from './systemPackages.ts';

/** Where the distributions and vendors put Chromium and Chrome. */
const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const playwrightDownloadMs = 5 * 60_000;

function playwrightsOwn(): string | null {
  const { chromium } = createRequire(import.meta.url)('@playwright/test') as typeof import('@playwright/test');
  const path = chromium.executablePath();
  return existsSync(path) ? path : null;
}

function downloadPlaywrights(): string | null {
  const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'ignore', timeout: playwrightDownloadMs });
  return playwrightsOwn();
}

/**
 * The browser for the tests: the one that `PEDICLE_CHROMIUM` names, else whatever Chromium the machine has, else
 * Playwright's own download, else the distribution's package. `null` when none can be had.
 */
export function chooseBrowser(): { readonly path: string; readonly why: string } | null {
  const named = process.env.PEDICLE_CHROMIUM;
  if (named) return { path: named, why: 'named by PEDICLE_CHROMIUM' };
  const present = usualPlaces.find(existsSync);
  if (present) return { path: present, why: 'the machine has it' };
  const own = playwrightsOwn() ?? downloadPlaywrights();
  if (own) return { path: own, why: "Playwright's own download" };
  installPackages(['chromium']);
  const installed = usualPlaces.find(existsSync);
  return installed ? { path: installed, why: "the distribution's package" } : null;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const browser = chooseBrowser();
  process.stdout.write(browser ? `${browser.path}\n` : '');
  process.stderr.write(browser ? `Browser for the tests: ${browser.path} (${browser.why}).\n` : 'No Chromium can be had: set PEDICLE_CHROMIUM to one.\n');
  process.exitCode = browser ? 0 : 1;
}
