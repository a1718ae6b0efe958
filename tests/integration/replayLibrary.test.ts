import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findRecords } from '../../native-bridge/fleet/library.ts';
import { startReplayPool } from '../../native-bridge/fleet/processPool.ts';
import { jsonOf, pedicle, startPedicle } from './pedicle.ts';
import { recordSimulation } from './simulatedRecord.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-library-'));
const at = (name: string) => join(folder, name);
const library = at('library');
const has = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const hasXmllint = has('xmllint', '--version');
const hasJunitparser = has('/usr/bin/python3', '-c', 'import junitparser');

beforeAll(async () => {
  await recordSimulation(join(library, '2026', 'one'), { seconds: 3 });
  cpSync(join(library, '2026', 'one'), join(library, '2026', 'two'), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function addBroken(): void {
  mkdirSync(join(library, 'broken'), { recursive: true });
  writeFileSync(join(library, 'broken', 'telemetry.mcap'), 'no MCAP file');
}

describe('replay of a library', () => {
  test('identical records: exit status 0, the report in three forms', async () => {
    const ended = await pedicle('replay', library, '--report', at('good'), '--processes', '2', '--json');
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stderr).toMatch(/1\/2 2026\/(one|two): identical\n2\/2 2026\/(one|two): identical\n/);
    expect(jsonOf(ended)).toMatchObject({ identical: true, records: 2, differs: 0, errors: 0, notRun: 0 });
    for (const name of ['junit.xml', 'index.html', 'results.json']) expect(existsSync(join(at('good'), name))).toBe(true);
  });

  test('a record that cannot be read is an error in the report, not a crash: exit status 1', async () => {
    addBroken();
    const ended = await pedicle('replay', library, '--report', at('bad'));
    rmSync(join(library, 'broken'), { recursive: true });
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stdout).toContain('3 records: 2 identical, 1 could not be replayed');
    expect(readFileSync(join(at('bad'), 'junit.xml'), 'utf8')).toMatch(/<error message="[^"]*does not begin like an MCAP file/);
  });

  test('a byte that was changed where no sample stands is told beside the same samples', async () => {
    const touched = join(library, 'touched');
    cpSync(join(library, '2026', 'one'), touched, { recursive: true });
    const telemetry = readFileSync(join(touched, 'telemetry.mcap'));
    const schema = telemetry.indexOf('jsonschema');
    telemetry[schema] = (telemetry[schema] ?? 0) ^ 1;
    writeFileSync(join(touched, 'telemetry.mcap'), telemetry);
    const alone = await pedicle('replay', touched, '--json');
    const ended = await pedicle('replay', library, '--report', at('changed'));
    rmSync(touched, { recursive: true });
    expect([alone.status, ended.status]).toEqual([0, 0]);
    expect(alone.stderr).toContain('was changed since the record was closed');
    expect(readFileSync(join(at('changed'), 'index.html'), 'utf8')).toContain('was changed since the record was closed');
    expect(readFileSync(join(at('changed'), 'junit.xml'), 'utf8')).toMatch(/name="touched"[^>]*>\s*<system-out>[^<]*was changed/);
  });

  test.skipIf(!hasXmllint || !hasJunitparser)('other programs read the JUnit XML: xmllint, junitparser', () => {
    const path = join(at('bad'), 'junit.xml');
    execFileSync('xmllint', ['--noout', path]);
    const script =
      'import sys, junitparser\nfor suite in junitparser.JUnitXml.fromfile(sys.argv[1]):\n  print(suite.tests, suite.failures, suite.errors, len(list(suite)))';
    expect(execFileSync('/usr/bin/python3', ['-c', script, path]).toString().trim()).toBe('3 0 1 3');
  });

  test('Ctrl-C ends with a report of what was done, which says that it is not complete', async () => {
    const running = startPedicle('replay', library, '--report', at('stopped'), '--processes', '1', '--json');
    await new Promise<void>((resolve) => {
      running.child.stderr?.on('data', () => resolve());
    });
    running.child.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.status).toBe(1);
    expect(jsonOf(ended)).toMatchObject({ records: 2, notRun: 1 });
    expect(readFileSync(join(at('stopped'), 'index.html'), 'utf8')).toContain('Not complete.');
  });

  test('a folder without records, and one that is not there, are told in a sentence: exit status 2', async () => {
    mkdirSync(at('empty'), { recursive: true });
    const empty = await pedicle('replay', at('empty'), '--report', at('out'));
    expect(empty).toMatchObject({ status: 2, stdout: '' });
    expect(empty.stderr).toContain('There is no record in');
    const missing = await pedicle('replay', at('nowhere'), '--report', at('out'));
    expect(missing).toMatchObject({ status: 2, stdout: '' });
    expect(missing.stderr).toContain('cannot be read');
  });

  test('records are found at any depth and named with forward slashes, in order', async () => {
    const found = await findRecords(library);
    expect(found.ok && found.value.map(({ name }) => name)).toEqual(['2026/one', '2026/two']);
  });
});

describe('the pool of processes', () => {
  test('a process that dies costs a second try, then that record alone; the others go on', async () => {
    const pool = startReplayPool(1, 2);
    const record = { name: '2026/one', folder: join(library, '2026', 'one') };
    // No path at all: the process throws on it, each time.
    const poison = { name: 'poison', folder: undefined as unknown as string };
    const [broken, good] = await Promise.all([pool.replay(poison, () => undefined), pool.replay(record, () => undefined)]);
    pool.close();
    expect(broken).toMatchObject({ name: 'poison', status: 'error', message: 'Its process ended 2 times while replaying it (exit status 70).' });
    expect(good).toMatchObject({ name: '2026/one', status: 'identical' });
  });
});
