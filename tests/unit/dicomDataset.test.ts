import { deflateRawSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inflateRaw } from '../../native-bridge/sources/dicomDecode.ts';
import { describeFile } from '../../native-bridge/sources/dicomFile.ts';
import { parseDataset } from '../../src/dicom/dataset.ts';
import { describeImage, tags } from '../../src/dicom/image.ts';
import { itemsOf, numberOf, numbersOf, textOf } from '../../src/dicom/values.ts';
import { buildDataset, buildPart10, element, join, xrayRun } from '../../test-data/dicomBuilder.ts';

const implicit = '1.2.840.10008.1.2';
const explicit = '1.2.840.10008.1.2.1';
const bigEndian = '1.2.840.10008.1.2.2';
const deflated = '1.2.840.10008.1.2.1.99';

const frame = Uint16Array.from({ length: 12 }, (_, index) => index * 300);
const runFor = (transferSyntax: string) => xrayRun({ rows: 3, columns: 4, frames: [frame], bitsStored: 12 }, transferSyntax !== bigEndian);

/** An explicit element with a length of 32 bits, whatever its representation. */
function longElement(tag: number, vr: string, value: Uint8Array): Uint8Array {
  const [group, number] = [tag >>> 16, tag & 0xffff];
  const head = [group & 0xff, group >> 8, number & 0xff, number >> 8, vr.charCodeAt(0), vr.charCodeAt(1), 0, 0];
  return join([Uint8Array.from(head), new Uint8Array(Uint32Array.of(value.length).buffer), value]);
}

