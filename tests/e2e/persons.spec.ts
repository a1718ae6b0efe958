import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { buildPart10, xrayRun } from '../../test-data/dicomBuilder.ts';
import { freePort, has, type RealPeer, scheduledEntry, startOrthanc, startWorklist } from '../integration/hospitalPeers.ts';
import { makeRecordOfVersion, type RunningBridge, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectTouchable, expectWhole, frameMsOf, keepPicture, test, word } from './console.ts';

const records = temporaryRecords();
const folder = join(records.folder, 'records');
const run = join(records.folder, 'run.dcm');
let bridge: RunningBridge | null = null;

/** A small run that goes on for ever, with nothing simulated about it: a slope that moves. The console says REPLAY of what it plays from files. */
function writeRun(): void {
  const frames = Array.from({ length: 8 }, (_, shift) => Uint16Array.from({ length: 96 * 96 }, (_pixel, index) => ((index % 96) * 32 + shift * 40) & 0xfff));
  writeFileSync(run, buildPart10(xrayRun({ rows: 96, columns: 96, bitsStored: 12, frames })));
}

const worklistEntry = scheduledEntry({
  accession: 'ACC7',
  name: 'Table^Anna',
  id: 'T-77',
  sex: 'F',
  study: '1.2.77',
  description: 'Kyphoplasty L1',
  stepDescription: 'Kyphoplasty L1',
  step: 'SPS7',
  requested: 'RP7',
});

test.describe.configure({ timeout: 240_000 });
test.beforeAll(() => mkdirSync(folder));
test.afterEach(async ({ page }) => {
  await page.goto('about:blank');
  await bridge?.stop();
  bridge = null;
});
test.afterAll(() => records.remove());

/** Signs, closes the procedure and stores it on the archive, until the archive has committed it. */
async function closeAndSend(page: Page, signedBy: string): Promise<void> {
  await page.getByRole('button', { name: 'Procedure', exact: true }).click();
  await page.getByLabel('Signed by').fill(signedBy);
  await page.getByRole('button', { name: 'Sign off and close' }).click();
  await page.getByRole('button', { name: 'Close it now' }).click();
  await expect(page.getByTestId('workplace')).toHaveText('The procedure has ended and its record is closed');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const job = page.getByTestId('outbox-job').first();
  await expect(job).toHaveAttribute('data-state', 'done', { timeout: 120_000 });
  await expect(job).toContainText('stored and committed');
}

