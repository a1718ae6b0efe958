import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openFrameSource } from '../../native-bridge/sources/open.ts';
import type { Source } from '../../native-bridge/sources/source.ts';
import { buildPart10, element, encodeRleLiterally, xrayRun } from '../../test-data/dicomBuilder.ts';
import { sourceContract } from './source.ts';

let folder = '';

/** A ramp that moves on from frame to frame, 12 bits. */
const ramp = (rows: number, columns: number, frame: number) => Uint16Array.from({ length: rows * columns }, (_, index) => (index * 7 + frame * 100) & 0xfff);
const run = { rows: 24, columns: 32, bitsStored: 12, frames: [0, 1, 2, 3, 4].map((frame) => ramp(24, 32, frame)) };
const coded = run.frames.map((frame) => [encodeRleLiterally(frame)]);
const broken = coded.map((fragments, index) => (index === 2 ? [new Uint8Array(70)] : fragments));
const rle = '1.2.840.10008.1.2.5';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-dicom-'));
  const frameTime = element(0x00181063, 'DS', '40');
  await writeFile(join(folder, 'plain.dcm'), buildPart10(xrayRun({ ...run, also: [frameTime] })));
  await writeFile(join(folder, 'rle.dcm'), buildPart10(xrayRun({ ...run, coded: { frames: coded, offsetTable: true } }), { transferSyntax: rle }));
  await writeFile(join(folder, 'damaged.dcm'), buildPart10(xrayRun({ ...run, coded: { frames: broken, offsetTable: true } }), { transferSyntax: rle }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = (file: string) => async (): Promise<Source> => {
  const opened = await openFrameSource(`dicom:${join(folder, file)}`, 'a');
  if (!opened.ok) throw new Error(opened.fault.message);
  return opened.value;
};

sourceContract('an uncompressed DICOM run', open('plain.dcm'));
sourceContract('an RLE run', open('rle.dcm'));
sourceContract('a run with a damaged frame', open('damaged.dcm'));
sourceContract('a run in a loop', open('plain.dcm?loop=1'), { mostEvents: 25 });
