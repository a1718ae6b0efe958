import type { Page } from '@playwright/test';
import { type RunningBridge, simulated, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectRunning, expectWhole, keepPicture, plane, seqOf, test } from './console.ts';

const records = temporaryRecords();
let bridge: RunningBridge;

test.beforeAll(async () => {
  bridge = await startBridge(records.folder, simulated('kyphoplasty'));
});
test.afterEach(({ page }) => page.goto('about:blank'));
test.afterAll(async () => {
  await bridge.stop();
  records.remove();
});

const tool = (page: Page, name: string) => page.getByRole('button', { name, exact: false }).and(page.locator('.tool'));

test('last images and references stand beside the live pictures, say what they are and from when, and live goes on', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  await page.keyboard.press('5');
  await expect(page.getByTestId('still-a')).toContainText('R takes a reference');
  await page.keyboard.press('r');
  for (const id of ['a', 'b'] as const) await expect(page.getByTestId(`still-${id}`)).toContainText(/REFERENCE [AB]\s*SIMULATED\s*at \d+:\d\d/);
  await page.keyboard.press('4');
  await expect(page.getByTestId('still-a')).toContainText(/LAST IMAGE A\s*SIMULATED\s*at \d+:\d\d/);
  const first = await page.getByTestId('still-a').textContent();
  await page.waitForTimeout(1500);
  await page.keyboard.press('l');
  await expect(page.getByTestId('still-a')).not.toHaveText(first ?? '');
  await expectRunning(page);
  await expectAccessible(page);
  await expectWhole(page);
  await keepPicture(page, 'last-images');
  await page.keyboard.press('3');
  await expect(page.getByTestId('still-a')).toHaveCount(0);
});

test('the roadmap takes a reference when there is none, says how far the patient has moved, and goes away again', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  await page.keyboard.press('m');
  for (const id of ['a', 'b'] as const) await expect(page.getByTestId(`roadmap-${id}`)).toHaveText(/ROADMAP moved −?\d+, −?\d+ px/);
  await expectRunning(page);
  await page.waitForTimeout(3000);
  await expectAccessible(page);
  await keepPicture(page, 'roadmap');
  await page.keyboard.press('m');
  await expect(page.getByTestId('roadmap-a')).toHaveCount(0);
});

test('a picture is turned, flipped and measured; the overlay and the measure go with it', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  await page.keyboard.press('t');
  await tool(page, 'Length').click();
  const layer = page.getByTestId('measure-a');
  await layer.click({ position: { x: 250, y: 300 } });
  await layer.click({ position: { x: 450, y: 300 } });
  const words = layer.locator('text');
  await expect(words).toHaveText(/^\d+\.\d mm$/);
  const length = await words.textContent();
  const line = layer.locator('polyline');
  const before = await line.getAttribute('points');
  await tool(page, 'Right').click();
  await expect.poll(() => line.getAttribute('points')).not.toBe(before);
  await expect(words).toHaveText(length ?? '');
  await tool(page, 'Flip').click();
  await expect(words).toHaveText(length ?? '');
  await tool(page, 'Angle').click();
  for (const [x, y] of [
    [200, 500],
    [300, 500],
    [300, 600],
  ] as const)
    await layer.click({ position: { x, y } });
  await expect(words.nth(1)).toHaveText('90.0°');
  await expectAccessible(page);
  await expectWhole(page);
  await keepPicture(page, 'tools');
  await tool(page, 'Clear').click();
  await expect(line).toHaveCount(0);
  await tool(page, 'Reset').click();
  // Nothing in the panel holds the keys: the foot switch is still the mark.
  await page.keyboard.press('Space');
  await expect(page.getByText('Mark recorded')).toBeVisible();
  await page.keyboard.press('g');
  await plane(page, 'a').hover({ position: { x: 300, y: 400 } });
  await expect(page.locator('.magnifier').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.tools')).toHaveCount(0);
});

test('a length and an angle are laid, moved and taken away with the keys alone, and the foot switch stays the mark', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  const layer = page.getByTestId('measure-a');
  const words = layer.locator('text');
  await page.keyboard.press('d');
  await expect(words).toHaveText(/^\d+\.\d mm$/);
  await expect(page.getByRole('button', { name: /^Length, point 1, / })).toBeFocused();
  const mm = async () => Number.parseFloat((await words.textContent()) ?? '');
  const before = await mm();
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowLeft');
  const longer = await mm();
  expect(longer).toBeGreaterThan(before);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: /^Length, point 2, / })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect.poll(mm).toBeGreaterThan(longer);
  await page.keyboard.press('Space');
  await expect(page.getByText('Mark recorded')).toBeVisible();
  // Enter is done with it, and is no next stage; the arrows are the picture's again.
  await page.keyboard.press('Enter');
  await expect(plane(page, 'a')).toBeFocused();
  await expect(page.locator('.strip-panel')).toHaveCount(0);
  await page.keyboard.press('v');
  await expect(words.nth(1)).toHaveText('90.0°');
  await expectAccessible(page);
  await page.keyboard.press('Delete');
  await expect(words).toHaveCount(1);
  await plane(page, 'b').focus();
  await page.keyboard.press('d');
  await expect(page.getByTestId('measure-b').locator('text')).toHaveCount(1);
});