test.describe('with a worklist and an archive', () => {
  test.skip(!has('wlmscpfs') || !has('Orthanc'), "needs Orthanc and DCMTK's wlmscpfs");
  let worklist: RealPeer;
  let archive: Awaited<ReturnType<typeof startOrthanc>>;
  const site = join(records.folder, 'site.json');

  test.beforeAll(async () => {
    writeRun();
    const station = await freePort();
    worklist = await startWorklist('RIS', [worklistEntry]);
    archive = await startOrthanc(station);
    const hospital = {
      station: { port: station },
      outboxFolder: join(records.folder, 'outbox'),
      worklist: { host: '127.0.0.1', port: worklist.port, ae: 'RIS' },
      archives: [{ name: 'Archive', host: '127.0.0.1', port: archive.port, ae: 'ARCHIVE' }],
    };
    writeFileSync(site, JSON.stringify({ version: 1, hospital, sources: { framesA: `dicom:${run}?loop=1`, injector: 'none:' } }));
  });
  test.afterAll(async () => {
    await worklist?.stop();
    await archive?.stop();
  });

  test('the technologist goes from the first click to the committed record: sources and hospital tried, patient of the worklist, plan, lots, closing, sending', async ({
    page,
  }) => {
    bridge = await startBridge(folder, ['--site', site]);
    await page.goto(bridge.url);
    await expect(word(page, 'a')).toHaveText('REPLAY', { timeout: 30_000 });
    await expect(page.locator('.plane .simulated')).toHaveCount(0);

    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Setup' }).click();
    await page.getByRole('tab', { name: 'Hospital systems' }).click();
    await page.getByRole('button', { name: 'Test worklist' }).click();
    await page.getByRole('button', { name: 'Test archive Archive' }).click();
    await expect(page.getByText(/Works/)).toHaveCount(2);

    await page.getByRole('button', { name: 'Procedure', exact: true }).click();
    await page.getByRole('button', { name: 'Pick Table, Anna' }).click();
    await expect(page.getByTestId('patient')).toContainText('T-77');
    await expect(page.getByTestId('patient')).toContainText('ACC7');
    await expectAccessible(page);
    await keepPicture(page, 'worklist');
    await page.getByRole('combobox', { name: 'Device or product' }).fill('Balloon 15/3');
    await page.getByRole('textbox', { name: 'Lot' }).first().fill('L-7');
    await page.getByRole('button', { name: 'Record device' }).click();
    await expect(page.getByTestId('devices')).toContainText('L-7');

    await page.getByRole('button', { name: /^Live/ }).click();
    await expect(page.locator('.who')).toContainText('Table, Anna');
    await page.keyboard.press('p');
    await page.getByLabel('Level').fill('L1');
    const layer = page.getByTestId('plan-a');
    await layer.click({ position: { x: 500, y: 250 } });
    await layer.click({ position: { x: 650, y: 380 } });
    await page.getByRole('button', { name: 'Record plan' }).click();
    await expect(page.getByText('Plan recorded')).toBeVisible();
    await expect(page.locator('.where')).toContainText('L1');

    await closeAndSend(page, 'R. Technologist');
    await expectAccessible(page);
    await keepPicture(page, 'sent');

    const answer = await page.request.get(`http://127.0.0.1:${archive.httpPort}/patients?expand`);
    const [patient] = (await answer.json()) as readonly { readonly MainDicomTags: Readonly<Record<string, string>> }[];
    expect(patient?.MainDicomTags).toMatchObject({ PatientID: 'T-77', PatientName: 'Table^Anna' });
  });

  test('the radiologist picks the patient, then needs one hand and no mouse, and signs a record whose marks and leak the archive has', async ({ page }) => {
    bridge = await startBridge(folder, ['--site', site]);
    await page.goto(bridge.url);
    await expect(word(page, 'a')).toHaveText('REPLAY', { timeout: 30_000 });
    await page.getByRole('button', { name: 'Procedure', exact: true }).click();
    await page.getByRole('button', { name: 'Pick Table, Anna' }).click();
    await expect(page.getByTestId('patient')).toContainText('T-77');
    await page.getByRole('button', { name: /^Live/ }).click();
    await withOneHand(page);
    await closeAndSend(page, 'Dr. R. Adiologist');
    const answer = await page.request.post(`http://127.0.0.1:${archive.httpPort}/tools/find`, {
      data: { Level: 'Instance', Query: { SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.40' } },
    });
    const logs = (await answer.json()) as readonly string[];
    const contents = await Promise.all(
      logs.map(async (id) => (await page.request.get(`http://127.0.0.1:${archive.httpPort}/instances/${id}/simplified-tags`)).text()),
    );
    expect(contents.filter((log) => /disc above|disc-superior/i.test(log))).toHaveLength(1);
  });

  test('QA finds a record of an earlier version, a moment in it, replays it to the bit, runs it again with another injector and a fault, compares the two versions, exports, cancels and sends', async ({
    page,
  }) => {
    const earlier = '0.0.9-earlier';
    makeRecordOfVersion(join(folder, 'earlier'), earlier);
    bridge = await startBridge(folder, ['--site', site]);
    await page.goto(bridge.url);
    await expect(word(page, 'a')).toHaveText('REPLAY', { timeout: 30_000 });
    await page.getByRole('button', { name: 'Review', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Open earlier' })).toBeVisible();
    const listed = await page.getByRole('row').count();
    await page.getByRole('textbox', { name: 'Search' }).fill('kyphoplasty simulated');
    await expect(page.getByRole('row')).toHaveCount(2);
    await page.getByRole('button', { name: 'Open earlier' }).click();
    await expect(word(page, 'a')).toHaveText('REPLAY');
    await expect(page.locator('.who')).toContainText('SIMULATED, PATIENT');
    await lookAtMoment(page);

    await page.getByRole('button', { name: 'Export and send' }).click();
    const dialog = page.getByRole('dialog');
    await replayAndRunAgain(page, dialog);
    await exportAndCancel(page, dialog);
    await sendOpenRecord(page, dialog);
    const answer = await page.request.get(`http://127.0.0.1:${archive.httpPort}/patients?expand`);
    const patients = (await answer.json()) as readonly { readonly MainDicomTags: Readonly<Record<string, string>> }[];
    expect(patients.map(({ MainDicomTags }) => MainDicomTags.PatientID)).toContain('SIM-0001');

    await dialog.getByRole('button', { name: /^Compare with / }).click();
    const sides = page.locator('.compare-side');
    await expect(sides).toHaveCount(2);
    // Both have their picture when both say from where it was taken.
    for (const side of await sides.all()) await expect(side).toContainText('SID', { timeout: 30_000 });
    await expect(sides.first()).toContainText(earlier);
    await expect(sides.last()).not.toContainText(earlier);
    // What guidance said of both frames, once it has been read.
    await expect(page.getByRole('row', { name: /^Needle off plan/ })).toHaveText(/Needle off plan °\d+\.\d\d+\.\d0\.0/, { timeout: 30_000 });
    await expectAccessible(page);
    await expectTouchable(page);
    await keepPicture(page, 'compare');
    await page.getByRole('button', { name: 'End comparison' }).click();
    await expect(sides).toHaveCount(0);
    // The one that was made stands beside the first in the list.
    await page.getByRole('button', { name: 'All records' }).click();
    await expect(page.getByRole('row')).toHaveCount(listed + 1);
  });
});

/** What the radiologist presses from where they stand; each comes back from the record before it counts. */
async function withOneHand(page: Page): Promise<void> {
  const said = async (key: string, words: string | RegExp) => {
    await page.keyboard.press(key);
    await expect(page.locator('.notice')).toHaveText(words);
  };
  await said('Space', 'Mark recorded');
  await said('s', /Frame of Plane A stored/);
  await said('r', 'New reference');
  await page.keyboard.press('l');
  await expect(word(page, 'a')).toHaveText('HOLD');
  await page.keyboard.press('l');
  await expect(word(page, 'a')).toHaveText('REPLAY');
  await page.keyboard.press('m');
  await expect(page.getByTestId('roadmap-a')).toBeVisible();
  await page.keyboard.press('m');
  await page.keyboard.press('k');
  await said('3', 'Leak recorded: disc above');
  await said('c', 'Cement clock started');
  await expect(page.getByTestId('number-clock').locator('.number-value')).toHaveText(/^\d+:\d\d$/);
  await said('Enter', 'Stage: Cavity');
  await said('u', 'Stage: Access');
  await expect(page.getByTestId('recording')).toContainText('REC');
}

/** A click on an event, frames by keys, a bookmark with words, a loop. */
async function lookAtMoment(page: Page): Promise<void> {
  const events = page.getByRole('region', { name: 'Events' });
  await events.getByRole('textbox', { name: 'Find an event' }).fill('injection');
  await expect(events.getByRole('button')).toHaveCount(1);
  await events.getByRole('button', { name: /Injection/ }).click();
  await expect.poll(() => frameMsOf(page, 'a')).toBeGreaterThan(30_000);
  const position = page.getByTestId('position');
  const before = (await position.textContent()) ?? '';
  await page.keyboard.press('ArrowRight');
  await expect(position).not.toHaveText(before);
  await page.keyboard.press('b');
  await page.getByRole('textbox', { name: /^Bookmark at/ }).fill('cement begins');
  await page.getByRole('textbox', { name: /^Bookmark at/ }).blur();
  await page.keyboard.press('l');
  await expect(page.getByRole('button', { name: 'Loop: end here (L)' })).toBeVisible();
  const loopStart = (await position.textContent()) ?? '';
  await page.keyboard.press('Shift+ArrowRight');
  await expect(position).not.toHaveText(loopStart);
  await page.keyboard.press('l');
  await expect(page.getByRole('button', { name: 'End the loop (L)' })).toBeVisible();
  await page.keyboard.press('l');
  await expectAccessible(page);
  await page.setViewportSize({ width: 1366, height: 768 });
  await expectTouchable(page);
  await expectWhole(page);
}

async function replayAndRunAgain(page: Page, dialog: Locator): Promise<void> {
  await dialog.getByRole('button', { name: 'Replay and compare' }).click();
  const replay = page.getByTestId('job').filter({ hasText: 'Replay' });
  await expect(replay).toHaveAttribute('data-state', 'done', { timeout: 120_000 });
  await expect(replay).toContainText(/identical/i);
  await dialog.getByRole('combobox', { name: 'Injector' }).click();
  await page.getByRole('option', { name: 'Simulated balloon rupture' }).click();
  await dialog.getByRole('textbox', { name: 'At' }).fill('12');
  await dialog.getByRole('button', { name: 'Add fault' }).click();
  await expect(dialog.getByRole('list', { name: 'Faults on the way' })).toContainText('frames do not arrive, 12–');
  await dialog.getByRole('button', { name: 'Run again', exact: true }).click();
  await expect(page.getByTestId('job').filter({ hasText: 'Run again' })).toHaveAttribute('data-state', 'done', { timeout: 120_000 });
}

async function exportAndCancel(page: Page, dialog: Locator): Promise<void> {
  const exports = page.getByTestId('job').filter({ hasText: 'Export' });
  await dialog.getByText('Video with overlay').click();
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(exports.getByRole('progressbar')).toBeVisible();
  await exports.getByRole('button', { name: 'Cancel' }).click();
  await expect(exports).toHaveAttribute('data-state', 'cancelled', { timeout: 30_000 });
  await dialog.getByText('Video with overlay').click();
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.locator('[data-testid="job"][data-state="done"]').filter({ hasText: 'Export' })).toBeVisible({ timeout: 120_000 });
}

async function sendOpenRecord(page: Page, dialog: Locator): Promise<void> {
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  const job = page.getByTestId('outbox-job').first();
  await expect(job).toHaveAttribute('data-state', 'done', { timeout: 120_000 });
  await expectAccessible(page);
  await expectTouchable(page);
}
