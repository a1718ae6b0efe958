import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { freePort } from '../integration/hospitalPeers.ts';
import { type RunningBridge, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectTouchable, expectWhole, keepPicture, plane, test, word } from './console.ts';

const records = temporaryRecords();
let bridge: RunningBridge;

test.beforeAll(async () => {
  const site = join(records.folder, 'site.json');
  const nobody = { host: '127.0.0.1', port: await freePort(), ae: 'RIS' };
  writeFileSync(site, JSON.stringify({ version: 1, hospital: { outboxFolder: join(records.folder, 'outbox'), worklist: nobody } }));
  const frames = 'sim:quiet?size=256&fps=4&repeat=30';
  bridge = await startBridge(join(records.folder, 'records'), ['--site', site, '--frames-a', frames, '--injector', 'none:']);
});
test.afterEach(({ page }) => page.goto('about:blank'));
test.afterAll(async () => {
  await bridge.stop();
  records.remove();
});

type Message = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** The console against the real bridge, some of whose messages say something else, or never come (null). */
async function openWith(page: Page, change: (message: Message) => Message | null): Promise<void> {
  await page.routeWebSocket(/./, (route) => {
    const server = route.connectToServer();
    server.onMessage((message) => {
      const changed = change(JSON.parse(String(message)) as Message);
      if (changed) route.send(JSON.stringify(changed));
    });
  });
  await page.setViewportSize({ width: 1366, height: 768 });
  await page.goto(bridge.url);
}

async function expectWell(page: Page): Promise<void> {
  await expectAccessible(page);
  await expectTouchable(page);
  await expectWhole(page);
}

test('while sources and record are opened, Live and Procedure say so, and there is nothing to press that could not be recorded', async ({ page }) => {
  await openWith(page, (message) => {
    if (message.kind === 'hello') return { ...message, session: null, status: null, samples: [] };
    if (message.kind === 'workplace') return { ...message, workplace: { ...(message.workplace as object), state: 'beginning' } };
    return message.kind === 'status' || message.kind === 'samples' ? null : message;
  });
  await expect(page.getByText('Starting: the pictures come in a moment')).toBeVisible();
  await expect(page.getByTestId('action-mark')).toHaveCount(0);
  await expectWell(page);
  await keepPicture(page, 'starting');
  await page.getByRole('button', { name: 'Procedure', exact: true }).click();
  await expect(page.getByTestId('workplace')).toHaveText('Beginning: opening the sources and the record …');
  await expect(page.getByRole('button', { name: 'Begin procedure' })).toBeDisabled();
  await expectWell(page);
});

test('a record that fails and a source that is gone are told in the header, over the picture and under Procedure, with what to do', async ({ page }) => {
  const why = 'The disk is full: free space on it; recording goes on by itself.';
  await openWith(page, (message) => {
    const status = message.status as { recording: object; planes: { a: object } } | undefined;
    if (!status) return message;
    const recording = { ...status.recording, state: 'failed', message: why };
    return { ...message, status: { ...status, recording, planes: { a: { ...status.planes.a, state: 'lost' } } } };
  });
  await expect(page.getByTestId('recording')).toHaveText('NOT RECORDING');
  await expect(word(page, 'a')).toHaveText('NO SIGNAL');
  await expect(page.locator('.plane .why')).toHaveText('The source is gone: check the cable and the C-arm');
  await expectWell(page);
  await keepPicture(page, 'not-recording');
  await page.getByRole('button', { name: 'Procedure', exact: true }).click();
  await expect(page.getByTestId('workplace')).toHaveText('The procedure is running and NOT recorded');
  await expect(page.getByText(why)).toBeVisible();
  await expect(page.getByText('lost', { exact: true })).toBeVisible();
  // The worklist of this site is not there either.
  await page.getByRole('button', { name: 'Ask the worklist' }).click();
  await expect(page.getByRole('alert').filter({ hasText: /orklist/ })).toBeVisible();
  await expectWell(page);
});

test('with the next session the pictures begin anew: no frame of the patient before stands until the first new one', async ({ page }) => {
  let begin = (_laterByMs: number) => {};
  await page.routeWebSocket(/./, (route) => {
    route.connectToServer().onMessage((said) => {
      route.send(said);
      const hello = JSON.parse(String(said)) as Message;
      if (hello.kind !== 'hello') return;
      const session = hello.session as { readonly startedAtEpochMs: number };
      begin = (laterByMs) => route.send(JSON.stringify({ ...hello, session: { ...session, startedAtEpochMs: session.startedAtEpochMs + laterByMs } }));
    });
  });
  await page.goto(bridge.url);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  await page.goto(new URL('/?view=pictures', bridge.url).href);
  await expect(page.locator('.header')).toHaveCount(0);
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  // The new session's first frame is long in coming.
  await page.route('**/api/live/**', () => {});
  begin(60_000);
  await expect(word(page, 'a')).toHaveText('NO SIGNAL');
  await expect(plane(page, 'a')).not.toHaveAttribute('data-seq');
});

test('lists that are still being read say what is read', async ({ page }) => {
  await openWith(page, (message) => (message.kind === 'records' || message.kind === 'prior-series' ? null : message));
  await expect(word(page, 'a')).toHaveText('LIVE', { timeout: 30_000 });
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByText('Reading the list of records')).toBeVisible();
  await expectWell(page);
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Prior images' }).click();
  await expect(page.getByText('Looking through the folder of prior images')).toBeVisible();
  await expectWell(page);
});
