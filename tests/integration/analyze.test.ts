import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPart10, encodeRleLiterally, xrayRun } from '../../test-data/dicomBuilder.ts';
import { freePort } from './hospitalPeers.ts';
import { pedicle, startPedicle } from './pedicle.ts';

let folder: string;
/** Three frames, and a file that ends after two of its three. */
const [whole, cut] = ['whole.dcm', 'cut.dcm'];
const source = (name: string, query = '') => `dicom:${join(folder, name)}${query}`;
const out = (name: string) => join(folder, 'out', `${name}.jsonl`);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-analyze-'));
  const frames = [0, 1, 2].map((shift) => Uint16Array.from({ length: 64 * 48 }, (_, index) => (index + shift) & 0xfff));
  const run = { rows: 48, columns: 64, bitsStored: 12, frames };
  await writeFile(join(folder, whole), buildPart10(xrayRun(run)));
  const coded = { frames: frames.slice(0, 2).map((frame) => [encodeRleLiterally(frame)]), offsetTable: false };
  await writeFile(join(folder, cut), buildPart10(xrayRun({ ...run, coded }), { transferSyntax: '1.2.840.10008.1.2.5' }));
  await mkdir(join(folder, 'out'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what pedicle analyze writes', () => {
  it('is a line for each frame of a run that was read to its end', async () => {
    expect(await pedicle('analyze', '--frames', source(whole), '--out', out('whole'))).toMatchObject({ status: 0 });
    const lines = (await readFile(out('whole'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).frame)).toEqual([0, 1, 2]);
    await rm(out('whole'));
  });

  it('is a line for each frame that there was, with exit status 1, of a run that broke off', async () => {
    const { status, stderr } = await pedicle('analyze', '--frames', source(whole), '--frames-b', source(cut), '--out', out('cut'));
    expect(stderr).toContain(`pedicle: The frames of plane b broke off after 2 of them; ${out('cut.b')} has only those.`);
    const lines = await Promise.all(['cut', 'cut.b'].map(async (name) => (await readFile(out(name), 'utf8')).trimEnd().split('\n').length));
    expect([status, ...lines]).toEqual([1, 3, 2]);
    for (const name of ['cut', 'cut.b']) await rm(out(name));
  });

  it('is nothing, with exit status 1, when it was stopped', async () => {
    // It goes on for ever, and says at each round that a frame is missing.
    const running = startPedicle('analyze', '--frames', source(cut, '?loop=1'), '--out', out('stopped'));
    while (running.stderr() === '' && running.child.exitCode === null) await sleep(20);
    running.child.kill('SIGINT');
    const { status, stderr } = await running.ended;
    expect(stderr).toContain('pedicle: Stopped before the run had ended; no results were written.\n');
    expect([status, await readdir(join(folder, 'out'))]).toEqual([1, []]);
  });

  it('is nothing of a live source, which is refused in one sentence', async () => {
    const { status, stderr } = await pedicle('analyze', '--frames', `dicom-receive:?port=${await freePort()}`, '--out', out('live'));
    expect(stderr).toMatch(/^pedicle: dicom-receive:.* is live and has no times of its own; .*\.\n$/);
    expect([status, await readdir(join(folder, 'out'))]).toEqual([2, []]);
  });
});
