import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openLogFile } from '../../../electron/logFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('lines stand in the log with their time', () => {
  openLogFile(join(folder, 'logs'))('The bridge ended.\n');
  expect(readFileSync(join(folder, 'logs', 'pedicle.log'), 'utf8')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z The bridge ended\.\n$/);
});

test('a log that cannot be written interrupts nothing, says so once, and goes on when it can be', () => {
  const logs = join(folder, 'later');
  // In the place of the folder there is a file: nothing can be made or written there.
  writeFileSync(logs, '');
  const told: string[] = [];
  const log = openLogFile(logs, (words) => told.push(words));
  for (const line of ['one', 'two', 'three']) expect(() => log(line)).not.toThrow();
  expect(told).toEqual([expect.stringContaining('cannot be written')]);
  rmSync(logs);
  mkdirSync(logs);
  log('four');
  expect(readFileSync(join(logs, 'pedicle.log'), 'utf8')).toMatch(/ four\n$/);
});
