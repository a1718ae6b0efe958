import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningBridge, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectRunning, expectTouchable, keepPicture, test, word } from './console.ts';

/** Small pictures: these tests are about the desk, and the machine has a procedure to run beside it. */
const small = 'sim:kyphoplasty?size=512&fps=8';
const records = temporaryRecords();
const siteFile = join(records.folder, 'site.json');
let bridge: RunningBridge;

test.describe.configure({ timeout: 240_000 });
test.beforeEach(async () => {
  writeFileSync(
    siteFile,
    JSON.stringify({
      version: 1,
      sources: { framesA: small, framesB: small, injector: 'sim:kyphoplasty' },
      devices: [{ name: 'Balloon 15/3', kind: 'balloon' }],
    }),
  );
  bridge = await startBridge(join(records.folder, 'records'), ['--site', siteFile]);
});
test.afterEach(async ({ page }) => {
  await page.goto('about:blank');
  await bridge.stop();
});
test.afterAll(() => records.remove());

test('a case from first click to closed record, its export, and the next case without a restart', async ({ page }) => {
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  // What is this patient's alone: a length in the picture, and a mark that could be taken back.
  await page.keyboard.press('d');
  await expect(page.getByTestId('measure-a').locator('polyline')).toHaveCount(1);
  await page.keyboard.press('Space');
  await expect(page.getByText('Mark recorded')).toBeVisible();
  await page.getByRole('button', { name: 'Procedure', exact: true }).click();
  await expect(page.getByTestId('workplace')).toHaveText('The procedure is running and recorded');

  await page.getByRole('button', { name: 'Enter by hand' }).click();
  await page.getByLabel('Family name').fill('Doe');
  await page.getByLabel('Given name').fill('Jane');
  await page.getByLabel('Patient ID').fill('4711');
  await page.getByRole('button', { name: 'Record patient' }).click();
  await expect(page.getByTestId('patient')).toContainText('Doe, Jane');
  await page.getByRole('combobox', { name: 'Device or product' }).fill('Balloon 15/3');
  await page.getByRole('textbox', { name: 'Lot' }).first().fill('L-2026-04');
  await page.getByRole('button', { name: 'Record device' }).click();
  await expect(page.getByTestId('devices')).toContainText('L-2026-04');
  await expectAccessible(page);
  await keepPicture(page, 'case');

  await page.getByLabel('Signed by').fill('Dr. Example');
  await page.getByRole('button', { name: 'Sign off and close' }).click();
  await expect(page.getByRole('dialog', { name: 'Close the procedure?' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Close it now' }).click();
  await expect(page.getByTestId('workplace')).toHaveText('The procedure has ended and its record is closed');
  await expect(page.getByTestId('summary')).toContainText('Doe, Jane');
  await expect(page.getByTestId('recording')).toContainText('Record closed');
  await page.keyboard.press('Escape');
  const facts = page.getByTestId('summary').locator('.facts');
  const factsAtEnd = await facts.textContent();
  await page.getByText('DICOM instances').click();
  await page.getByText('Report (PDF)').click();
  await page.getByText('Tables (CSV)').click();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.getByTestId('job')).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
  await expectAccessible(page);
  await keepPicture(page, 'summary');
  // What has ended grows no longer.
  expect(await facts.textContent()).toBe(factsAtEnd);

  const before = await page.getByTestId('summary').textContent();
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await expect(page.getByTestId('no-procedure')).toHaveText('The procedure has ended and its record is closed');
  await expect(page.getByTestId('action-mark')).toHaveCount(0);
  await expect(page.getByText('No alarms')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Go to Procedure' }).click();
  await page.getByRole('button', { name: 'Begin the next procedure' }).click();
  await expect(page.getByTestId('workplace')).toHaveText('The procedure is running and recorded', { timeout: 30_000 });
  await expect(page.getByText('Doe, Jane')).toHaveCount(0);
  expect(before).toContain('Record');
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await expectRunning(page);
  await expect(page.getByTestId('measure-a').locator('polyline')).toHaveCount(0);
  await page.keyboard.press('u');
  await expect(page.getByText('Nothing of this console to undo')).toBeVisible();
});

test('sources are tested, a fault is told at its field and in its section, and what is saved is in the file', async ({ page }) => {
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Setup' }).click();
  await page.getByRole('button', { name: 'Test' }).first().click();
  await expect(page.getByTestId('test-framesA')).toContainText('frames of 512 × 512', { timeout: 20_000 });
  await page.getByRole('textbox', { name: 'Injector', exact: true }).fill('serial:/dev/there-is-none');
  await page.getByRole('button', { name: 'Test' }).nth(2).click();
  await expect(page.getByTestId('test-injector')).toContainText('There is no port /dev/there-is-none');
  await page.getByRole('textbox', { name: 'Injector', exact: true }).fill('sim:kyphoplasty');
  await expectAccessible(page);
  await keepPicture(page, 'setup');

  for (const section of [
    'Serial ports',
    'Hospital systems',
    'Limits',
    'Products',
    'Checklists',
    'Shortcuts',
    'Displays',
    'Name, units, folders',
    'Import and export',
  ]) {
    await page.getByRole('tab', { name: section }).click();
    // What the ports are is asked of the system, and comes a moment later.
    if (section === 'Serial ports') await expect(page.getByRole('table').or(page.getByText('No serial port is listed'))).toBeVisible();
    await expectAccessible(page);
  }
  await page.getByRole('tab', { name: 'Serial ports' }).click();
  await page.getByRole('button', { name: 'Lines of our own' }).click();
  await page.getByRole('textbox', { name: 'Pattern of a line' }).fill('P=\\d+');
  await expect(page.getByText('names no group')).toBeVisible();
  await page.getByRole('textbox', { name: 'Pattern of a line' }).fill('p(?<pressurePsi>\\d{1,3})');
  await page.getByRole('tab', { name: 'Products' }).click();
  await page.getByRole('button', { name: 'Add cement' }).click();
  await expect(page.getByText('1 to correct')).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  await page.getByRole('textbox', { name: 'Name' }).first().fill('Example cement');
  await page.getByRole('tab', { name: 'Limits' }).click();
  await page.getByLabel('Cement volume, mL').fill('5');
  await page.getByRole('tab', { name: 'Displays' }).click();
  const choose = async (label: string, choice: string) => {
    await page.getByRole('combobox', { name: label }).click();
    await page.getByRole('option', { name: choice }).click();
  };
  await choose('Pictures of the console', 'A large');
  await choose('Pictures of the second window', 'Last images');
  const [second] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('button', { name: 'Test' }).click()]);
  await expect(second.locator('.planes')).toHaveAttribute('data-layout', 'last');
  await expect(page.getByTestId('test-displays')).toContainText('The pictures are open in a second window.');
  await second.close();
  await expectAccessible(page);
  await keepPicture(page, 'displays');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('No changes')).toBeVisible();
  const saved = JSON.parse(readFileSync(siteFile, 'utf8'));
  expect(saved.limits).toEqual({ cementVolumeMl: 5 });
  expect(saved.injector.cements[0].name).toBe('Example cement');
  expect(saved.devices).toHaveLength(1);
  expect(saved.injector.line.pattern).toBe('p(?<pressurePsi>\\d{1,3})');
  expect(saved.display).toEqual({ layout: 'a', picturesLayout: 'last' });

  await page.getByRole('button', { name: 'Save and begin a new procedure' }).click();
  await expect(page.getByRole('dialog')).toContainText('Its record is closed first');
  await page.getByRole('button', { name: 'End it and begin a new one' }).click();
  await expect(page.getByTestId('recording')).toHaveText(/REC 00:00:0\d/, { timeout: 30_000 });
  await page.reload();
  await expect(page.locator('.planes')).toHaveAttribute('data-layout', 'a');
  await expectRunning(page);
});

