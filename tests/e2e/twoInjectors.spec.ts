import { type RunningBridge, simulated, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectWhole, test } from './console.ts';

const records = temporaryRecords();
let bridge: RunningBridge;

test.beforeAll(async () => {
  // The second one's story begins where its balloon has long been filled: nobody could take its values for the first one's.
  bridge = await startBridge(records.folder, [...simulated('kyphoplasty', 1), '--injector-2', 'sim:balloon-rupture?seed=2&repeat=30']);
});
test.afterEach(({ page }) => page.goto('about:blank'));
test.afterAll(async () => {
  await bridge.stop();
  records.remove();
});

test('of two injectors both are in view, either can have numbers and curves, and either is zeroed by its name', async ({ page }) => {
  await page.goto(bridge.url);
  const second = page.getByTestId('number-injector-2');
  await expect(second).toHaveAttribute('data-fresh', 'fresh');
  await expect(page.getByTestId('number-pressure')).toHaveAttribute('data-fresh', 'fresh');
  await expectAccessible(page);
  await page.setViewportSize({ width: 1366, height: 768 });
  await expectWhole(page);

  await second.getByRole('button', { name: 'Show Injector 2 in numbers and curves' }).click();
  await expect(page.getByTestId('number-injector')).toHaveAttribute('data-fresh', 'fresh');
  await expect(second).toHaveCount(0);
  const strip = page.getByRole('region', { name: 'Pressure and volume over time' });
  await expect.poll(async () => Number(await strip.getAttribute('data-points'))).toBeGreaterThan(5);

  await page.keyboard.press('t');
  await page.getByRole('button', { name: 'Injectors' }).click();
  await expect(page.getByRole('dialog', { name: 'Injectors' })).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByTestId('injector-injector-2')).toContainText('0 damaged, 0 missing, 0 repeated');
  await page.getByRole('button', { name: 'Zero volume of Injector 2' }).click();
  await expect(page.getByText('Volume zeroed')).toBeVisible();
});
