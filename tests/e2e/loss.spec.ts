import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simulated, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectRunning, expectWhole, keepPicture, test, word } from './console.ts';

const records = temporaryRecords();
test.afterAll(() => records.remove());

test('when the bridge dies, the console says so within a second and nothing looks live', async ({ page, consoleWords }) => {
  consoleWords.allow(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection/);
  const bridge = await startBridge(records.folder, simulated('kyphoplasty'));
  await page.goto(bridge.url);
  await expectRunning(page);
  await bridge.kill();
  await expect(page.getByText('LINK LOST')).toBeVisible({ timeout: 1000 });
  for (const id of ['a', 'b'] as const) await expect(word(page, id)).toHaveText('STALE', { timeout: 1000 });
  await expect(page.getByTestId('number-pressure')).toHaveAttribute('data-fresh', 'stale');
  await expect(page.getByTestId('number-volume')).toHaveAttribute('data-fresh', 'stale');
  await expect(page.getByTestId('recording')).toHaveCount(0);
  await page.getByTestId('action-mark').click();
  await expect(page.getByText(/^Not sent/)).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByTestId('shown-in')).toHaveCount(0);
  await keepPicture(page, 'link-lost');
  // No list is waited for that cannot come.
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByRole('main')).toContainText('The console has no connection to the bridge');
  await expectAccessible(page);
});

test('where no source can be opened, live says so with the reason, shows no numbers and no buttons, and leads to where it is mended', async ({ page }) => {
  const site = join(records.folder, 'site.json');
  writeFileSync(site, JSON.stringify({ version: 1, sources: { framesA: 'dicom:/there/is/none.dcm' } }));
  const bridge = await startBridge(join(records.folder, 'none'), ['--site', site]);
  try {
    await page.goto(bridge.url);
    await expect(page.getByTestId('no-procedure')).toHaveText('No procedure is running');
    await expect(page.locator('.number, .action[data-testid]')).toHaveCount(0);
    await expectAccessible(page);
    await expectWhole(page);
    await page.getByRole('button', { name: 'Go to Procedure' }).click();
    await expect(page.getByText(/none\.dcm/).first()).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Go to Setup' }).click();
    await expect(page.getByTestId('setup')).toBeVisible();
  } finally {
    await page.goto('about:blank');
    await bridge.stop();
  }
});

test('without an injector the numbers say so in words, and the picture goes on', async ({ page }) => {
  const bridge = await startBridge(records.folder, [...simulated('kyphoplasty', 1).slice(0, 2), '--injector', 'none:']);
  try {
    await page.goto(bridge.url);
    await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
    await expect(page.locator('.plane')).toHaveCount(1);
    await expect(page.getByTestId('number-pressure')).toContainText('No injector connected');
    await expect(page.getByTestId('number-volume')).toContainText('No injector connected');
    await expectAccessible(page);
    await keepPicture(page, 'no-injector');
  } finally {
    await page.goto('about:blank');
    await bridge.stop();
  }
});
