import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeFrame } from '../../native-bridge/sources/dicomDecode.ts';
import { type DicomFile, describeFile, openDicomFile, readFrame } from '../../native-bridge/sources/dicomFile.ts';
import { type BuiltElement, buildPart10, element, encodeRleLiterally, xrayRun } from '../../test-data/dicomBuilder.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-bytes-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const rows = 1024;
const columns = 1024;
const frames = [1, 2, 3].map((seed) => Uint16Array.from({ length: rows * columns }, (_, index) => (index * (2 * seed + 1)) & 4095));
const run = { rows, columns, bitsStored: 12, frames };
const rle = '1.2.840.10008.1.2.5';
const whole = frames.map((frame) => [encodeRleLiterally(frame)]);
const inPieces = frames.map((frame) => {
  const coded = encodeRleLiterally(frame);
  return [coded.subarray(0, 1000), coded.subarray(1000)];
});
const padding: BuiltElement = element(0xfffcfffc, 'OB', new Uint8Array(4000));
const manyTables: BuiltElement = element(0x00420011, 'OB', new Uint8Array(600 * 1024));

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${name.replaceAll(/\W+/g, '-')}.dcm`);
  await writeFile(path, bytes);
  return path;
}

const cellsOf = async (file: DicomFile, index: number) => {
  const coded = await readFrame(file, index);
  if (!coded?.ok) throw new Error('no such frame');
  const decoded = await decodeFrame(coded.value);
  return decoded.ok ? decoded.value.cells : decoded.fault.message;
};

describe('a large file is not read for its header', () => {
  test.each<[what: string, bytes: () => Uint8Array]>([
    ['explicit little endian', () => buildPart10(xrayRun(run))],
    ['implicit little endian', () => buildPart10(xrayRun(run), { transferSyntax: '1.2.840.10008.1.2' })],
    ['big endian', () => buildPart10(xrayRun(run, false), { transferSyntax: '1.2.840.10008.1.2.2' })],
    ['without a preamble', () => buildPart10(xrayRun(run), { preamble: false })],
    ['with a header of half a megabyte and padding behind', () => buildPart10(xrayRun({ ...run, also: [manyTables, padding] }))],
    ['RLE with a table of offsets', () => buildPart10(xrayRun({ ...run, coded: { frames: whole, offsetTable: true } }), { transferSyntax: rle })],
    ['RLE in pieces without a table', () => buildPart10(xrayRun({ ...run, coded: { frames: inPieces, offsetTable: false } }), { transferSyntax: rle })],
  ])('%s: the same description and the same frames as of all its bytes', async (what, make) => {
    const bytes = make();
    const opened = await openDicomFile(await written(what, bytes));
    const expected = describeFile('FILE', bytes);
    if (!opened.ok || !expected.ok) throw new Error('it does not open');
    expect(opened.value.framesOnDisk).toBe(true);
    expect([opened.value.image, opened.value.table]).toEqual([expected.value.image, expected.value.table]);
    for (const index of [0, 2]) {
      const [here, there] = [await cellsOf(opened.value, index), await cellsOf(expected.value, index)];
      expect(Buffer.compare(Buffer.from(here), Buffer.from(there))).toBe(0);
    }
    expect(await readFrame(opened.value, frames.length)).toBeNull();
    // Frames are not kept with the header: only what was read of the last one is held, by whoever asked.
    const [last] = opened.value.table.frames[2] ?? [];
    const from = (last?.offset ?? 0) + 4096;
    expect(opened.value.dataset.bytes.subarray(from, from + 65_536).every((byte) => byte === 0)).toBe(true);
  });

  test.each<[what: string, bytes: () => Uint8Array]>([
    ['a native run cut short', () => buildPart10(xrayRun(run)).subarray(0, -100)],
    [
      'a coded run cut within a frame',
      () => buildPart10(xrayRun({ ...run, coded: { frames: whole, offsetTable: true } }), { transferSyntax: rle }).subarray(0, -100),
    ],
    ['no DICOM at all', () => new Uint8Array(6_000_000).fill(77)],
  ])('%s is refused in the same words', async (what, make) => {
    const path = await written(what, make());
    const opened = await openDicomFile(path);
    const expected = describeFile(path, make());
    expect([opened.ok, opened]).toEqual([false, expected]);
  });

  test('a file that is gone when a frame is wanted is a fault of that frame', async () => {
    const path = await written('gone', buildPart10(xrayRun(run)));
    const opened = await openDicomFile(path);
    await rm(path);
    expect(opened.ok && (await readFrame(opened.value, 1))).toMatchObject({ ok: false, fault: { message: 'can no longer be read from the file' } });
  });
});
