import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import dicomParser from 'dicom-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPart10, xrayRun } from '../../test-data/dicomBuilder.ts';
import { temporaryFolder } from '../unit/recordFixture.ts';
import { pedicle } from './pedicle.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let out: string;
const textOf = (name: string) => readFile(join(out, name), 'utf8');

beforeAll(async () => {
  folder = await temporaryFolder();
  out = join(folder.path, 'out');
  const run = join(folder.path, 'run.dcm');
  const record = join(folder.path, 'record');
  const frames = Array.from({ length: 8 }, (_, frame) => Uint16Array.from({ length: 64 * 64 }, (_, at) => 1000 + ((at * (frame + 3)) % 500)));
  await writeFile(run, buildPart10(xrayRun({ rows: 64, columns: 64, frames })));
  const ran = await pedicle('run', '--frames-a', `dicom:${run}`, '--out', record, '--speed', 'max');
  if (ran.status !== 0) throw new Error(ran.stderr);
  const exported = await pedicle('export', record, '--out', out, '--report', '--dicom', '--video', 'overlay');
  if (exported.status !== 0) throw new Error(exported.stderr);
});
afterAll(() => folder.remove());

describe('what is exported of a run that was recorded before and played again', () => {
  it('says so in the list of what was exported, and in the report on paper, in HTML and in JSON', async () => {
    expect(JSON.parse(await textOf('export.json'))).toMatchObject({ simulated: false, replayed: true });
    expect(JSON.parse(await textOf('report/report.json'))).toMatchObject({ simulated: false, replayed: true });
    expect(await textOf('report/report.html')).toContain('REPLAYED DATA: recorded before and played again.');
  });

  it('says so in the title of the video', async () => {
    expect((await readFile(join(out, 'video/plane-a.mp4'))).includes('Plane A (REPLAY)')).toBe(true);
  });

  it('says so in every DICOM instance', async () => {
    const instances = (await readdir(join(out, 'dicom'))).filter((name) => name.endsWith('.dcm'));
    expect(instances.length).toBeGreaterThan(0);
    for (const name of instances) {
      const dataset = dicomParser.parseDicom(await readFile(join(out, 'dicom', name)));
      expect([name, dataset.string('x00081090')]).toEqual([name, 'Pedicle (replayed procedure)']);
    }
  });
});
