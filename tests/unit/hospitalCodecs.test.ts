import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../../native-bridge/hospital/charset.ts';
import { encodeIdentifier, readIdentifier } from '../../native-bridge/hospital/identifier.ts';
import { encodeAssociateRequest, parseAssociateAccept, rejectionText } from '../../src/dicom/associate.ts';
import { type CommandSet, encodeCommandSet, parseCommandSet } from '../../src/dicom/commandSet.ts';
import { unicodeCharacterSet } from '../../src/dicom/encodeElements.ts';
import { type AnsweredContext, encodeAssociateAccept, parseAssociateRequest } from '../../src/dicom/pdu.ts';
import { explicitLittleEndian, implicitLittleEndian } from '../../src/dicom/transferSyntax.ts';

const seed = 20260301;
const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('texts of a peer are read in the character set that it declares', () => {
  // The examples of PS3.5 annexes H and I, byte for byte.
  it.each([
    ['the default repertoire', null, 'Doe^John', 'Doe^John'],
    ['Latin 1', 'ISO_IR 100', 'Buc^J\xe9r\xf4me', 'Buc^Jérôme'],
    ['Greek', 'ISO_IR 126', '\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2', 'Διονυσιος'],
    [
      'Japanese, two character sets',
      '\\ISO 2022 IR 87',
      'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B',
      'Yamada^Tarou=山田^太郎=やまだ^たろう',
    ],
    [
      'Japanese with half-width katakana',
      'ISO 2022 IR 13\\ISO 2022 IR 87',
      '\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J',
      'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう',
    ],
    [
      'Korean',
      '\\ISO 2022 IR 149',
      'Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf',
      'Hong^Gildong=洪^吉洞=홍^길동',
    ],
    ['Chinese, GB18030', 'GB18030', 'Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab', 'Wang^XiaoDong=王^小东'],
    ['Chinese with code extensions', '\\ISO 2022 IR 58', 'Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=', 'Zhang^XiaoDong=张^小东='],
  ])('%s', (_, characterSet, bytes, expected) => {
    expect(decodeText(latin(bytes), characterSet)).toBe(expected);
  });

  it(`never throws, whatever the bytes (seed ${seed})`, () => {
    const sets = fc.constantFrom(null, '', 'ISO_IR 192', '\\ISO 2022 IR 87\\ISO 2022 IR 159', 'ISO 2022 IR 13', 'GBK', 'nonsense');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), sets, (bytes, set) => {
        expect(typeof decodeText(bytes, set)).toBe('string');
      }),
      { seed },
    );
  });
});

describe('datasets for a peer', () => {
  it.each([explicitLittleEndian, implicitLittleEndian])('come back as they were written in %s', (syntax) => {
    const dataset = encodeIdentifier(
      [
        { tag: 0x00400100, vr: 'SQ', value: [[{ tag: 0x00400007, vr: 'LO', value: 'Größe' }], []] },
        { tag: 0x00100010, vr: 'PN', value: '王^小东' },
        { tag: 0x0020000d, vr: 'UI', value: '1.2.3' },
        unicodeCharacterSet,
      ],
      syntax,
    );
    const read = readIdentifier(dataset, syntax);
    expect([read.text('x00100010'), read.text('x0020000d'), read.text('x00100020')]).toEqual(['王^小东', '1.2.3', null]);
    expect(read.items('x00400100').map((item) => item.text('x00400007'))).toEqual(['Größe', null]);
  });
});

describe('command sets', () => {
  const uid = fc.stringMatching(/^[1-9](\.[1-9][0-9]{0,5}){1,6}$/);
  const short = fc.integer({ min: 0, max: 0xffff });
  const commands: fc.Arbitrary<CommandSet> = fc.record(
    {
      field: short,
      hasDataset: fc.boolean(),
      messageId: short,
      affectedSopClass: uid,
      requestedSopInstance: uid,
      status: short,
      eventTypeId: short,
      actionTypeId: short,
    },
    { requiredKeys: ['field', 'hasDataset'] },
  );
  it(`come back as they were written (seed ${seed})`, () => {
    fc.assert(
      fc.property(commands, (command) => {
        expect(parseCommandSet(encodeCommandSet(command))).toEqual({ ...command });
      }),
      { seed },
    );
  });

  it(`that are cut short or changed are refused or read, never worse (seed ${seed})`, () => {
    fc.assert(
      fc.property(commands, fc.nat(), fc.integer({ min: 0, max: 255 }), (command, at, value) => {
        const bytes = encodeCommandSet(command);
        bytes[at % bytes.length] = value;
        parseCommandSet(bytes);
        expect(parseCommandSet(encodeCommandSet(command).subarray(0, 9))).toBeNull();
      }),
      { seed },
    );
  });
});

describe('association requests', () => {
  const contexts = [{ id: 1, abstractSyntax: '1.2.840.10008.1.20.1', transferSyntaxes: [implicitLittleEndian] }];
  const roles = [{ abstractSyntax: '1.2.840.10008.1.20.1', user: false, provider: true }];
  const request = { calledAe: 'ARCHIVE', callingAe: 'PEDICLE', contexts, roles, maxPduLength: 65536 };

  it('say to the other side what was meant, roles included', () => {
    expect(parseAssociateRequest(encodeAssociateRequest(request).subarray(6))).toEqual(request);
  });

  it('are answered context by context', () => {
    const answers: readonly AnsweredContext[] = [
      { id: 1, result: 'accepted', transferSyntax: implicitLittleEndian },
      { id: 3, result: 'abstract-syntax-not-supported', transferSyntax: implicitLittleEndian },
    ];
    expect(parseAssociateAccept(encodeAssociateAccept(request, answers, 4096, roles).subarray(6))).toEqual({ answers, maxPduLength: 4096 });
    expect(parseAssociateAccept(Uint8Array.of(0, 1))).toBeNull();
  });

  it('that are refused say why', () => {
    expect(rejectionText(Uint8Array.of(0, 1, 1, 7))).toMatch(/AE title that it was called by/);
    expect(rejectionText(Uint8Array.of(0, 2, 3, 2))).toBe('has too many associations open');
  });
});
