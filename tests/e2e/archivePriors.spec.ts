import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { writeCtVolume } from '../ctVolume.ts';
import { freePort, has, startOrthanc } from '../integration/hospitalPeers.ts';
import { type RunningBridge, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectTouchable, keepPicture, test, word } from './console.ts';

const records = temporaryRecords();
const priors = join(records.folder, 'priors');
let archive: Awaited<ReturnType<typeof startOrthanc>>;
let bridge: RunningBridge;

test.skip(!has('Orthanc'), 'needs Orthanc');
test.beforeAll(async () => {
  const made = join(records.folder, 'made');
  writeCtVolume(made, { columns: 64, rows: 64, slices: 12, ball: { x: 32, y: 38, z: 6, radius: 7 } });
  mkdirSync(priors);
  const station = await freePort();
  archive = await startOrthanc(station);
  for (const file of readdirSync(made)) {
    const stored = await fetch(`http://127.0.0.1:${archive.httpPort}/instances`, { method: 'POST', body: readFileSync(join(made, file)) });
    if (!stored.ok) throw new Error(`the archive did not take a slice: HTTP ${stored.status}`);
  }
  const site = join(records.folder, 'site.json');
  const hospital = {
    station: { port: station },
    outboxFolder: join(records.folder, 'outbox'),
    archives: [
      { name: 'Main archive', host: '127.0.0.1', port: archive.port, ae: 'ARCHIVE' },
      { name: 'Web archive', stow: `http://127.0.0.1:${archive.httpPort}/dicom-web` },
      { name: 'Gone archive', host: '127.0.0.1', port: await freePort(), ae: 'GONE' },
    ],
  };
  writeFileSync(site, JSON.stringify({ version: 1, priorImagesFolder: priors, hospital }));
  bridge = await startBridge(join(records.folder, 'records'), ['--site', site, '--frames-a', 'sim:quiet?size=256&fps=4&repeat=30', '--injector', 'none:']);
});
test.afterEach(({ page }) => page.goto('about:blank'));
test.afterAll(async () => {
  await bridge?.stop();
  await archive?.stop();
  records.remove();
});

async function openPriors(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Prior images' }).click();
}

async function enterPatient(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Procedure', exact: true }).click();
  await page.getByRole('button', { name: 'Enter by hand' }).click();
  await page.getByLabel('Family name').fill('Müller');
  await page.getByLabel('Given name').fill('Änne');
  await page.getByLabel('Patient ID').fill('CT-1');
  await page.getByRole('button', { name: 'Record patient' }).click();
  await expect(page.getByTestId('patient')).toContainText('CT-1');
}

test("the patient's CT is found on the archive, fetched by C-MOVE and by DICOMweb, and stands beside the live picture as theirs; an archive that is gone says so", async ({
  page,
}) => {
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  await openPriors(page);
  await expect(page.getByText('The folder of prior images has no DICOM series')).toBeVisible();
  const ask = page.getByRole('button', { name: 'Ask for studies of this patient' });
  // Of the simulated patient the archive has nothing.
  await ask.click();
  await expect(page.getByText('The archive has no other study of this patient.')).toBeVisible();

  await enterPatient(page);
  await openPriors(page);
  await ask.click();
  const study = page.getByTestId('prior-study');
  await expect(study).toContainText('2026-03-01 · CT · Lumbar spine · 12 images');
  await study.getByRole('button', { name: 'Fetch' }).click();
  await expect(study).toHaveAttribute('data-state', 'fetched', { timeout: 30_000 });
  await expect(study).toContainText('12 images');
  await page.getByRole('button', { name: /Made-up CT/ }).click();
  await expect(page.locator('.slice')).toHaveCount(3);
  await expect(page.getByText('NOT OF THIS PATIENT')).toHaveCount(0);
  await page.setViewportSize({ width: 1366, height: 768 });
  await expectAccessible(page);
  await expectTouchable(page);
  await page.setViewportSize({ width: 1920, height: 1080 });
  await keepPicture(page, 'prior-archive');

  const chooseArchive = async (name: string) => {
    await page.getByRole('combobox', { name: 'Archive' }).click();
    await page.getByRole('option', { name }).click();
    await expect(study).toHaveCount(0);
    await ask.click();
  };
  await chooseArchive('Web archive');
  await study.getByRole('button', { name: 'Fetch again' }).click();
  await expect(study).toHaveAttribute('data-state', 'fetched', { timeout: 30_000 });
  // The same images a second time are no second series.
  await expect(page.getByRole('button', { name: /Made-up CT 12 ×/ })).toHaveCount(1);
  await chooseArchive('Gone archive');
  await expect(page.getByRole('alert').filter({ hasText: /Gone archive/ })).toBeVisible({ timeout: 30_000 });
  await expectAccessible(page);
});
