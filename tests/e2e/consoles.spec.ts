import type { Page } from '@playwright/test';
import { simulated, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectRunning, seqOf, test, word } from './console.ts';

const records = temporaryRecords();
test.afterAll(() => records.remove());

test('two consoles on one session agree on stage, plan and what was undone', async ({ page, context }) => {
  // Nobody but these two sets a stage in the quiet scenario.
  const bridge = await startBridge(records.folder, simulated('quiet'));
  await page.goto(bridge.url);
  await expectRunning(page);
  const second = await context.newPage();
  await second.goto(bridge.url);
  await expectRunning(second);
  await page.getByTestId('action-stage').click();
  for (const each of [page, second]) await expect(each.locator('.stages [aria-current="step"]')).toContainText('Mixing');
  await page.keyboard.press('u');
  for (const each of [page, second]) await expect(each.locator('.stages [aria-current="step"]')).toContainText('Access');
  await second.keyboard.press('p');
  await second.getByLabel('Level').fill('T12');
  await second.getByRole('button', { name: 'Record plan' }).click();
  for (const each of [page, second]) await expect(each.locator('.where')).toContainText('T12');
  // What both have on the strip is the same, though one came later and heard the beginning all at once.
  const eventsOf = (each: Page) => each.getByRole('region', { name: 'Pressure and volume over time' }).getAttribute('data-events');
  await expect.poll(async () => (await eventsOf(page)) === (await eventsOf(second))).toBe(true);
  await expect.poll(async () => Math.abs((await seqOf(page, 'a')) - (await seqOf(second, 'a')))).toBeLessThan(200);
  await second.keyboard.press('l');
  await expect(word(second, 'a')).toHaveText('HOLD');
  await expect(word(page, 'a')).toHaveText('LIVE');
  await second.close();
  await page.goto('about:blank');
  await bridge.stop();
});

test('each U takes back one thing more: a stage, then the mix before it, whose clock ends, then the mark; not what it has itself put back', async ({
  page,
}) => {
  const bridge = await startBridge(records.folder, simulated('quiet'));
  await page.goto(bridge.url);
  await expectRunning(page);
  const clock = page.getByTestId('number-clock');
  const stage = page.locator('.stages [aria-current="step"]');
  await page.keyboard.press('Space');
  await expect(page.getByText('Mark recorded')).toBeVisible();
  await page.keyboard.press('c');
  await expect(clock.locator('.number-value')).toHaveText(/^\d+:\d\d$/);
  await page.getByTestId('action-stage').click();
  await expect(stage).toContainText('Mixing');
  await page.keyboard.press('u');
  await expect(stage).toContainText('Access');
  await expect(clock.locator('.number-value')).toHaveText(/^\d+:\d\d$/);
  await page.keyboard.press('u');
  await expect(clock).toContainText('not mixed yet');
  await page.keyboard.press('u');
  await expect(stage).toContainText('Access');
  await page.keyboard.press('u');
  await expect(page.getByText('Nothing of this console to undo')).toBeVisible();
  await page.goto('about:blank');
  await bridge.stop();
});
