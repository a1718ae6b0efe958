import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { writeCtVolume } from '../ctVolume.ts';
import { freePort, has, startOrthanc } from '../integration/hospitalPeers.ts';
import { type RunningBridge, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectTouchable, keepPicture, test, word } from './console.ts';

const records = temporaryRecords();
const site = join(records.folder, 'site.json');
const authorization = `Basic ${Buffer.from('pedicle:of-the-tests').toString('base64')}`;
const authorizationFile = join(records.folder, 'authorization');
const priors = join(records.folder, 'priors');
let archive: Awaited<ReturnType<typeof startOrthanc>>;
let bridge: RunningBridge;

test.skip(!has('Orthanc'), 'needs Orthanc');
test.beforeAll(async () => {
  const made = join(records.folder, 'made');
  writeCtVolume(made, { columns: 64, rows: 64, slices: 12, ball: { x: 32, y: 38, z: 6, radius: 7 } });
  mkdirSync(priors);
  const station = await freePort();
  archive = await startOrthanc(station, { AuthenticationEnabled: true, RegisteredUsers: { pedicle: 'of-the-tests' } });
  writeFileSync(authorizationFile, `${authorization}\n`);
  for (const file of readdirSync(made)) {
    const stored = await fetch(`http://127.0.0.1:${archive.httpPort}/instances`, {
      method: 'POST',
      headers: { authorization },
      body: readFileSync(join(made, file)),
    });
    if (!stored.ok) throw new Error(`the archive did not take a slice: HTTP ${stored.status}`);
  }
  const hospital = {
    station: { port: station },
    outboxFolder: join(records.folder, 'outbox'),
    archives: [
      { name: 'Main archive', host: '127.0.0.1', port: archive.port, ae: 'ARCHIVE' },
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

test('a DICOMweb archive is entered in Setup: what is wrong is said at its field, it is tried with and without its authorization, exported, imported and saved', async ({
  page,
}) => {
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Setup' }).click();
  const tab = (name: string) => page.getByRole('tab', { name }).click();
  await tab('Hospital systems');
  await page.getByRole('button', { name: 'Test archive Gone archive' }).click();
  await expect(page.getByTestId('test-archive Gone archive')).toContainText(/Does not work/, { timeout: 30_000 });

  await page.getByRole('button', { name: 'Add DICOMweb archive' }).click();
  const web = page.getByRole('group', { name: 'Archive 3, DICOMweb' });
  await expect(web).toContainText('is needed');
  await expectAccessible(page);
  await web.getByRole('textbox', { name: 'Name' }).fill('Web archive');
  const base = web.getByRole('textbox', { name: 'Base address' });
  await base.fill('archive/dicom-web');
  await expect(web).toContainText('an http or https address');
  const test = web.getByRole('button', { name: 'Test archive Web archive' });
  await expect(test).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  await base.fill(`http://127.0.0.1:${archive.httpPort}/dicom-web`);
  const answer = web.getByRole('status');
  await test.click();
  await expect(answer).toContainText(/Does not work.*HTTP 401/);
  const authorizationField = web.getByRole('textbox', { name: 'Authorization file' });
  await authorizationField.fill(join(records.folder, 'none-such'));
  await test.click();
  await expect(answer).toContainText('cannot be read (ENOENT)');
  // Not a line to be sent as a header, and never sent as one.
  writeFileSync(`${authorizationFile}-of-two-lines`, 'Basic\nx');
  await authorizationField.fill(`${authorizationFile}-of-two-lines`);
  await test.click();
  await expect(answer).toContainText('is not one line');
  await authorizationField.fill(authorizationFile);
  await test.click();
  await expect(answer).toContainText(/Works.*dicom-web answers/);
  await expectAccessible(page);
  await expectTouchable(page);
  await keepPicture(page, 'setup-archives');

  await tab('Import and export');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export site.json' }).click()]);
  const exported = join(records.folder, 'exported.json');
  await download.saveAs(exported);
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await expect(page.getByText('No changes')).toBeVisible();
  await page.getByLabel('Import a file').last().setInputFiles(exported);
  await tab('Hospital systems');
  await expect(base).toHaveValue(`http://127.0.0.1:${archive.httpPort}/dicom-web`);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('No changes')).toBeVisible();
  expect(JSON.parse(readFileSync(site, 'utf8')).hospital.archives[2]).toEqual({
    name: 'Web archive',
    stow: `http://127.0.0.1:${archive.httpPort}/dicom-web`,
    authorizationFile,
  });
  expect(readFileSync(site, 'utf8')).not.toContain(authorization);
});

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

  // The record of this procedure goes there by STOW-RS.
  await page.getByRole('button', { name: 'Procedure', exact: true }).click();
  await page.getByLabel('Signed by').fill('Dr. Example');
  await page.getByRole('button', { name: 'Sign off and close' }).click();
  await page.getByRole('button', { name: 'Close it now' }).click();
  await expect(page.getByTestId('workplace')).toHaveText('The procedure has ended and its record is closed');
  await page.getByRole('combobox', { name: 'Archive' }).click();
  await page.getByRole('option', { name: 'Web archive' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByTestId('outbox-job')).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
  const stored = await page.request.get(`http://127.0.0.1:${archive.httpPort}/statistics`, { headers: { authorization } });
  expect(Number((await stored.json()).CountStudies)).toBe(2);
});
