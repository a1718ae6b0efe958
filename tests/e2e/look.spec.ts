import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { type RunningBridge, startProgram, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectContrast, expectTouchable, expectWhole, test, word } from './console.ts';

const records = temporaryRecords();
let bridge: RunningBridge;

test.skip(process.platform !== 'linux', 'the pictures to compare with were taken under Linux');
test.beforeAll(async () => {
  const site = join(records.folder, 'site.json');
  writeFileSync(site, JSON.stringify({ version: 1 }));
  bridge = await startProgram(['--disable-warning=ExperimentalWarning', 'tests/e2e/stillConsole.ts', join(records.folder, 'records'), site]);
});
test.beforeEach(({ page }) => page.emulateMedia({ reducedMotion: 'reduce' }));
test.afterEach(({ page }) => page.goto('about:blank'));
test.afterAll(async () => {
  await bridge.stop();
  records.remove();
});

/** What is of this run and this machine: the clock, how late a frame was shown, space on the disk, names of folders and records. */
const ofThisRun = (page: Page) =>
  ['[data-testid="clock"]', '[data-testid="shown-in"]', '[data-testid="dropped"]', '[data-testid="recording"] + .figure', '.desk-head .quiet', '.facts'].map(
    (selector) => page.locator(selector),
  );

/**
 * `npx playwright test tests/e2e/look.spec.ts --update-snapshots` takes the pictures anew after a change that is meant. Everything in
 * them stands still, fonts come with the console and the screen is of one size: what is left to differ is how a browser smooths an edge.
 * The bar of the cement clock moves by some ten pixels within half a second; the thinnest line of the overlay, left out, makes two hundred.
 */
const tolerant = (page: Page) => ({ mask: ofThisRun(page), maskColor: '#203040', animations: 'disabled', caret: 'hide', maxDiffPixels: 80 }) as const;
const looksAs = (page: Page, name: string) => expect(page).toHaveScreenshot(`${name}.png`, tolerant(page));

test('each view looks as it did: pictures, overlay, figures, curves and words; the clock aside', async ({ page }) => {
  await page.goto(bridge.url);
  for (const id of ['a', 'b'] as const) {
    await expect(word(page, id)).toHaveText('LIVE', { timeout: 30_000 });
    await expect(page.locator(`.plane[data-plane="${id}"]`)).toContainText('SID');
  }
  await expect(page.getByTestId('number-pressure')).toHaveAttribute('data-fresh', 'fresh');
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
  await looksAs(page, 'procedure');
  const open = async (item: string) => {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await open('Setup');
  for (const section of ['Sources', 'Hospital systems', 'Shortcuts']) {
    await page.getByRole('tab', { name: section }).click();
    await page.mouse.move(0, 0);
    await looksAs(page, `setup-${section.split(' ')[0]?.toLowerCase()}`);
  }
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByText('No records yet', { exact: false })).toBeVisible();
  await looksAs(page, 'records');
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
  await page.keyboard.press('w');
  await expect(page.locator('.alarm-panel')).toBeVisible();
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
