import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hasSocat, type PtyPair, ptyPair, whyNoSocat } from '../integration/ptyPair.ts';
import { startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, keepPicture, test, word } from './console.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const records = temporaryRecords();
test.afterAll(() => records.remove());
test.skip(!hasSocat, whyNoSocat);

/** A played injector on one end of a cable. */
const playInjector = (cable: PtyPair): ChildProcess =>
  spawn(node, ['native-bridge/cli/main.ts', 'injector-sim', '--port', cable.deviceEnd, '--scenario', 'kyphoplasty'], { cwd: root, stdio: 'ignore' });

test('an injector whose plug is pulled is greyed and named within a second, alarmed, and comes back with the plug', async ({ page }) => {
  const cable = await ptyPair();
  let injector = playInjector(cable);
  const bridge = await startBridge(records.folder, ['--frames-a', 'sim:quiet', '--injector', `serial:${cable.consoleEnd}?driver=pedicle-v1`]);
  try {
    await page.goto(bridge.url);
    const pressure = page.getByTestId('number-pressure');
    await expect(pressure).toHaveAttribute('data-fresh', 'fresh', { timeout: 30_000 });
    await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
    await cable.unplug();
    await expect(pressure).toHaveAttribute('data-fresh', 'stale', { timeout: 3000 });
    await expect(pressure).toContainText(/Injector (lost|silent)/);
    await expect(
      page
        .locator('.alarm')
        .filter({ hasText: /njector/ })
        .first(),
    ).toBeVisible({ timeout: 5000 });
    await expect(word(page, 'a')).toHaveText(/LIVE|STALE|LAST IMAGE/);
    await expectAccessible(page);
    await keepPicture(page, 'unplugged');
    injector.kill('SIGKILL');
    await cable.plug();
    injector = playInjector(cable);
    await expect(pressure).toHaveAttribute('data-fresh', 'fresh', { timeout: 30_000 });
  } finally {
    await page.goto('about:blank');
    injector.kill('SIGKILL');
    await bridge.stop();
    await cable.remove();
  }
});
