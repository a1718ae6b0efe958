import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../native-bridge/sources/dicomDecode.ts';
import { codedFrame, describeFile } from '../../native-bridge/sources/dicomFile.ts';
import {
  type BuiltElement,
  buildDataset,
  buildPart10,
  type DatasetEncoding,
  element,
  encodeRleLiterally,
  join,
  xrayRun,
} from '../../test-data/dicomBuilder.ts';

// Faults of real writers, each around one and the same run: its frames must come out as if nothing had been wrong.

const explicit = { explicitVr: true, littleEndian: true };
const implicit = { explicitVr: false, littleEndian: true };
const [rows, columns] = [6, 10];
const frames = [0, 1, 2].map((frame) => Uint16Array.from({ length: rows * columns }, (_, index) => (frame * 300 + index * 7) % 4096));
const run = { rows, columns, bitsStored: 12, frames };
const elements = (also: readonly BuiltElement[] = []) => xrayRun({ ...run, also: [element(0x00080060, 'CS', 'RF'), ...also] });
const head = (transferSyntax = '1.2.840.10008.1.2.1') => buildPart10([], { transferSyntax });

/** The run with `bytes` in place of an element of tag `tag`. */
function around(tag: number, bytes: Uint8Array, encoding: DatasetEncoding = explicit, transferSyntax?: string): Uint8Array {
  const all = elements();
  const [before, behind] = [all.filter((entry) => entry.tag < tag), all.filter((entry) => entry.tag > tag)];
  return join([head(transferSyntax), buildDataset(before, encoding), bytes, buildDataset(behind, encoding)]);
}

const words = (...values: readonly number[]) => new Uint8Array(Uint16Array.from(values).buffer);
const text = (value: string) => new TextEncoder().encode(value);
const tagOf = (tag: number) => words(tag >>> 16, tag & 0xffff);
const open = [0xffff, 0xffff] as const;
const items = (content: Uint8Array, length: readonly number[] = open) => join([words(0xfffe, 0xe000, ...length), content]);
const itemEnd = words(0xfffe, 0xe00d, 0, 0);
const sequenceEnd = words(0xfffe, 0xe0dd, 0, 0);
const sequence = (tag: number, vr: string, length: readonly number[], content: Uint8Array) => join([tagOf(tag), text(vr), words(0, ...length), content]);
const reference = [element(0x00081150, 'UI', '1.2')];
const pixels = join(frames.map((frame) => new Uint8Array(frame.buffer)));

// Of the elements before it, 62 bytes are not this padding.
const withMarkInValue = buildDataset(elements([element(0x00080080, 'LO', 'H'.repeat(66)), element(0x00081010, 'SH', 'DICM')]));

const faults: Readonly<Record<string, Uint8Array>> = {
  'zeros in place of preamble and mark': join([new Uint8Array(128), buildDataset(elements())]),
  'no mark before the meta information': join([new Uint8Array(132), head().subarray(132), buildDataset(elements())]),
  'DICM where a value has it by chance': withMarkInValue,
  'a command group in front': join([words(0, 0, 4, 0, 12, 0), words(0, 0x0100, 2, 0, 1), buildDataset(elements(), implicit)]),
  'deflate that is declared and was not done': join([head('1.2.840.10008.1.2.1.99').subarray(0, -2), buildDataset(elements())]),
  'implicit items in an explicit sequence': around(
    0x00081140,
    sequence(0x00081140, 'SQ', open, join([items(buildDataset(reference, implicit)), itemEnd, sequenceEnd])),
  ),
  'explicit items of an unknown sequence': around(0x00091010, sequence(0x00091010, 'UN', open, join([items(buildDataset(reference)), itemEnd, sequenceEnd]))),
  'explicit items in an implicit sequence': around(
    0x00081140,
    join([tagOf(0x00081140), words(...open), items(buildDataset(reference)), itemEnd, sequenceEnd]),
    implicit,
    '1.2.840.10008.1.2',
  ),
  'an empty sequence that is only closed': around(0x00081140, join([tagOf(0x00081140), words(...open), sequenceEnd]), implicit, '1.2.840.10008.1.2'),
  'a sequence that nothing closes': around(0x00081140, sequence(0x00081140, 'SQ', open, join([items(buildDataset(reference)), itemEnd]))),
  'a sequence that claims what follows it': around(0x00081140, sequence(0x00081140, 'SQ', [400, 0], items(new Uint8Array(0), [0, 0]))),
  'an item that claims what follows it': around(0x00081140, sequence(0x00081140, 'SQ', [20, 0], items(buildDataset(reference), [90, 0]))),
  'a value that claims more than the file has': around(0x00104000, join([tagOf(0x00104000), text('LT'), words(20_000), text('abcd')])),
  'a value that claims half the header': around(0x00104000, join([tagOf(0x00104000), text('LT'), words(60), text('abcd')])),
  'a short length where a long one belongs': around(0x00080070, join([tagOf(0x00080070), text('UT'), words(4), text('abcd')])),
  'an element without a representation': around(0x00091010, join([tagOf(0x00091010), words(40, 0), text('abcd'.repeat(10))])),
  'pixels of undefined length that are not encapsulated': around(0x7fe00010, join([tagOf(0x7fe00010), text('OW'), words(0, ...open), pixels])),
  'the same, closed as if they were': around(0x7fe00010, join([tagOf(0x7fe00010), text('OW'), words(0, ...open), pixels, sequenceEnd])),
  'numbers whose representation is unknown': around(0x00280010, join([tagOf(0x00280010), text('??'), words(2, rows)])),
  'a private syntax whose frames are RLE': buildPart10(
    xrayRun({ ...run, coded: { frames: frames.map((frame) => [encodeRleLiterally(frame)]), offsetTable: false } }),
    { transferSyntax: '1.2.3.4' },
  ),
};

