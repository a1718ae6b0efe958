import { join } from 'node:path';
import type { Browser, WebSocketRoute } from '@playwright/test';
import { makeRecord, type RunningBridge, simulated, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectRunning, expectWhole, frameMsOf, keepPicture, seqOf, test, word } from './console.ts';

const records = temporaryRecords();
let bridge: RunningBridge;

test.describe.configure({ mode: 'serial' });
/** For the documentation, a look at the live view of the procedure whose record the others show. */
async function lookLive(browser: Browser): Promise<void> {
  const live = await startBridge(join(records.folder, 'live'), simulated('kyphoplasty'));
  const page = await browser.newPage();
  await page.goto(live.url);
  await page.getByRole('button', { name: 'Not now' }).click();
  await expectRunning(page);
  await expect(page.locator('.stages [aria-current="step"]')).toContainText('Injection', { timeout: 90_000 });
  // Some seconds of injection, for cement to be seen.
  await page.waitForTimeout(8000);
  await expect(page.getByTestId('word-a')).toHaveText('LIVE');
  await keepPicture(page, 'live');
  await page.close();
  await live.stop();
}

test.beforeAll(async ({ browser }) => {
  test.setTimeout(400_000);
  if (process.env.PEDICLE_PICTURES) await lookLive(browser);
  makeRecord(join(records.folder, 'procedure'), 'kyphoplasty', 2);
  bridge = await startBridge(records.folder, ['--frames-a', 'sim:quiet?size=256&fps=4&repeat=30', '--injector', 'none:']);
});
test.afterEach(({ page }) => page.goto('about:blank'));
test.afterAll(async () => {
  await bridge.stop();
  records.remove();
});

test('the records are listed, searched and opened', async ({ page }) => {
  await page.goto(bridge.url);
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByRole('row', { name: /kyphoplasty/ }).first()).toContainText('complete');
  await page.getByRole('textbox', { name: 'Search' }).fill('no such record');
  await expect(page.getByText('No record matches the search.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Search' }).fill('kyphoplasty complete');
  await expectAccessible(page);
  await keepPicture(page, 'records');
});

test('a record that comes late does not take the screen from what the person went to, and the list is there when asked for twice', async ({ page }) => {
  const letGo: (() => void)[] = [];
  const closed: string[] = [];
  await page.routeWebSocket(/./, (route) => {
    const server = route.connectToServer();
    route.onMessage((message) => {
      const asked = JSON.parse(String(message)) as { readonly kind: string; readonly review?: string };
      if (asked.kind === 'close-review' && asked.review) closed.push(asked.review);
      server.send(message);
    });
    server.onMessage((message) => {
      if (String(message).startsWith('{"kind":"review-opened"')) letGo.push(() => route.send(message));
      else route.send(message);
    });
  });
  await page.goto(bridge.url);
  const review = page.getByRole('button', { name: 'Review', exact: true });
  const open = page.getByRole('button', { name: /^Open / }).first();
  await review.click();
  await expect(open).toBeVisible();
  await review.click();
  await expect(open).toBeVisible();
  await open.click();
  await expect.poll(() => letGo.length).toBe(1);
  await page.getByRole('button', { name: /^Live/ }).click();
  letGo[0]?.();
  // The bridge keeps nothing open that nobody looks at.
  await expect.poll(() => closed.length).toBe(1);
  await expect(word(page, 'a')).toHaveText('LIVE');
  await review.click();
  await open.click();
  await expect.poll(() => letGo.length).toBe(2);
  letGo[1]?.();
  await expect(word(page, 'a')).toHaveText('REPLAY');
});

