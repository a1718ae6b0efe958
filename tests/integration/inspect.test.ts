import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFrameSource } from '../../native-bridge/sources/open.ts';
import type { SourceEvent } from '../../native-bridge/sources/source.ts';
import { buildPart10, element, encodeRleLiterally, xrayRun } from '../../test-data/dicomBuilder.ts';

let folder = '';
const frames = [0, 1, 2].map((frame) => Uint16Array.from({ length: 35 }, (_, index) => index * 50 + frame));
const run = { rows: 5, columns: 7, bitsStored: 12, frames };
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-inspect-'));
  const whole = buildPart10(xrayRun({ ...run, also: [element(0x00181063, 'DS', '66.5'), element(0x00181510, 'DS', '-12')] }));
  await writeFile(at('run.dcm'), whole);
  await writeFile(at('cut.dcm'), whole.subarray(0, whole.length - 20));
  await writeFile(at('empty.dcm'), '');
  await writeFile(at('text.dcm'), 'Not a DICOM file at all.');
  await writeFile(at('report.dcm'), buildPart10([element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.88.11')]));
  await mkdir(at('none'));
  await mkdir(at('series'));
  // Names and instance numbers in opposite order, a report and another series beside them.
  for (const [index, frame] of frames.entries()) {
    const also = [element(0x0020000e, 'UI', '1.2.3'), element(0x00200013, 'IS', String(index + 1)), element(0x00080033, 'TM', `12000${index}.500`)];
    await writeFile(at(`series/${9 - index}.dcm`), buildPart10(xrayRun({ ...run, frames: [frame], also })));
  }
  await writeFile(at('series/report.dcm'), buildPart10([element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.88.11')]));
  await writeFile(at('series/other.dcm'), buildPart10(xrayRun({ ...run, also: [element(0x0020000e, 'UI', '1.2.4')] })));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sha256 = (frame: Uint16Array | undefined) =>
  createHash('sha256')
    .update(new Uint8Array(frame?.buffer ?? new ArrayBuffer(0)))
    .digest('hex');

function inspect(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['native-bridge/cli/main.ts', 'inspect', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('inspect --json prints one object that says what the file holds', () => {
  const { status, stdout } = inspect('--json', at('run.dcm'));
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    kind: 'frames',
    sopClass: '1.2.840.10008.5.1.4.1.1.12.2',
    transferSyntax: '1.2.840.10008.1.2.1',
    rows: 5,
    columns: 7,
    frames: 3,
    bitsAllocated: 16,
    bitsStored: 12,
    samplesPerPixel: 1,
    photometric: 'MONOCHROME2',
    frameTimeMs: 66.5,
    geometry: { primaryAngleDeg: -12, secondaryAngleDeg: null, sidMm: null, sodMm: null, imagerPixelSpacingMm: null },
    firstFrameSha256: sha256(frames[0]),
    lastFrameSha256: sha256(frames[2]),
  });
});

test('inspect of a folder is of its largest series, in order of the instances, and says what is left out', () => {
  const { stdout, stderr } = inspect('--json', at('series'));
  expect(JSON.parse(stdout)).toMatchObject({ frames: 3, firstFrameSha256: sha256(frames[0]), lastFrameSha256: sha256(frames[2]) });
  expect(stderr).toMatch(/1 other series, which is not played/);
});

test('a damaged last frame is said, and the checksum is of the one before it', async () => {
  const coded = frames.map((frame, index) => [index === 2 ? new Uint8Array(64) : encodeRleLiterally(frame)]);
  await writeFile(at('end.dcm'), buildPart10(xrayRun({ ...run, coded: { frames: coded, offsetTable: true } }), { transferSyntax: '1.2.840.10008.1.2.5' }));
  const { status, stdout, stderr } = inspect('--json', at('end.dcm'));
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ frames: 3, lastFrameSha256: sha256(frames[1]) });
  expect(stderr).toMatch(/frame 3 is damaged.* The checksum is of frame 2\./);
});

describe('what cannot be read is one sentence, exit status 2 and nothing on standard output', () => {
  test.each([
    ['nowhere.dcm', /There is no file or folder .*nowhere\.dcm: check the path/],
    ['empty.dcm', /empty\.dcm is empty/],
    ['text.dcm', /text\.dcm is not a DICOM file/],
    ['report.dcm', /holds no pixel data: it is a structured report/],
    ['cut.dcm', /is cut short: its 3 frames need 210 bytes of pixel data and 190 are there/],
    ['none', /holds no DICOM file with frames \(0 files looked at\)/],
  ])('%s', (name, sentence) => {
    const { status, stdout, stderr } = inspect('--json', at(name));
    expect({ status, stdout, lines: stderr.trim().split('\n').length }).toEqual({ status: 2, stdout: '', lines: 1 });
    expect(stderr).toMatch(sentence);
  });
});

async function play(uri: string): Promise<readonly SourceEvent[]> {
  const opened = await openFrameSource(uri, 'b');
  if (!opened.ok) throw new Error(opened.fault.message);
  const events: SourceEvent[] = [];
  for await (const event of opened.value.events(new AbortController().signal)) events.push(event);
  return events;
}

test('a series plays at the times at which its instances were taken', async () => {
  const events = await play(`dicom:${at('series')}`);
  const played = events.flatMap((event) => (event.topic === '/plane/b/frame' ? [[event.atMs, event.data.attributes.frameNumber, event.data.pixels[0]]] : []));
  expect(played).toEqual([
    [0, 0, 0],
    [1000, 1, 1],
    [2000, 2, 2],
  ]);
});

test('a damaged frame in a run is a gap and a notice, and the run goes on', async () => {
  const coded = frames.map((frame, index) => [index === 1 ? new Uint8Array(64) : encodeRleLiterally(frame)]);
  await writeFile(at('damaged.dcm'), buildPart10(xrayRun({ ...run, coded: { frames: coded, offsetTable: false } }), { transferSyntax: '1.2.840.10008.1.2.5' }));
  const events = await play(`dicom:${at('damaged.dcm')}`);
  expect(events.map((event) => event.topic)).toEqual(['/device', '/plane/b/frame', '/gap', '/device', '/plane/b/frame', '/device']);
  expect(events[2]?.data).toEqual({ kind: 'frames-missing', plane: 'b', fromFrame: 1, toFrame: 1 });
  expect(events[3]?.data).toMatchObject({ state: 'notice', message: expect.stringMatching(/^Frame 2 is damaged/) });
});
