import { type RunningBridge, simulated, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectRunning, expectTouchable, expectWhole, keepPicture, plane, seqOf, test, word } from './console.ts';

const records = temporaryRecords();
let bridge: RunningBridge;

test.beforeAll(async () => {
  bridge = await startBridge(records.folder, simulated('kyphoplasty'));
});
// The page goes first: a bridge that goes away under it would be heard in the browser's console.
test.afterEach(({ page }) => page.goto('about:blank'));
test.afterAll(async () => {
  await bridge.stop();
  records.remove();
});

test('two planes run live, marked as simulated, with the recording, the delay and the count of dropped frames in view', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  await expect(page.locator('.plane .simulated')).toHaveCount(2);
  await expect(page.getByTestId('recording')).toContainText('REC');
  await expect(page.getByTestId('shown-in')).toHaveText(/shown in \d+ ms/);
  await expect(page.getByTestId('dropped')).toHaveText(/dropped \d+/);
  await expect(page.getByTestId('number-pressure')).toHaveAttribute('data-fresh', 'fresh');
  await expect(page.getByTestId('number-volume')).toHaveAttribute('data-fresh', 'fresh');
  await expectAccessible(page);
  await expectWhole(page);
});

test('live figures are at least 48 pixels high, and an event counts when it comes back from the record, by button and by key', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  const sizes = await page.locator('.number-value').evaluateAll((values) => values.map((value) => Number.parseFloat(getComputedStyle(value).fontSize)));
  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(48);

  const strip = page.getByRole('region', { name: 'Pressure and volume over time' });
  const before = Number(await strip.getAttribute('data-events'));
  await page.getByTestId('action-mark').click();
  await expect(page.getByText('Mark recorded')).toBeVisible();
  await page.keyboard.press('Space');
  await expect.poll(async () => Number(await strip.getAttribute('data-events'))).toBeGreaterThanOrEqual(before + 2);
  await page.keyboard.press('s');
  await expect(page.getByText(/Frame of Plane . stored/)).toBeVisible();
  await page.keyboard.press('r');
  await expect(page.getByText('New reference')).toBeVisible();
});

test('a leak takes two keys and says where; a note is typed without setting off any other key', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  await page.keyboard.press('k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page);
  await keepPicture(page, 'leak');
  await page.keyboard.press('5');
  await expect(page.getByText('Leak recorded: paravertebral')).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await page.keyboard.press('n');
  await page.keyboard.type('second needle, less steep');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Note recorded')).toBeVisible();
  await expect(word(page, 'a')).toHaveText('LIVE');
});

test('the last image is held and says so, and live comes back', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  await page.keyboard.press('l');
  await expect(word(page, 'a')).toHaveText('HOLD');
  const held = await seqOf(page, 'a');
  await page.waitForTimeout(700);
  expect(await seqOf(page, 'a')).toBe(held);
  await expect(word(page, 'a')).toHaveText('HOLD');
  await expectAccessible(page);
  await keepPicture(page, 'hold');
  await page.keyboard.press('l');
  await expectRunning(page);
});

test('window, zoom and reset have a mouse and a key; two fingers enlarge', async ({ page, context }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  const caption = plane(page, 'a').locator('.caption-bottom');
  const before = await caption.textContent();
  await plane(page, 'a').hover();
  await page.mouse.down();
  await page.mouse.move(300, 300);
  await page.mouse.up();
  await expect(caption).not.toHaveText(before ?? '');
  // Whoever does not see the picture's keys used is told them with its name.
  await expect(plane(page, 'a')).toHaveAccessibleDescription(/I inverts, Alt with arrows sets the window/);
  await plane(page, 'a').press('i');
  await expect(caption).toContainText('inverted');
  await plane(page, 'a').press('i');
  await plane(page, 'a').press('+');
  await plane(page, 'a').press('0');
  await expectRunning(page);
  const touch = await context.newCDPSession(page);
  const scale = plane(page, 'a').locator('.scale-bar');
  const mmPerPx = async () => {
    const width = Number.parseFloat((await scale.locator('div').getAttribute('style'))?.replace(/[^\d.]/g, '') ?? '');
    return Number.parseFloat((await scale.textContent()) ?? '') / width;
  };
  const whole = await mmPerPx();
  const fingers = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: readonly (readonly [number, number])[]) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  await fingers('touchStart', [[250, 400]]);
  await fingers('touchStart', [
    [250, 400],
    [350, 400],
  ]);
  await fingers('touchMove', [
    [250, 400],
    [450, 400],
  ]);
  await fingers('touchEnd', []);
  await expect.poll(async () => whole / (await mmPerPx())).toBeCloseTo(2, 1);
});

test('a plan is drawn with the mouse, moved with the keys, and comes back from the record', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  await page.keyboard.press('p');
  await page.getByRole('button', { name: 'Clear this part' }).click();
  const layer = page.getByTestId('plan-a');
  await layer.click({ position: { x: 200, y: 250 } });
  await expect(page.getByRole('button', { name: 'Record plan' })).toBeDisabled();
  await layer.click({ position: { x: 330, y: 380 } });
  // A list that was opened by pointing keeps its keys: Enter chooses, and is no next stage.
  await page.getByRole('combobox', { name: 'Procedure' }).click();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('option')).toHaveCount(0);
  await expect(page.locator('.notice').filter({ hasText: /^Stage/ })).toHaveCount(0);
  const target = page.getByRole('button', { name: 'Plane A: target, point 1' });
  const left = await target.evaluate((element) => Number.parseFloat(element.style.left));
  await target.press('ArrowRight');
  await expect.poll(() => target.evaluate((element) => Number.parseFloat(element.style.left))).toBeGreaterThan(left);
  await expectAccessible(page);
  await keepPicture(page, 'plan');
  await page.getByRole('button', { name: 'Record plan' }).click();
  await expect(page.getByText('Plan recorded')).toBeVisible();
  await page.reload();
  await expectRunning(page);
  await page.keyboard.press('p');
  await expect(page.getByRole('button', { name: /Plane A: (entry|target)/ })).toHaveCount(2);
});

test('after a reload the running procedure is back, its curve from the start', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  const strip = page.getByRole('region', { name: 'Pressure and volume over time' });
  await expect.poll(async () => Number(await strip.getAttribute('data-points'))).toBeGreaterThan(20);
  const points = Number(await strip.getAttribute('data-points'));
  await page.reload();
  await expectRunning(page);
  await expect.poll(async () => Number(await strip.getAttribute('data-points'))).toBeGreaterThanOrEqual(points);
});

for (const [width, height] of [
  [1366, 768],
  [3840, 2160],
] as const) {
  test(`everything is in view at ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.goto(bridge.url);
    await expectRunning(page);
    await expectWhole(page);
    await keepPicture(page, `live-${width}`);
    // Also while something is asked for in the place of the curve.
    for (const key of ['t', 'k', 'n', 'p']) {
      await expectTouchable(page);
      await page.keyboard.press(key);
      await expect(page.locator('.strip-panel, .plan-panel')).toBeVisible();
      await expectTouchable(page);
      await expectWhole(page);
      if (key !== 'p') await page.keyboard.press('Escape');
    }
  });
}