test.describe('an open record', () => {
  test.beforeEach(async ({ page }) => {
    await page.goto(bridge.url);
    await page.getByRole('button', { name: 'Review', exact: true }).click();
    await page.getByRole('textbox', { name: 'Search' }).fill('kyphoplasty complete');
    await page
      .getByRole('button', { name: /^Open / })
      .first()
      .click();
    for (const id of ['a', 'b'] as const) await expect(word(page, id)).toHaveText('REPLAY');
    await expect.poll(() => seqOf(page, 'b')).toBeGreaterThan(0);
  });

  test('is marked as a replay on every picture', async ({ page }) => {
    await expect(page.locator('.plane .simulated')).toHaveCount(2);
    await expect(page.getByTestId('recording')).toHaveCount(0);
    await expectAccessible(page);
    await expectWhole(page);
  });

  test('looks as it did at one moment: picture, overlay, figures, curves, events and track', async ({ page }) => {
    test.skip(process.platform !== 'linux' || Boolean(process.env.PEDICLE_PICTURES), 'the picture to compare with is of the quick record, under Linux');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await expect(page.locator('.review')).toHaveAttribute('data-loaded', 'true', { timeout: 30_000 });
    const slider = page.getByRole('slider', { name: 'Position in the record' });
    await slider.fill('48000');
    await slider.blur();
    for (const id of ['a', 'b'] as const) await expect.poll(() => frameMsOf(page, id)).toBeGreaterThan(47_000);
    await expect(page.getByTestId('number-volume').locator('.number-value')).toContainText('2.');
    // What is left out is of this run: the clock, how late the frame was, and that the console's own procedure is recorded.
    const ofThisRun = ['[data-testid="clock"]', '[data-testid="shown-in"]', '[data-testid="dropped"]', '.header .meanwhile'];
    await expect(page).toHaveScreenshot('review.png', {
      mask: ofThisRun.map((selector) => page.locator(selector)),
      animations: 'disabled',
      caret: 'hide',
      // Layout, words and colours; a guidance that sees a pixel more is told by its own tests.
      maxDiffPixelRatio: 0.005,
    });
  });

  test('steps by whole frames, and both planes and the position go along', async ({ page }) => {
    await page.getByRole('slider', { name: 'Position in the record' }).fill('5000');
    await expect.poll(() => frameMsOf(page, 'a')).toBeGreaterThan(4000);
    await expect(page.getByTestId('position')).toContainText('0:05.000');
    await page.getByRole('slider', { name: 'Position in the record' }).blur();
    const number = page.getByTestId('frame-number');
    const numberNow = async () => Number(/frame A (\d+)/.exec((await number.textContent()) ?? '')?.[1]);
    const start = await numberNow();
    const startMs = await frameMsOf(page, 'a');
    for (let i = 1; i <= 3; i++) {
      await page.keyboard.press('ArrowRight');
      await expect.poll(numberNow).toBe(start + i);
    }
    await expect.poll(() => frameMsOf(page, 'a')).toBeGreaterThan(startMs);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(numberNow).toBe(start + 2);
  });

  test('a key that is held counts once, but for those that step', async ({ page }) => {
    const asked: string[] = [];
    const listen = page.waitForEvent('websocket');
    await page.reload();
    (await listen).on('framesent', ({ payload }) => asked.push(JSON.parse(String(payload)).kind));
    await page.getByRole('button', { name: 'Review', exact: true }).click();
    await page
      .getByRole('button', { name: /^Open / })
      .first()
      .click();
    await expect.poll(() => seqOf(page, 'a')).toBeGreaterThan(0);
    const hold = async (key: string) => {
      for (let press = 0; press < 3; press++) await page.keyboard.down(key);
      await page.keyboard.up(key);
    };
    const count = (...kinds: string[]) => asked.filter((kind) => kinds.includes(kind)).length;
    await hold('ArrowRight');
    await expect.poll(() => count('step-frame')).toBe(3);
    await hold('Space');
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
    await hold('b');
    await expect(page.getByRole('textbox', { name: /^Bookmark at/ })).toHaveCount(1);
    await hold('Space');
    await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
    expect(count('play', 'pause')).toBe(2);
  });

  test('plays, pauses and changes speed', async ({ page }) => {
    const before = await seqOf(page, 'a');
    await page.keyboard.press('Space');
    await expect.poll(() => seqOf(page, 'a')).toBeGreaterThan(before);
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
    await page.getByText('4×').click();
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
    await page.waitForTimeout(300);
    const paused = await seqOf(page, 'a');
    await page.waitForTimeout(500);
    expect(await seqOf(page, 'a')).toBe(paused);
  });

  test('stays open where it stood when the link is lost and comes back', async ({ page }) => {
    const lost: WebSocketRoute[] = [];
    const loops: string[] = [];
    await page.routeWebSocket(/./, (route) => {
      const server = route.connectToServer();
      route.onMessage((message) => {
        if (String(message).startsWith('{"kind":"loop"')) loops.push(String(message));
        server.send(message);
      });
      lost.push(route);
    });
    await page.reload();
    await page.getByRole('button', { name: 'Review', exact: true }).click();
    await page
      .getByRole('button', { name: /^Open / })
      .last()
      .click();
    await page.getByRole('slider', { name: 'Position in the record' }).fill('20000');
    await expect.poll(() => frameMsOf(page, 'a')).toBeGreaterThan(19_000);
    await page.getByRole('button', { name: 'Loop: start here (L)' }).click();
    await page.getByRole('slider', { name: 'Position in the record' }).fill('24000');
    await expect.poll(() => frameMsOf(page, 'a')).toBeGreaterThan(23_000);
    await page.getByRole('button', { name: 'Loop: end here (L)' }).click();
    await page.getByRole('slider', { name: 'Position in the record' }).fill('20000');
    await expect.poll(() => frameMsOf(page, 'a')).toBeLessThan(21_000);
    const before = JSON.parse(loops.at(-1) ?? '') as { readonly review: string; readonly range: unknown };
    await page.getByRole('button', { name: 'Export and send' }).click();
    await lost.at(-1)?.close();
    await expect.poll(() => lost.length).toBeGreaterThan(1);
    await expect(page.getByText('LINK LOST')).toHaveCount(0);
    await expect(page.getByRole('dialog')).toBeVisible();
    await expect(page.getByTestId('position')).toContainText('0:20.000');
    await expect.poll(() => frameMsOf(page, 'a')).toBeGreaterThan(19_000);
    // The loop is that of the link: the record that was opened again is told of it.
    const after = JSON.parse(loops.at(-1) ?? '') as typeof before;
    expect(after.range).toEqual(before.range);
    expect(after.range).not.toBeNull();
    expect(after.review).not.toBe(before.review);
  });

  test('goes to an event by a click, and the numbers go along', async ({ page }) => {
    await page
      .getByRole('region', { name: 'Events' })
      .getByRole('button', { name: /Bone entry$/ })
      .first()
      .click();
    await expect.poll(() => frameMsOf(page, 'a')).toBeGreaterThan(0);
    const atEvent = await frameMsOf(page, 'a');
    await page.keyboard.press('PageDown');
    await expect.poll(() => frameMsOf(page, 'a')).toBeGreaterThan(atEvent);
    const slider = page.getByRole('slider', { name: 'Position in the record' });
    await slider.fill('40000');
    await slider.blur();
    await expect.poll(() => frameMsOf(page, 'a')).toBeGreaterThan(39_000);
    await expect(page.getByTestId('number-volume').locator('.number-value')).toBeVisible();
    await expect(page.getByTestId('number-volume')).toContainText('Cement');
    // Cement is coloured by when it was seen to arrive: that takes playing, not jumping.
    await page.keyboard.press('Space');
    await expect.poll(() => frameMsOf(page, 'a'), { timeout: 30_000 }).toBeGreaterThan(43_000);
    await page.keyboard.press('Space');
    await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
    await keepPicture(page, 'replay');
  });
});