/** A stream of one frame, as the bridge sends it, taken with this distance from source to detector. */
function streamOf(seq: number, sidMm: number): Buffer {
  const geometry = { primaryAngleDeg: 0, secondaryAngleDeg: 0, sidMm, sodMm: 700, imagerPixelSpacingMm: [0.4, 0.4], fieldOfView: null, patientPosition: null };
  const shape = { rows: 256, columns: 256, bitsAllocated: 8, bitsStored: 8, photometric: 'MONOCHROME2', pixelIntensityRelationship: null };
  const of = { frameNumber: seq, deviceTimeMs: null, frameTimeMs: null, windowCenter: 128, windowWidth: 256, geometry, simulated: true };
  const header = { plane: 'a', seq, tMs: seq * 100, attributes: { ...shape, ...of }, observation: null, stampedEpochMs: Date.now(), dropped: 0 };
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32LE(4 + json.length + 256 * 256, 0);
  prefix.writeUInt32LE(json.length, 4);
  return Buffer.concat([prefix, json, Buffer.alloc(256 * 256, 90)]);
}

test('a length that stays on the picture has the millimetres of the frame shown, also once the detector has moved', async ({ page }) => {
  // Nothing else happens meanwhile that would have the measure drawn anew.
  await page.routeWebSocket(/./, (route) => {
    const server = route.connectToServer();
    server.onMessage((message) => {
      if (JSON.parse(String(message)).kind !== 'samples') route.send(message);
    });
  });
  let [seq, sidMm] = [0, 1000];
  await page.route('**/api/live/a*', (route) => route.fulfill({ contentType: 'application/octet-stream', body: streamOf(++seq, sidMm) }));
  await page.goto(bridge.url);
  await expect.poll(() => seqOf(page, 'a')).toBeGreaterThan(0);
  await page.keyboard.press('d');
  const words = page.getByTestId('measure-a').locator('text');
  await expect(words).toHaveText(/^\d+\.\d mm$/);
  const mm = async () => Number.parseFloat((await words.textContent()) ?? '');
  const before = await mm();
  sidMm = 1250;
  await expect.poll(async () => before / (await mm())).toBeCloseTo(1.25, 2);
});

test('each layer of the overlay has a switch and an opacity', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  await page.getByTestId('overlay').click();
  const zone = page.getByRole('button', { name: 'Stop zone' });
  await expect(zone).toHaveAttribute('aria-pressed', 'false');
  await zone.click();
  await expect(zone).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Other view' }).click();
  const opacity = page.getByRole('slider', { name: 'Opacity of Plan' });
  await opacity.press('ArrowLeft');
  await expect(opacity).toHaveAttribute('aria-valuenow', '90');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('o');
  await expect(page.getByTestId('overlay')).toContainText('hidden');
  await page.keyboard.press('o');
  await expect(page.getByTestId('overlay')).not.toContainText('hidden');
  // The button that was clicked has the focus again; the foot switch is still the mark, and only Tab gives the button its keys.
  await page.keyboard.press('Space');
  await expect(page.getByText('Mark recorded')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Stop zone' })).toHaveCount(0);
  await page.getByTestId('overlay').click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Stop zone' })).toBeVisible();
});

test('the menu opens a second window with the pictures alone, and its keys reach the record', async ({ page, context }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  await page.getByRole('button', { name: 'More', exact: true }).click();
  const [second] = await Promise.all([context.waitForEvent('page'), page.getByRole('menuitem', { name: 'Pictures in a second window' }).click()]);
  await expectRunning(second);
  await expect(second.locator('.number, .header, .actions')).toHaveCount(0);
  // The pictures have the whole window.
  const filled = await second.locator('.planes').evaluate((planes) => (planes.clientWidth * planes.clientHeight) / (innerWidth * innerHeight));
  expect(filled).toBeGreaterThan(0.99);
  await expectAccessible(second);
  await expectWhole(second);
  const strip = page.getByRole('region', { name: 'Pressure and volume over time' });
  const events = Number(await strip.getAttribute('data-events'));
  await second.keyboard.press('Space');
  await expect.poll(async () => Number(await strip.getAttribute('data-events'))).toBeGreaterThan(events);
  await keepPicture(second, 'pictures-alone');
  await second.close();
});

test('with one display the shell has no place for the pictures, and the console says so', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  await page.evaluate(() => {
    const displays = [{ width: 1920, height: 1080, isPrimary: true, shows: ['console'] }];
    const shell = {
      asked: 0,
      listDisplays: async () => JSON.stringify(displays),
      togglePictures: async () => void shell.asked++,
    };
    Object.assign(globalThis, { pedicleShell: shell });
  });
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Pictures in a second window' }).click();
  await expect(page.getByText('There is one display only')).toBeVisible();
  // Nothing is left asked for that would come up by itself with the next monitor.
  expect(await page.evaluate(() => (globalThis as unknown as { pedicleShell: { asked: number } }).pedicleShell.asked)).toBe(0);
});

test('curves are zoomed and read under the pointer; pressure against volume appears with the balloon', async ({ page }) => {
  await page.goto(bridge.url);
  await expectRunning(page);
  await expect(page.getByTestId('loops')).toBeVisible({ timeout: 60_000 });
  const strip = page.getByRole('region', { name: 'Pressure and volume over time' });
  await strip.hover({ position: { x: 400, y: 90 } });
  await expect(page.locator('.strip-cursor')).toContainText(/psi/);
  await page.mouse.wheel(0, -300);
  await expect(page.getByRole('button', { name: 'The whole session' })).toBeVisible();
  await expectAccessible(page);
  await keepPicture(page, 'balloon');
  await page.getByRole('button', { name: 'The whole session' }).click();
  await expect(page.getByRole('button', { name: 'The whole session' })).toHaveCount(0);
});
