import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { jsonOf, pedicle } from './pedicle.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-limits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, json: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(json));
  return path;
}

/** The alarms of a simulated kyphoplasty, played without a window, and the plan that its record keeps. */
async function ran(name: string, ...args: readonly string[]) {
  const record = join(folder, name);
  const ended = await pedicle('run', '--injector', 'sim:kyphoplasty?duration=60', ...args, '--out', record, '--speed', 'max', '--json');
  const { alarms } = jsonOf(ended) as { readonly alarms: readonly { readonly id: string }[] };
  return { alarms: alarms.map(({ id }) => id), plan: () => JSON.parse(readFileSync(join(record, 'plan.json'), 'utf8')) as unknown };
}

const site = written('site.json', { version: 1, limits: { cementVolumeMl: 0.5, balloonVolumeMl: 1 } });

test('limits of the site hold in a session without a window, from its start', async () => {
  expect((await ran('none')).alarms).not.toContain('cement-volume-high');
  expect((await ran('sites', '--site', site)).alarms).toEqual(expect.arrayContaining(['cement-volume-high', 'balloon-volume-high']));
});

test('a plan comes before them where it gives a limit of its own, and the record keeps the limits that applied', async () => {
  const plan = written('plan.json', { version: 1, planes: {}, limits: { balloonVolumeMl: 6 } });
  const { alarms, plan: kept } = await ran('plans', '--site', site, '--plan', plan);
  expect(alarms).toContain('cement-volume-high');
  expect(alarms).not.toContain('balloon-volume-high');
  expect(kept()).toMatchObject({ limits: { cementVolumeMl: 0.5, balloonVolumeMl: 6 } });
});
