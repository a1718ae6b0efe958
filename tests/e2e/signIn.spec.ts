import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { makeRecord, type RunningBridge, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectAccessible, expectWhole, keepPicture, test } from './console.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const records = temporaryRecords();
let bridge: RunningBridge;
const home = process.env.HOME;

test.beforeAll(async () => {
  // The list of users and the audit log are in the home folder.
  process.env.HOME = records.folder;
  mkdirSync(join(records.folder, 'Pedicle'));
  writeFileSync(join(records.folder, 'password'), 'a password of some length\n');
  const args = ['native-bridge/cli/main.ts', 'user', 'put', 'quinn', '--role', 'qa', '--password-file', join(records.folder, 'password')];
  const put = spawnSync(join(root, 'node_modules', '.bin', 'node'), args, { cwd: root, encoding: 'utf8' });
  expect(put.status, put.stderr).toBe(0);
  makeRecord(join(records.folder, 'records', 'procedure'), 'kyphoplasty');
  const site = join(records.folder, 'site.json');
  writeFileSync(site, JSON.stringify({ version: 1, protection: { signIn: true } }));
  bridge = await startBridge(join(records.folder, 'records'), ['--site', site, '--frames-a', 'sim:quiet?size=256', '--injector', 'sim:quiet']);
});
test.afterEach(({ page }) => page.goto('about:blank'));
test.afterAll(async () => {
  await bridge?.stop();
  process.env.HOME = home;
  records.remove();
});

test('a locked console shows the running picture, refuses records, and opens them to whoever signs in', async ({ page }) => {
  await page.goto(bridge.url);
  await expect(page.getByTestId('recording')).toBeVisible();
  await expect(page.getByTestId('locked')).toBeVisible();
  await expect(page.getByLabel('Password')).toHaveCount(0);
  await expectWhole(page);
  await page.getByRole('button', { name: 'Review' }).click();
  await expect(page.getByText('Sign in to see the records.')).toBeVisible();
  await expectAccessible(page);
  await keepPicture(page, 'sign-in');
  await page.getByLabel('User name').fill('quinn');
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('User name or password is wrong.')).toBeVisible();
  await page.getByLabel('Password').fill('a password of some length');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByTestId('signed-in')).toContainText('quinn');
  // The list comes by itself.
  await page
    .getByRole('button', { name: /^Open / })
    .last()
    .click();
  await expect(page.getByTestId('word-a')).toHaveText('REPLAY');
  await page.getByRole('button', { name: 'Lock' }).click();
  // Nothing of the record stays under the form, and it is no dead one after signing in.
  await expect(page.getByText('Sign in to see the records.')).toBeVisible();
  await expect(page.getByTestId('word-a')).toHaveCount(0);
  await page.getByLabel('User name').fill('quinn');
  await page.getByLabel('Password').fill('a password of some length');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('button', { name: /^Open / }).last()).toBeVisible();
  await page.getByRole('button', { name: 'Live' }).click();
  await expectWhole(page);
  await page.getByRole('button', { name: 'Lock' }).click();
  await expect(page.getByTestId('locked')).toBeVisible();
  await expect(page.getByTestId('recording')).toBeVisible();
});
