import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { buildPart10, xrayRun } from '../../test-data/dicomBuilder.ts';
import { writeCtVolume } from '../ctVolume.ts';
import { type RunningBridge, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectTouchable, keepPicture, test, word } from './console.ts';

const records = temporaryRecords();
const folder = join(records.folder, 'priors');
const volume = { columns: 128, rows: 128, slices: 40, ball: { x: 64, y: 76, z: 20, radius: 14 } } as const;
let bridge: RunningBridge;

test.beforeAll(async () => {
  writeCtVolume(join(folder, 'ct'), volume);
  const frames = [0, 1].map((shift) => Uint16Array.from({ length: 64 * 64 }, (_pixel, index) => ((index % 64) * 60 + shift * 40) & 0xfff));
  writeFileSync(join(folder, 'radiograph.dcm'), buildPart10(xrayRun({ rows: 64, columns: 64, bitsStored: 12, frames })));
  const site = join(records.folder, 'site.json');
  writeFileSync(site, JSON.stringify({ version: 1, priorImagesFolder: folder }));
  bridge = await startBridge(join(records.folder, 'records'), [
    '--site',
    site,
    '--frames-a',
    'sim:quiet?size=256&fps=4&repeat=30',
    '--injector',
    'sim:quiet?repeat=30',
  ]);
});
test.afterEach(({ page }) => page.goto('about:blank'));
test.afterAll(async () => {
  await bridge.stop();
  records.remove();
});

const openPriors = async (page: Page) => {
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Prior images' }).click();
};
const cut = (page: Page, name: 'stack' | 'coronal' | 'sagittal') => page.locator(`.slice[data-cut="${name}"]`);
const indexOf = async (page: Page, name: 'stack' | 'coronal' | 'sagittal') => Number(await cut(page, name).getAttribute('data-index'));

test('a CT stands beside the live picture in three directions, says whose it is, and is gone through, enlarged and measured by mouse and keys', async ({
  page,
}) => {
  await openPriors(page);
  await expect(page.getByText('Choose a series')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: /Made-up CT/ }).click();
  await expect(page.locator('.slice')).toHaveCount(3);
  await expect(page.locator('.slice-label').first()).toHaveText('PRIOR 2026-03-01 · CT · Made-up CT');
  // The simulated patient is another one.
  await expect(page.getByText('NOT OF THIS PATIENT: Müller, Änne · CT-1')).toBeVisible();
  await expect(cut(page, 'coronal').locator('.slice-letter')).toHaveText(['R', 'L', 'H', 'F']);
  await expect(word(page, 'a')).toHaveText('LIVE');
  // It fills its place: half of the ground it has, at the least.
  const filled = await cut(page, 'stack').evaluate((slice) => {
    const [stage, picture] = ['.slice-stage', '.slice-frame'].map((part) => slice.querySelector(part)?.getBoundingClientRect());
    return stage && picture ? Math.max(picture.width / stage.width, picture.height / stage.height) : 0;
  });
  expect(filled).toBeGreaterThan(0.98);

  const frame = cut(page, 'stack').locator('.slice-frame');
  const { width, height } = (await frame.boundingBox()) ?? { width: 0, height: 0 };
  await frame.click({ position: { x: (width * 32.5) / 128, y: (height * 96.5) / 128 } });
  await expect.poll(() => indexOf(page, 'sagittal')).toBe(32);
  await expect.poll(() => indexOf(page, 'coronal')).toBe(96);
  const before = await indexOf(page, 'stack');
  await cut(page, 'stack').hover();
  await page.mouse.wheel(0, 100);
  await expect.poll(() => indexOf(page, 'stack')).toBe(before + 1);
  const stage = cut(page, 'stack').locator('.slice-stage');
  await stage.press('ArrowUp');
  await expect.poll(() => indexOf(page, 'stack')).toBe(before);
  await stage.press('+');
  await expect(cut(page, 'stack')).toHaveAttribute('data-zoom', '1.20');
  await stage.press('0');
  await expect(cut(page, 'stack')).toHaveAttribute('data-zoom', '1.00');
  await page.getByRole('button', { name: 'Bone' }).click();
  await expect(cut(page, 'stack')).toContainText('W 1800 L 400');
  await page.getByRole('button', { name: 'Length', exact: true }).click();
  // From a third to two thirds of 128 pixels of half a millimetre.
  const end = page.getByRole('button', { name: 'Length, end 2, 21.0 mm' });
  await end.press('ArrowRight');
  await expect(page.getByRole('button', { name: 'Length, end 2, 21.5 mm' })).toBeVisible();
  await expectAccessible(page);
  await keepPicture(page, 'prior');
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(page.locator('.slice-length')).toHaveCount(0);
});

test('a radiograph without geometry says so, and nothing is wider than the window from the smallest to the largest screen', async ({ page }) => {
  await openPriors(page);
  await page.getByRole('button', { name: /2 ×/ }).click();
  await expect(page.getByText('no geometry: shown pixel by pixel')).toBeVisible();
  await expect(page.locator('.slice')).toHaveCount(1);
  await page.getByRole('button', { name: 'Length', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Length, end 1, 22 px' })).toBeVisible();
  for (const [width, height] of [
    [1366, 768],
    [3840, 2160],
  ] as const) {
    await page.setViewportSize({ width, height });
    const tooWide = await page.locator('.reference-priors').evaluate((view) => view.scrollWidth > view.clientWidth + 1);
    expect(tooWide).toBe(false);
    await expectTouchable(page);
  }
  await expectAccessible(page);
});

test('a series that is gone, an empty folder and a missing one each say what to do', async ({ page, consoleWords }) => {
  consoleWords.allow(/422|404/);
  await openPriors(page);
  await expect(page.getByRole('button', { name: /Made-up CT/ })).toBeVisible();
  rmSync(join(folder, 'ct'), { recursive: true });
  await page.getByRole('button', { name: /Made-up CT/ }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'No frame of this series can be decoded' })).toBeVisible();
  await expectAccessible(page);
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  await openPriors(page);
  await expect(page.getByText('The folder of prior images has no DICOM series')).toBeVisible();
  rmSync(folder, { recursive: true });
  await openPriors(page);
  await expect(page.getByText('There is no folder')).toBeVisible();
  await expectAccessible(page);
});
