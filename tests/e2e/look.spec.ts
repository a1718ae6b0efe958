import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { type RunningBridge, simulated, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectContrast, expectTouchable, expectWhole, test, word } from './console.ts';

const records = temporaryRecords();
let bridge: RunningBridge;

test.skip(process.platform !== 'linux', 'the pictures to compare with were taken under Linux');
test.beforeAll(async () => {
  const site = join(records.folder, 'site.json');
  writeFileSync(site, JSON.stringify({ version: 1 }));
  bridge = await startBridge(join(records.folder, 'records'), ['--site', site, ...simulated('quiet')]);
});
test.afterEach(({ page }) => page.goto('about:blank'));
test.afterAll(async () => {
  await bridge.stop();
  records.remove();
});

/** What differs from run to run: the clock and every figure beside it, the moving pictures and curves, names of folders. */
const moving = (page: Page) =>
  [
    '[data-testid="clock"]',
    '.header .pair:not(.patient):not(.where)',
    '.meanwhile',
    '.planes',
    '.column',
    '.strip:not(.strip-panel)',
    '.notices',
    '.desk-head .quiet',
    '[data-testid="sources"]',
    '.facts',
    '.records-table',
    '.reference-live',
  ].map((selector) => page.locator(selector));

/** `npx playwright test tests/e2e/look.spec.ts --update-snapshots` takes the pictures anew after a change that is meant. Fonts come with the console and the screen is of one size: what is left to differ is how a browser smooths an edge. */
const tolerant = (page: Page) => ({ mask: moving(page), maskColor: '#203040', animations: 'disabled', caret: 'hide', maxDiffPixelRatio: 0.001 }) as const;
const looksAs = (page: Page, name: string) => expect(page).toHaveScreenshot(`${name}.png`, tolerant(page));
/** Without the header: outside the live view an alarm that comes meanwhile is told there. */
const mainLooksAs = (page: Page, name: string) => expect(page.getByRole('main')).toHaveScreenshot(`${name}.png`, tolerant(page));

test('each view looks as it did, its clock, pictures and figures aside', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  await expect(page.locator('.where')).toContainText('L1');
  await looksAs(page, 'live');
  await page.keyboard.press('t');
  await looksAs(page, 'tools');
  await page.keyboard.press('Escape');
  await page.keyboard.press('k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await looksAs(page, 'leak');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Procedure', exact: true }).click();
  await expect(page.getByTestId('workplace')).toHaveText('The procedure is running and recorded');
  await mainLooksAs(page, 'procedure');
  const open = async (item: string) => {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await open('Setup');
  for (const section of ['Sources', 'Hospital systems', 'Shortcuts']) {
    await page.getByRole('tab', { name: section }).click();
    await page.mouse.move(0, 0);
    await mainLooksAs(page, `setup-${section.split(' ')[0]?.toLowerCase()}`);
  }
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByText('No records yet', { exact: false })).toBeVisible();
  await mainLooksAs(page, 'records');
});

test('on the smallest screen every panel and view is whole, large enough for a glove and without a violation', async ({ page }) => {
  await page.setViewportSize({ width: 1366, height: 768 });
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  await expectContrast(page, '.number-value');
  const looked = async () => {
    await expectTouchable(page);
    await expectAccessible(page);
  };
  const liveLooked = async () => {
    await looked();
    await expectWhole(page);
    await page.keyboard.press('Escape');
  };
  for (const key of ['k', 'n', 't']) {
    await page.keyboard.press(key);
    await expect(page.locator('.strip-panel')).toBeVisible();
    await liveLooked();
  }
  for (const panel of ['Level', 'Heights', 'Injectors']) {
    await page.keyboard.press('t');
    await page.locator('.tools').getByRole('button', { name: panel, exact: true }).click();
    await expect(page.locator('.tools')).toHaveCount(0);
    await liveLooked();
  }
  await page.keyboard.press('p');
  await expect(page.getByRole('button', { name: 'Record plan' })).toBeVisible();
  await liveLooked();
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByTestId('all-alarms').click();
  await liveLooked();
  await page.getByTestId('overlay').click();
  await liveLooked();
  await page.keyboard.press('5');
  await liveLooked();
  await page.keyboard.press('3');

  const open = async (item: string) => {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await looked();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Procedure', exact: true }).click();
  await page.getByRole('button', { name: 'Enter by hand' }).click();
  await looked();
  await open('Setup');
  for (const section of await page.locator('.setup-tabs').getByRole('tab').all()) {
    await section.click();
    await expectTouchable(page);
  }
  for (const view of ['Prior images', 'Manual', 'Two-minute tour']) {
    await open(view);
    await looked();
  }
});