describe('a run comes out whole in spite of', () => {
  test.each(Object.entries(faults))('%s', async (_, bytes) => {
    const file = describeFile('FILE', bytes);
    if (!file.ok) throw new Error(file.fault.message);
    const decoded = await Promise.all(file.value.table.frames.map(async (_, index) => decodeFrame(codedFrame(file.value, index) ?? expect.unreachable())));
    expect(decoded.map((frame) => (frame.ok ? Array.from(frame.value.cells) : frame.fault.message))).toEqual(frames.map((frame) => Array.from(frame)));
  });

  test('of which one has the mark where it stands in other files', () => {
    expect(new TextDecoder().decode(withMarkInValue.subarray(128, 132))).toBe('DICM');
  });

  test('the byte order of the forerunner of the standard, big endian without representations', async () => {
    const swapped = frames.map((frame) => Uint16Array.from(frame, (value) => ((value & 0xff) << 8) | (value >> 8)));
    const bytes = buildDataset(xrayRun({ ...run, frames: swapped }), { explicitVr: false, littleEndian: false });
    const file = describeFile('FILE', bytes);
    if (!file.ok) throw new Error(file.fault.message);
    const decoded = await decodeFrame(codedFrame(file.value, 2) ?? expect.unreachable());
    expect(decoded.ok && Array.from(decoded.value.cells)).toEqual(Array.from(frames[2] ?? []));
  });
});

test.each([
  ['items without end', words(0xfffe, 0xe000, 0, 0), sequence(0x00081140, 'SQ', open, new Uint8Array(0))],
  ['empty elements without end', join([tagOf(0x00091010), text('LO'), words(0)]), new Uint8Array(0)],
])('%s are read up to half a million of them', (_, unit, before) => {
  const many = new Uint8Array(unit.length * 600_000);
  for (let at = 0; at < many.length; at += unit.length) many.set(unit, at);
  const file = describeFile('FILE', join([head(), before, many]));
  expect(file.ok ? 'opened' : file.fault.message).toMatch(/before any pixel data \(more elements than any image has at byte \d+\)/);
});

test('a thumbnail within a sequence that the file ends in is not taken for the picture', () => {
  const icon = buildDataset(elements().filter(({ tag }) => tag >= 0x00280000));
  const bytes = join([head(), buildDataset([element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.12.2')]), sequence(0x00880200, 'SQ', open, items(icon))]);
  const file = describeFile('FILE', bytes);
  expect(file.ok ? 'opened' : file.fault.message).toMatch(/^FILE is cut short or damaged before any pixel data \(the file ends within a sequence/);
});

describe('a refusal names the cause:', () => {
  const plain = elements().filter(({ tag }) => tag < 0x7fe00010);
  const dumped = element(0x00080016, 'UI', '1.2.276.0.7230010.3.1.0.1');
  const other = plain.filter(({ tag }) => tag !== 0x00080016);
  test.each<[what: string, bytes: Uint8Array, sentence: RegExp]>([
    ['cut within an element', join([head(), buildDataset(plain)]).subarray(0, -3), /cut short or damaged before any pixel data \(it ends within an element/],
    ['cut behind its mark', head().subarray(0, 132), /nothing that can be read follows its DICM mark/],
    [
      'pixels on a server',
      buildPart10([...plain, element(0x00287fe0, 'UT', 'http://pacs/1')], { transferSyntax: '1.2.840.10008.1.2.4.94' }),
      /pixels on a server \(JPIP\)/,
    ],
    [
      'pixels in private elements',
      buildPart10([...plain, element(0x07a10010, 'LO', 'ELSCINT1'), element(0x07a1100a, 'OB', text('abcd')), element(0x07a11011, 'CS', 'PMSCT_RLE1')]),
      /its pixels are private \(ELSCINT1, PMSCT_RLE1\)/,
    ],
    ['a worklist entry', buildPart10([dumped, ...other, element(0x00400100, 'SQ', [[]])]), /it is a worklist entry\.$/],
    ['a lookup table', buildPart10([dumped, ...other, element(0x20500010, 'SQ', [[]])]), /it is a lookup table\.$/],
    ['no class', buildPart10(other, { preamble: false, meta: false }), /it is an object that does not say its class\.$/],
    ['an unknown class', buildPart10([element(0x00080016, 'UI', '1.9.9')]), /it is an object of the unknown class 1\.9\.9\.$/],
    ['a number of bits that is missing', buildPart10(elements().filter(({ tag }) => tag !== 0x00280100)), /does not say how many bits a pixel has/],
    ['a web page', text('<!DOCTYPE html><html></html>'), /it is a web page/],
    ['a pointer', text('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), /pointer of Git LFS/],
    ['text of another language', text('Größe: 12 mm\nQualität: gut\n'), /it is a text/],
    ['zeros', new Uint8Array(5000), /nothing but zeros/],
    ['a tar archive', join([new Uint8Array(257).fill(1), text('ustar')]), /tar archive/],
  ])('%s', (_, bytes, sentence) => {
    const file = describeFile('FILE', bytes);
    expect(file.ok ? 'opened' : file.fault.message).toMatch(sentence);
  });
});
