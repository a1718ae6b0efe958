import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { decodeFrame } from '../../native-bridge/sources/dicomDecode.ts';
import { codedFrame, describeFile } from '../../native-bridge/sources/dicomFile.ts';
import { develop, greyTable } from '../../renderer/viewport/develop.ts';
import { firstWindow } from '../../renderer/viewport/window.ts';
import { frameAttributesOf } from '../../src/dicom/frameAttributes.ts';
import { writeUnsigned } from '../../src/dicom/storedValues.ts';
import { type BuiltElement, buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';
import { programPath } from './videoPeers.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-display-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rows = 64;
const columns = 64;
const ramp = Uint16Array.from({ length: rows * columns }, (_, index) => index);
const signedRamp = Int16Array.from(ramp, (value) => value - 2048);
const angiography = element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.12.1');
const secondaryCapture = element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7');
const window = (center: string, width: string) => [element(0x00281050, 'DS', center), element(0x00281051, 'DS', width)];
const voiFunction = (name: string) => element(0x00281056, 'CS', name);
const rescale = [element(0x00281053, 'DS', '2'), element(0x00281052, 'DS', '-100')];
const table = (tag: number, bits: number, outputOf: (input: number) => number) =>
  element(tag, 'SQ', [
    [
      element(0x00283002, 'US', [4096, 0, bits]),
      element(0x00283004, 'LO', 'US'),
      element(
        0x00283006,
        'US',
        Array.from({ length: 4096 }, (_, input) => Math.max(0, Math.min(2 ** bits - 1, Math.round(outputOf(input))))),
      ),
    ],
  ]);

interface Shown {
  readonly also: readonly BuiltElement[];
  readonly signed?: boolean;
  readonly photometric?: string;
  /** DCMTK is told what to apply: the window, unless the file has a table instead. */
  readonly byTable?: boolean;
}
const cases: Readonly<Record<string, Shown>> = {
  'a window': { also: [angiography, ...window('1800', '1200')] },
  'a narrow window': { also: [angiography, ...window('1800', '6')] },
  'a window of one value': { also: [angiography, ...window('1800', '1')] },
  'a sigmoid window': { also: [angiography, ...window('1800', '1200'), voiFunction('SIGMOID')] },
  'a sigmoid window through a rescale': { also: [secondaryCapture, ...window('2000', '1500'), ...rescale, voiFunction('SIGMOID')] },
  'a window of an inverted picture': { also: [angiography, ...window('1800', '1200')], photometric: 'MONOCHROME1' },
  'a rescale of an angiography, which is not for display': { also: [angiography, ...window('2000', '2000'), ...rescale] },
  'a modality table of an angiography, which is not for display': {
    also: [angiography, ...window('2000', '2000'), table(0x00283000, 16, (v) => v * v * 0.003)],
  },
  'a rescale of signed values': { also: [secondaryCapture, ...window('300', '4000'), ...rescale], signed: true },
  'a rescale': { also: [secondaryCapture, ...window('2000', '2000'), ...rescale] },
  'a straight modality table': { also: [secondaryCapture, ...window('20000', '30000'), table(0x00283000, 16, (v) => v * 12)] },
  'a VOI table': { also: [angiography, table(0x00283010, 12, (v) => (v - 1000) * 2)], byTable: true },
  'a VOI table that bends': { also: [angiography, table(0x00283010, 12, (v) => 4095 / (1 + Math.exp((1700 - v) / 250)))], byTable: true },
  'a VOI table that bends twice, of 16 bits': { also: [angiography, table(0x00283010, 16, (v) => 65_535 * (v / 4095) ** 0.4)], byTable: true },
  'a VOI table that falls': { also: [angiography, table(0x00283010, 12, (v) => 4095 - v ** 2 / 4095)], byTable: true },
  'a VOI table of an inverted picture': { also: [angiography, table(0x00283010, 12, (v) => v ** 2 / 4095)], photometric: 'MONOCHROME1', byTable: true },
  'a VOI table of signed values through a rescale': {
    also: [secondaryCapture, element(0x00281053, 'DS', '1'), element(0x00281052, 'DS', '2048'), table(0x00283010, 12, (v) => v ** 2 / 4095)],
    signed: true,
    byTable: true,
  },
};

/** Greys of the first frame as the console shows it before anybody touches the window. */
async function ours(bytes: Uint8Array): Promise<Uint8Array> {
  const file = describeFile('FILE', bytes);
  if (!file.ok) throw new Error(file.fault.message);
  const coded = codedFrame(file.value, 0);
  const decoded = coded && (await decodeFrame(coded));
  if (!decoded?.ok) throw new Error('it does not decode');
  const values = new Uint16Array(rows * columns);
  writeUnsigned(decoded.value, file.value.image, null, values);
  const attributes = frameAttributesOf(file.value.dataset, file.value.image, 0, { frameNumber: 0, frameTimeMs: null, deviceTimeMs: null });
  const range = firstWindow(attributes, values);
  const words = new Uint32Array(values.length);
  develop(
    values,
    greyTable(16, { range, voiFunction: attributes.voiFunction ?? 'LINEAR', inverted: attributes.photometric === 'MONOCHROME1', padding: null }),
    words,
  );
  return Uint8Array.from(words, (word) => word & 255);
}

const without = programPath('dcmj2pnm') === null;
test.skipIf(without).each(Object.entries(cases))(`%s is shown as DCMTK shows it${without ? ' (skipped: dcmj2pnm is not installed)' : ''}`, async (_, shown) => {
  const run = { rows, columns, bitsStored: 12, frames: [shown.signed ? signedRamp : ramp], also: shown.also };
  const bytes = buildPart10(
    xrayRun({ ...run, ...(shown.signed ? { signed: true } : {}), ...(shown.photometric === undefined ? {} : { photometric: shown.photometric }) }),
  );
  const path = join(folder, 'shown.dcm');
  const picture = join(folder, 'shown.pgm');
  writeFileSync(path, bytes);
  const made = spawnSync('dcmj2pnm', ['-q', shown.byTable ? '+Wl' : '+Wi', '1', '+op', path, picture], { encoding: 'utf8' });
  expect(made.stderr).toBe('');
  const theirs = readFileSync(picture).subarray(-rows * columns);
  const mine = await ours(bytes);
  const furthest = mine.reduce((most, grey, index) => Math.max(most, Math.abs(grey - (theirs[index] ?? 0))), 0);
  expect(furthest).toBeLessThanOrEqual(2);
});