test('the manual opens in the console with its pictures, and the tour goes from the first picture to the manual', async ({ page }) => {
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Manual' }).click();
  for (const person of ['Radiologist', 'Technologist', 'QA']) {
    await page.getByText(person, { exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const broken = await page.locator('.help img').evaluateAll((images) => images.filter((image) => image.getAttribute('src') === '').length);
    expect(broken).toBe(0);
    await expectAccessible(page);
  }
  await keepPicture(page, 'manual');
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Two-minute tour' }).click();
  const tour = page.getByTestId('tour');
  for (let step = 1; step <= 10; step++) {
    await expect(tour).toContainText(`${step} of 10`);
    await expect(page.locator('.tour-ring')).toBeVisible();
    if (step === 1) await expectAccessible(page);
    if (step < 10) await tour.getByRole('button', { name: 'Next' }).click();
  }
  await tour.getByRole('button', { name: 'Finish' }).click();
  await expect(tour).toHaveCount(0);
});

test('procedure and setup can be used from the smallest to the largest screen: nothing is wider than the window or too small to press', async ({ page }) => {
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  const tooWide = () => page.locator('.desk').evaluate((desk) => desk.scrollWidth > desk.clientWidth + 1);
  for (const [width, height] of [
    [1366, 768],
    [3840, 2160],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.getByRole('button', { name: 'Procedure', exact: true }).click();
    expect(await tooWide()).toBe(false);
    await expectTouchable(page);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await expectTouchable(page);
    await page.getByRole('menuitem', { name: 'Setup' }).click();
    expect(await tooWide()).toBe(false);
    await expectTouchable(page);
  }
});
