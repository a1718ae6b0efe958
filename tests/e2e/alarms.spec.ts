import { type RunningBridge, simulated, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectTouchable, expectWhole, keepPicture, test, word } from './console.ts';

const records = temporaryRecords();
/** An alarm of high priority that needs no guidance: it comes however busy the machine is. */
const rupture = ['--frames-a', 'sim:quiet?repeat=30&size=512', '--injector', 'sim:balloon-rupture', '--speed', '3'];
let bridge: RunningBridge | null = null;

test.afterEach(async ({ page }) => {
  await page.goto('about:blank');
  await bridge?.stop();
  bridge = null;
});
test.afterAll(() => records.remove());

test('the sound says that the browser holds it back, starts with the first click, is tested and paused, and never off', async ({ page }) => {
  bridge = await startBridge(records.folder, ['--frames-a', 'sim:quiet', '--injector', 'none:']);
  // The test's own looking counts as a gesture in the browser: here only a real click does.
  await page.addInitScript(() => {
    const activation = { hasBeenActive: false, isActive: false };
    Object.defineProperty(navigator, 'userActivation', { value: activation });
    addEventListener('pointerdown', () => {
      activation.hasBeenActive = true;
    });
  });
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  const sound = page.getByTestId('sound');
  await expect(sound).toHaveAttribute('data-state', 'blocked');
  await expect(sound).toContainText('SOUND OFF');
  await expectAccessible(page);
  await sound.click();
  await expect(sound).toHaveAttribute('data-state', 'on');
  await page.getByTestId('all-alarms').click();
  const before = Number(await sound.getAttribute('data-bursts'));
  for (const name of ['High', 'Medium', 'Low']) await page.getByRole('button', { name: `* ${name}` }).click();
  await expect.poll(async () => Number(await sound.getAttribute('data-bursts'))).toBeGreaterThanOrEqual(before + 3);
  await page.keyboard.press('Escape');
  await page.keyboard.press('q');
  await expect(sound).toHaveText(/Paused (2:00|1:5\d)/);
  await expectWhole(page);
  await page.keyboard.press('q');
  await expect(sound).toHaveAttribute('data-state', 'on');
});

test('a rupture is heard and shown above the numbers, in one list by priority, until it is acknowledged in either of two consoles', async ({
  page,
  context,
}) => {
  bridge = await startBridge(records.folder, rupture);
  await page.goto(bridge.url);
  await page.mouse.click(5, 5);
  const high = page.locator('.alarm[data-priority="high"][data-acknowledged="false"]');
  await expect(high.first()).toBeVisible({ timeout: 60_000 });
  await expect.poll(async () => Number(await page.getByTestId('sound').getAttribute('data-bursts'))).toBeGreaterThan(0);
  const column = await page.locator('.column').boundingBox();
  const alarm = await high.first().boundingBox();
  expect(alarm?.x ?? 0).toBeGreaterThanOrEqual(column?.x ?? Number.POSITIVE_INFINITY);
  await expectAccessible(page);
  await expectWhole(page);
  await keepPicture(page, 'alarm');
  const second = await context.newPage();
  await second.goto(bridge.url);
  // Others may come above it meanwhile, and its words change when what it tells is over: it is known by its name.
  const id = await second.locator('.alarm[data-priority="high"][data-acknowledged="false"]').first().getAttribute('data-alarm');
  await second
    .locator(`.alarm[data-alarm="${id}"]`)
    .getByRole('button', { name: /Acknowledge/ })
    .click();
  for (const each of [page, second]) await expect(each.locator(`.alarm[data-alarm="${id}"][data-acknowledged="false"]`)).toHaveCount(0);
  await second.close();
});

test('three alarms at once leave everything in view on the smallest screen too, and the third is one click away', async ({ page }) => {
  bridge = await startBridge(records.folder, simulated('quiet'));
  const alarm = (condition: string, priority: string, message: string) => ({
    topic: '/alarm',
    tMs: 1000,
    seq: 100_000,
    data: {
      id: condition,
      condition,
      priority,
      phase: 'raised',
      message,
      advice: 'Look at both views; wait for the cement to stiffen or reposition.',
      value: 1,
      limit: 1,
    },
  });
  const samples = [
    alarm('cement-leak', 'high', 'Cement outside the vertebral body, beside the vertebra (plane A)'),
    alarm('cement-volume-high', 'medium', 'Cement volume above its limit of 6.0 mL in both needles'),
    alarm('disk', 'low', 'Some frames are recorded uncompressed'),
  ];
  await page.routeWebSocket(/./, (route) => {
    const server = route.connectToServer();
    server.onMessage((message) => {
      route.send(message);
      if (JSON.parse(String(message)).kind === 'hello') route.send(JSON.stringify({ kind: 'samples', samples }));
    });
  });
  await page.goto(bridge.url);
  await expect(page.locator('.alarm')).toHaveCount(2, { timeout: 30_000 });
  for (const [width, height] of [
    [1366, 768],
    [1920, 1080],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expectWhole(page);
    await expectTouchable(page);
  }
  await expectAccessible(page);
  await page.getByRole('button', { name: '1 more' }).click();
  await expect(page.getByText('Some frames are recorded uncompressed')).toBeVisible();
});

test('with motion reduced an alarm does not flash, yet is told by a heavy edge; A acknowledges it', async ({ page }) => {
  bridge = await startBridge(records.folder, rupture);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(bridge.url);
  const alarm = page.locator('.alarm[data-acknowledged="false"]').first();
  await expect(alarm).toBeVisible({ timeout: 60_000 });
  // It may change its place in the list while it is looked at.
  const style = () =>
    alarm.evaluate((element) => {
      const { animationName, borderLeftWidth } = getComputedStyle(element);
      return { animationName, heavyEdge: Number.parseFloat(borderLeftWidth) > 4 };
    });
  await expect.poll(style).toEqual({ animationName: 'none', heavyEdge: true });
  // One key acknowledges the first of them, from wherever the focus is; another may have become the first between looking and pressing.
  await expect(async () => {
    const message = (await alarm.locator('.alarm-message').getAttribute('title')) ?? '';
    await page.keyboard.press('a');
    await expect(page.locator('.alarm[data-acknowledged="false"]').filter({ hasText: message })).toHaveCount(0, { timeout: 2000 });
  }).toPass({ timeout: 15_000 });
});
