import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const node = join(root, 'node_modules', '.bin', 'node');
const main = join(root, 'native-bridge', 'cli', 'main.ts');
const identity = ['Zimmermann', 'Okonkwo', 'PID-77123', '19511224'];
let folder = '';
const at = (name: string) => join(folder, name);
/** Everything that any command said, as a log would keep it. */
let said = '';

function pedicle(...args: string[]): number | null {
  const env = { ...process.env, HOME: folder, PEDICLE_AUDIT_FILE: at('audit.jsonl') };
  const { status, stdout, stderr } = spawnSync(node, ['--disable-warning=ExperimentalWarning', main, ...args], { encoding: 'utf8', env });
  said += `\n$ ${args[0]}\n${stdout}${stderr}`;
  return status;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-identity-'));
  // Hospitals name folders after patients.
  mkdirSync(at('Zimmermann^Okonkwo'));
  const frames = [0, 1, 2].map((frame) => Uint16Array.from({ length: 64 * 48 }, (_, index) => (index + frame) & 0xfff));
  const also = [element(0x00100010, 'PN', 'Zimmermann^Okonkwo'), element(0x00100020, 'LO', 'PID-77123'), element(0x00100030, 'DA', '19511224')];
  const run = buildPart10(xrayRun({ rows: 48, columns: 64, bitsStored: 12, frames, also }));
  writeFileSync(at('Zimmermann^Okonkwo/run.dcm'), run);
  writeFileSync(at('cut.dcm'), run.subarray(0, run.length - 4000));
  const patient = { kind: 'patient', name: 'Zimmermann^Okonkwo', id: 'PID-77123', birthDate: '1951-12-24' };
  writeFileSync(at('script.json'), JSON.stringify([{ atMs: 0, event: patient }]));
  writeFileSync(at('badScript.json'), JSON.stringify([{ atMs: 0, event: { ...patient, sex: 'unheard of', name: ['Zimmermann'] } }]));
  expect(
    pedicle('run', '--frames-a', `dicom:${at('Zimmermann^Okonkwo')}`, '--script', at('script.json'), '--speed', 'max', '--out', at('record'), '--json'),
    said,
  ).toBe(0);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const holds = (bytes: Buffer) => identity.filter((each) => bytes.includes(Buffer.from(each)) || bytes.includes(Buffer.from(each, 'utf16le')));

test('identity is in telemetry and the summary of a record, and in no other file of it', () => {
  const files = readdirSync(at('record'));
  expect(files).toEqual(expect.arrayContaining(['telemetry.mcap', 'plane-a.mcap', 'summary.json', 'manifest.json']));
  for (const name of files.filter((each) => each !== 'telemetry.mcap' && each !== 'summary.json'))
    expect(holds(readFileSync(join(at('record'), name))), name).toEqual([]);
  expect(pedicle('verify', at('record'))).toBe(0);
});

test('no command says it, whether it works, finds damage or refuses', async () => {
  pedicle('inspect', at('cut.dcm'));
  pedicle('inspect', at('record'));
  pedicle('replay', at('record'), '--json');
  pedicle('export', at('record'), '--out', at('export'), '--csv', '--dicom');
  pedicle('export', at('record'), '--out', at('export'), '--csv');
  expect(pedicle('run', '--frames-a', `dicom:${at('cut.dcm')}`, '--script', at('badScript.json'), '--out', at('never'))).toBe(2);
  await cp(at('record'), at('damaged'), { recursive: true });
  await truncate(join(at('damaged'), 'telemetry.mcap'), Math.floor(statSync(join(at('damaged'), 'telemetry.mcap')).size * 0.6));
  pedicle('verify', at('damaged'));
  pedicle('replay', at('damaged'));
  pedicle('recover', at('damaged'), '--out', at('mended'));
  expect(said.length).toBeGreaterThan(500);
  expect(identity.filter((each) => said.includes(each))).toEqual([]);
}, 120_000);

test('the audit log names records, never who is treated', () => {
  const log = readFileSync(at('audit.jsonl'), 'utf8');
  expect(log).toContain('"record":"record"');
  expect(log).toContain('record-exported');
  expect(identity.filter((each) => log.includes(each))).toEqual([]);
});