function parsed(bytes: Uint8Array) {
  const result = parseDataset(bytes, inflateRaw);
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

describe('reading a file', () => {
  test.each([implicit, explicit, bigEndian, deflated])('rows and columns come out of transfer syntax %s', (transferSyntax) => {
    const dataset = parsed(buildPart10(runFor(transferSyntax), { transferSyntax }));
    expect(dataset.transferSyntaxUid).toBe(transferSyntax);
    expect(numberOf(dataset, tags.rows, 'US')).toBe(3);
    expect(numberOf(dataset, tags.columns, 'US')).toBe(4);
    expect(dataset.damage).toBeNull();
  });

  test.each([implicit, explicit, bigEndian])('a bare dataset in %s is read without preamble and meta information', (transferSyntax) => {
    const dataset = parsed(buildPart10(runFor(transferSyntax), { transferSyntax, preamble: false, meta: false }));
    expect(dataset.transferSyntaxUid).toBeNull();
    expect(dataset.transferSyntax?.uid).toBe(transferSyntax);
    expect(numberOf(dataset, tags.rows, 'US')).toBe(3);
  });

  test('meta information without preamble is read', () => {
    expect(parsed(buildPart10(runFor(explicit), { preamble: false })).transferSyntaxUid).toBe(explicit);
  });

  test('a dataset that is not encoded as declared is read as it is', () => {
    const file = buildPart10([], { transferSyntax: explicit });
    const body = buildDataset(runFor(implicit), { explicitVr: false, littleEndian: true });
    const dataset = parsed(new Uint8Array([...file, ...body]));
    expect(dataset.explicitVr).toBe(false);
    expect(numberOf(dataset, tags.columns, 'US')).toBe(4);
  });

  test('numbers are read whatever value representation the writer gave them', () => {
    const dataset = parsed(buildPart10([element(0x00181063, 'FD', [40.5]), element(0x00280010, 'IS', '512'), element(0x00281050, 'DS', '1,5\\2')]));
    expect(numberOf(dataset, 'x00181063', 'text')).toBe(40.5);
    expect(numberOf(dataset, 'x00280010', 'US')).toBe(512);
    expect(numbersOf(dataset, 'x00281050', 'text')).toEqual([1.5, 2]);
  });

  test.each([
    ['zeros', new Uint8Array(37)],
    ['text', new TextEncoder().encode('appended by something else')],
    ['ones', new Uint8Array(64).fill(255)],
  ])('%s behind the dataset do it no harm', (_, tail) => {
    const described = describeFile('FILE', new Uint8Array([...buildPart10(runFor(explicit)), ...tail]));
    expect(described.ok && described.value.table.frames).toHaveLength(1);
  });

  test('an element of undefined length that never ends hides no pixels behind it', () => {
    const bad = Uint8Array.of(0x09, 0, 0x01, 0x10, 0x55, 0x4e, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4);
    const [before, behind] = [runFor(explicit).filter((entry) => entry.tag < 0x7fe00010), runFor(explicit).filter((entry) => entry.tag >= 0x7fe00010)];
    const described = describeFile('FILE', new Uint8Array([...buildPart10(before), ...bad, ...buildDataset(behind)]));
    expect(described.ok && described.value.table.frames).toHaveLength(1);
  });

  test('a private syntax whose pixels are as long as uncompressed ones is read as such', () => {
    const described = describeFile('FILE', buildPart10(runFor(explicit), { transferSyntax: '1.2.3.4' }));
    expect(described.ok && described.value.table.frames).toHaveLength(1);
    expect(described.ok && described.value.dataset.transferSyntaxUid).toBe('1.2.3.4');
  });

  test.each([
    ['64 bits', ['OV', 'SV', 'UV']],
    ['a later edition', ['QX', 'ZZ']],
  ])('values of %s do not hide what follows', (_, representations) => {
    const also = representations.map((vr, index) => longElement(0x00191001 + index, vr, new Uint8Array(16).fill(index + 1)));
    const [before, behind] = [runFor(explicit).filter(({ tag }) => tag < 0x00190000), runFor(explicit).filter(({ tag }) => tag > 0x00190000)];
    const dataset = parsed(join([buildPart10(before), ...also, buildDataset(behind)]));
    expect(numberOf(dataset, tags.rows, 'US')).toBe(3);
    expect(dataset.elements.x00191001).toMatchObject({ vr: representations[0], length: 16 });
    expect(dataset.damage).toBeNull();
  });

  test('an unknown representation of no length hides nothing either', () => {
    const empty = Uint8Array.of(0x19, 0, 0x01, 0x10, 0x3f, 0x3f, 0, 0);
    const [before, behind] = [runFor(explicit).filter(({ tag }) => tag < 0x00190000), runFor(explicit).filter(({ tag }) => tag > 0x00190000)];
    expect(numberOf(parsed(join([buildPart10(before), empty, buildDataset(behind)])), tags.rows, 'US')).toBe(3);
  });

  test('a deflated dataset in the zlib form is read too', () => {
    const file = buildPart10([], { transferSyntax: deflated });
    const head = file.subarray(0, file.length - deflateRawSync(new Uint8Array(0)).length);
    const dataset = parsed(join([head, deflateSync(buildDataset(runFor(explicit)))]));
    expect(numberOf(dataset, tags.rows, 'US')).toBe(3);
  });

  test('items of a sequence are datasets of their own', () => {
    const dataset = parsed(buildPart10([element(0x00081140, 'SQ', [[element(0x00081155, 'UI', '1.2.3')], [element(0x00081155, 'UI', '1.2.4')]])]));
    expect(itemsOf(dataset, 'x00081140').map((item) => textOf(item, 'x00081155'))).toEqual(['1.2.3', '1.2.4']);
  });

  test('an element that reaches past the end is damage, and what came before it is kept', () => {
    const whole = buildPart10([...runFor(explicit).filter((entry) => entry.tag < 0x7fe00010), element(0x7fe00010, 'OW', new Uint8Array(24))]);
    const dataset = parsed(whole.subarray(0, whole.length - 10));
    expect(dataset.damage).toMatch(/past the end of the file/);
    expect(numberOf(dataset, tags.rows, 'US')).toBe(3);
  });
});

describe('what has no frames is refused with the right reason', () => {
  const refusal = (bytes: Uint8Array): string => {
    const described = describeFile('FILE', bytes);
    return described.ok ? 'opened' : described.fault.message;
  };
  const without = (tag: number) => runFor(explicit).filter((entry) => entry.tag !== tag);
  const report = [element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.88.67')];

  test.each([
    ['an empty file', new Uint8Array(0), 'FILE is empty.'],
    ['a text', new TextEncoder().encode('{"no": "DICOM"}'), 'FILE is not a DICOM file: it is a text.'],
    ['a packed file', Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5), 'FILE is not a DICOM file: it is compressed with gzip; unpack it first.'],
    ['noise', Uint8Array.of(7, 200, 8, 0, 1, 2, 3, 4, 5), /FILE is not a DICOM file: it has neither the DICM mark/],
    ['a dose report', buildPart10(report), 'FILE holds no pixel data: it is an X-ray radiation dose report.'],
    ['an image without pixels', buildPart10(without(0x7fe00010)), 'FILE holds no pixel data, although it is an X-ray fluoroscopy image.'],
    ['an image without rows', buildPart10(without(0x00280010)), /says no rows or columns/],
    [
      'an unknown syntax that codes its pixels somehow',
      buildPart10([...without(0x7fe00010), element(0x7fe00010, 'OW', new Uint8Array(20))], { transferSyntax: '1.2.3.4' }),
      /transfer syntax 1\.2\.3\.4, which is not known here/,
    ],
    ['a video', buildPart10(runFor(explicit), { transferSyntax: '1.2.840.10008.1.2.4.102' }), /MPEG-4 AVC\/H\.264 High Profile video that is not encapsulated/],
    ['a file cut within its pixels', buildPart10(runFor(explicit)).subarray(0, -4), /is cut short: its 1 frame needs 24 bytes of pixel data and 20 are there/],
    ['a file cut within its header', buildPart10(runFor(explicit)).subarray(0, 260), /FILE (is cut short|holds no pixel data)/],
  ])('%s', (_, bytes, sentence) => {
    expect(refusal(bytes)).toMatch(sentence);
  });
});

test('any damage to a file is a fault or a picture, never a throw (seed 20261)', () => {
  const whole = buildPart10(runFor(explicit));
  const mutation = fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 12 }), fc.nat(whole.length), (mutations, keep) => {
      const bytes = whole.slice(0, keep);
      for (const { at, value } of mutations) if (at < bytes.length) bytes[at] = value;
      const described = describeFile('FILE', bytes);
      expect(described.ok || described.fault.message.length > 10).toBe(true);
    }),
    { seed: 20261, numRuns: 2000 },
  );
});

test('frames counted in the header do not make memory: a billion frames are those that are there', () => {
  const bytes = buildPart10(xrayRun({ rows: 3, columns: 4, frames: [frame, frame], also: [element(0x00280008, 'IS', '1000000000')] }));
  const described = describeFile('FILE', bytes);
  expect(described.ok && described.value.table.frames.length).toBe(2);
});

test('an image description keeps what the header says and repairs what is impossible', () => {
  const file = parsed(buildPart10(xrayRun({ rows: 3, columns: 4, frames: [frame], also: [element(0x00280101, 'US', [99]), element(0x00280102, 'US', [3])] })));
  const image = describeImage(file);
  expect(image.ok && image.value).toMatchObject({ bitsAllocated: 16, bitsStored: 16, highBit: 15, frames: 1, signed: false });
});
