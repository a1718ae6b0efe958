import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Page } from '@playwright/test';

const axeSource = readFileSync(fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8');
const pictures = fileURLToPath(new URL('../../docs/images/', import.meta.url));

/** Every test fails on an error or warning in the browser's console, except on those it expects. */
export interface ConsoleWords {
  /** Lines that this test brings about itself, such as refused connections of a bridge that it killed. */
  allow(pattern: RegExp): void;
}

export const test = base.extend<{ consoleWords: ConsoleWords }>({
  consoleWords: [
    async ({ page }, use) => {
      // The tour of the first start has a test of its own; everywhere else it has been seen.
      await page.addInitScript(() => {
        if (location.protocol === 'http:') localStorage.setItem('pedicle.tourSeen', 'yes');
      });
      const said: string[] = [];
      const allowed: RegExp[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') said.push(`${message.type()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => said.push(`uncaught: ${error.stack ?? error.message}`));
      await use({ allow: (pattern) => void allowed.push(pattern) });
      expect(said.filter((line) => !allowed.some((pattern) => pattern.test(line)))).toEqual([]);
    },
    { auto: true },
  ],
});
export { expect };

export const plane = (page: Page, id: 'a' | 'b') => page.locator(`.plane[data-plane="${id}"]`);
export const word = (page: Page, id: 'a' | 'b') => page.getByTestId(`word-${id}`);
export const seqOf = async (page: Page, id: 'a' | 'b'): Promise<number> => Number(await plane(page, id).getAttribute('data-seq'));
export const frameMsOf = async (page: Page, id: 'a' | 'b'): Promise<number> => Number(await plane(page, id).getAttribute('data-frame-ms'));

/** Both planes show frames, and go on to later ones. */
export async function expectRunning(page: Page): Promise<void> {
  for (const id of ['a', 'b'] as const) {
    await expect(word(page, id)).toHaveText('LIVE', { timeout: 30_000 });
    const before = await seqOf(page, id);
    await expect.poll(() => seqOf(page, id)).toBeGreaterThan(before);
  }
}

interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

/** No violation of any rule of axe, on what is shown now. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(context: Document): Promise<{ violations: AxeViolation[] }> } };
    // What is still fading in has the contrast of neither: two frames for it to begin, and then to its end.
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    const fading = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(fading.map(({ finished }) => finished));
    return (await axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  });
  expect(violations).toEqual([]);
}

/** What is read from two metres stands out by 7 : 1 (WCAG 1.4.6). */
export async function expectContrast(page: Page, selector: string): Promise<void> {
  await page.evaluate(axeSource);
  const found = await page.evaluate(async (within) => {
    const { axe } = globalThis as unknown as {
      axe: { run(context: string, options: object): Promise<{ violations: AxeViolation[]; passes: AxeViolation[] }> };
    };
    const { violations, passes } = await axe.run(within, { runOnly: { type: 'rule', values: ['color-contrast-enhanced'] } });
    const targets = (of: AxeViolation[]) => of.flatMap(({ nodes }) => nodes.map(({ target }) => target.join(' ')));
    return { low: targets(violations), judged: targets(passes).length };
  }, selector);
  expect(found.low).toEqual([]);
  expect(found.judged).toBeGreaterThan(0);
}

/** Nothing scrolls, and nothing that has to be seen is cut off by the window's edge or by its own box. */
export async function expectWhole(page: Page): Promise<void> {
  const cut = await page.evaluate(() => {
    const { innerWidth, innerHeight } = globalThis;
    const faults: string[] = [];
    const { scrollWidth, scrollHeight } = document.documentElement;
    if (scrollWidth > innerWidth || scrollHeight > innerHeight) faults.push(`the page is ${scrollWidth} × ${scrollHeight}`);
    for (const element of document.querySelectorAll('.header > *, .action, .strip-panel, .number, .alarm, .column-foot, .state-word, .plane')) {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const outside = left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1;
      const clipped = !element.classList.contains('plane') && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
      if (outside || clipped) faults.push(`${element.className}: ${element.textContent?.slice(0, 40)}`);
    }
    return faults;
  });
  expect(cut).toEqual([]);
}

/**
 * Whatever is pressed is at least 44 pixels high and wide: itself, the label that presses it too, or the larger area laid about it.
 * Links within a sentence are as high as its lines.
 */
export async function expectTouchable(page: Page): Promise<void> {
  const small = await page.evaluate(() => {
    const least = 43.5;
    const sizeOf = (element: Element) => {
      const boxes = [element, ...((element as HTMLInputElement).labels ?? [])].map((each) => each.getBoundingClientRect());
      const about = getComputedStyle(element, '::after');
      const isAbout = about.content !== 'none' && about.position === 'absolute';
      const width = Math.max(...boxes.map((box) => box.width), isAbout ? Number.parseFloat(about.width) : 0);
      const height = Math.max(...boxes.map((box) => box.height), isAbout ? Number.parseFloat(about.height) : 0);
      return { width, height };
    };
    const pressed =
      'button, input, select, textarea, summary, [role="tab"], [role="menuitem"], [role="option"], [role="slider"], [role="switch"], .mantine-SegmentedControl-label';
    return [...document.querySelectorAll(pressed)].flatMap((element) => {
      // The choices of a segmented control are its labels; a hidden field has a button that opens it.
      if (!element.checkVisibility() || element.matches('.mantine-SegmentedControl-input, .visually-hidden')) return [];
      const { width, height } = sizeOf(element);
      const isSmall = width > 0 && height > 0 && (width < least || height < least);
      return isSmall ? [`${element.textContent || element.getAttribute('aria-label') || element.className}: ${width.toFixed(0)} × ${height.toFixed(0)}`] : [];
    });
  });
  expect(small).toEqual([]);
}

/** Keeps the picture for the documentation when `PEDICLE_PICTURES` is set; a test run does not change the checkout. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (process.env.PEDICLE_PICTURES) await page.screenshot({ path: `${pictures}${name}.png` });
}
