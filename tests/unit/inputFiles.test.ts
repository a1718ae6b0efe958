import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSite } from '../../native-bridge/cli/sessionOptions.ts';
import { readFaultsFile } from '../../native-bridge/sources/faults.ts';
import { readPlanFile, readScriptFile } from '../../native-bridge/sources/script.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plan = { version: 1, level: 'L1', procedure: 'kyphoplasty', planes: { a: {}, b: {} } };

describe.skipIf(process.platform === 'win32')('a file that a shell hands over as a pipe is read once', () => {
  test.each([
    ['plan', readPlanFile, plan],
    ['script', readScriptFile, [{ atMs: 2000, event: { kind: 'stage', stage: 'access' } }]],
    ['site configuration', readSite, { version: 1 }],
    ['timetable of faults', readFaultsFile, [{ fault: 'drop-frames', plane: 'a', fromS: 12, toS: 14 }]],
  ])('%s', async (name, read, content) => {
    const pipe = join(folder, name.replaceAll(' ', '-'));
    execFileSync('mkfifo', [pipe]);
    const [result] = await Promise.all([read(pipe), writeFile(pipe, JSON.stringify(content))]);
    expect(result).toMatchObject({ ok: true });
  });
});
