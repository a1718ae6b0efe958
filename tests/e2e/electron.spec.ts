import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, expect, test } from '@playwright/test';
import { installedElectron } from '../../native-bridge/cli/electronRuntime.ts';
import { temporaryRecords } from './bridge.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const runtime = installedElectron();
const lacking = 'The Electron runtime is not on this machine (node node_modules/electron/install.js fetches it): the shell was NOT tried in Electron itself.';

/** Continuous integration says with this that the runtime has to be there. */
if (runtime === null && process.env.PEDICLE_REQUIRE_ELECTRON) throw new Error(lacking);

test('the shell opens the console in its window, isolated, and ends with its record closed', async () => {
  test.skip(runtime === null, lacking);
  const staged = spawnSync(join(root, 'node_modules', '.bin', 'node'), ['--disable-warning=ExperimentalWarning', 'packaging/checkout.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(staged.status, staged.stderr).toBe(0);
  const records = temporaryRecords();
  const options = JSON.stringify({ framesA: 'sim:quiet?size=256', injector: 'sim:quiet', records: records.folder });
  const app = await _electron.launch({ executablePath: runtime ?? '', args: ['--no-sandbox', join(root, 'build', 'checkout'), options] });
  try {
    const page = await app.firstWindow();
    await expect(page.getByTestId('recording')).toBeVisible({ timeout: 30_000 });
    expect(new URL(page.url()).searchParams.has('token')).toBe(false);
    expect(await page.evaluate(() => [typeof (globalThis as { require?: unknown }).require, typeof (globalThis as { process?: unknown }).process])).toEqual([
      'undefined',
      'undefined',
    ]);
    expect(await page.evaluate(() => Object.keys((globalThis as unknown as { pedicleShell: object }).pedicleShell))).toContain('togglePictures');
    expect(await page.evaluate(() => window.open('https://example.org/'))).toBeNull();
    const awake = await app.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.isStarted(0));
    expect(awake).toBe(true);
  } finally {
    await app.evaluate(({ dialog, app: electron }) => {
      dialog.showMessageBox = async () => ({ response: 1, checkboxChecked: false });
      electron.quit();
    });
    await app.waitForEvent('close', { timeout: 30_000 });
  }
  const [record = ''] = readdirSync(records.folder);
  expect(existsSync(join(records.folder, record, 'manifest.json'))).toBe(true);
  records.remove();
});
