import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningBridge, simulated, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectWhole, keepPicture, test, word } from './console.ts';

const records = temporaryRecords();
const site = join(records.folder, 'site.json');
let bridge: RunningBridge;

test.beforeAll(async () => {
  writeFileSync(
    site,
    JSON.stringify({ version: 1, checklists: { access: ['Level checked in both views', 'Antibiotic given'] }, shortcuts: { store: 'F9', reference: 'd' } }),
  );
  bridge = await startBridge(join(records.folder, 'records'), ['--site', site, ...simulated('quiet')]);
});
test.afterEach(({ page }) => page.goto('about:blank'));
test.afterAll(async () => {
  await bridge.stop();
  records.remove();
});

test('a stage is left by way of its checklist, ticked or not; the next side and level begin anew', async ({ page }) => {
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  const present = page.locator('.stages [aria-current="step"]');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Before Access is left' })).toBeVisible();
  await page.getByLabel('Antibiotic given').check();
  await expect(page.getByText('1 not ticked')).toBeVisible();
  await expectAccessible(page);
  await expectWhole(page);
  await keepPicture(page, 'checklist');
  await page.getByRole('button', { name: /Go on to Mixing/ }).click();
  await expect(present).toContainText('Mixing');

  await page.keyboard.press('t');
  await page.getByRole('button', { name: 'Level', exact: true }).click();
  await page.getByText('right', { exact: true }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Begin access there' }).click();
  await expect(present).toContainText('Access');
  await expect(page.locator('.who b').last()).toHaveText('L1 · right');
});

test('with a panel open the foot switch is still the mark, whatever was clicked in it; Tab gives the panel its keys', async ({ page }) => {
  const recorded: string[] = [];
  page.on('websocket', (link) =>
    link.on('framesent', ({ payload }) => {
      const message = JSON.parse(String(payload));
      if (message.kind === 'operator') recorded.push(message.event.kind);
    }),
  );
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  const panel = page.getByRole('dialog');
  const sound = page.getByTestId('sound');
  /** Presses the foot switch, which marks, does nothing else, and leaves the panel open. */
  const expectMark = async () => {
    const bursts = await sound.getAttribute('data-bursts');
    const before = [...recorded];
    await page.keyboard.press('Space');
    await expect.poll(() => recorded).toEqual([...before, 'mark']);
    await expect(panel).toBeVisible();
    expect(await sound.getAttribute('data-bursts')).toBe(bursts);
  };
  for (const key of ['Enter', 'k', 'w']) {
    await page.keyboard.press(key);
    await expect(panel).toBeFocused();
    await expectMark();
    await page.keyboard.press('Escape');
    await expect(panel).toHaveCount(0);
  }
  await page.keyboard.press('t');
  await page.getByRole('button', { name: 'Injectors', exact: true }).click();
  await expect(panel).toBeVisible();
  await expectMark();
  await page.keyboard.press('Escape');

  await page.keyboard.press('Enter');
  const item = page.getByLabel('Level checked in both views');
  await item.click();
  const isTicked = await item.isChecked();
  await expectMark();
  expect(await item.isChecked()).toBe(isTicked);
  // Ticked and taken back: what is open of the checklist is asked for once more below.
  await page.keyboard.press('Tab');
  for (let press = 0; press < 2; press++) {
    const before = recorded.length;
    await page.keyboard.press('Space');
    await expect.poll(() => recorded.slice(before)).toEqual(['check']);
  }
  await page.keyboard.press('Escape');

  await page.keyboard.press('k');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect(page.getByText('Leak recorded: epidural')).toBeVisible();
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Leak recorded: site not known')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(panel).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(panel).toHaveCount(0);
  await expect.poll(() => recorded.at(-1)).toBe('stage');
});

test('the site’s own keys work, and the button shows them', async ({ page }) => {
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  await expect(page.getByTestId('action-store')).toContainText('F9');
  await page.keyboard.press('F9');
  await expect(page.getByText(/Frame of Plane . stored/)).toBeVisible();
  // The console's own meaning of the key gives way.
  await page.keyboard.press('d');
  await expect(page.getByText('New reference')).toBeVisible();
  await expect(page.locator('.measure-layer')).toHaveCount(0);
});

test('endplates are placed in four clicks and recorded; the height stands beside the numbers', async ({ page }) => {
  await page.goto(bridge.url);
  await expect(word(page, 'b')).toHaveText('LIVE', { timeout: 30_000 });
  await page.keyboard.press('t');
  await page.getByRole('button', { name: 'Heights', exact: true }).click();
  const record = page.getByRole('button', { name: 'Record points: Treated body' });
  await expect(record).toBeDisabled();
  // The keyboard sets points as well, in the middle, and the arrows move them.
  await page.keyboard.press('Tab');
  await page.getByTestId('endplates-b').getByRole('button', { name: 'Add point in B' }).press('Enter');
  const first = page.getByRole('button', { name: 'upper plate, front' });
  const left = await first.evaluate((element) => Number.parseFloat(element.style.left));
  await first.press('ArrowRight');
  await expect.poll(() => first.evaluate((element) => Number.parseFloat(element.style.left))).toBeGreaterThan(left);
  await page.getByRole('button', { name: 'Again' }).click();
  const layer = page.getByTestId('endplates-b');
  // The treated body of the quiet scenario in the lateral view, at this window size.
  for (const [x, y] of [
    [305, 345],
    [458, 348],
    [297, 455],
    [448, 470],
  ] as const)
    await layer.click({ position: { x, y } });
  await expectAccessible(page);
  await expectWhole(page);
  await keepPicture(page, 'heights');
  await record.click();
  await expect(page.getByText('Endplates recorded')).toBeVisible();
  await expect(page.getByTestId('number-height')).toContainText(/mm/, { timeout: 30_000 });
});
