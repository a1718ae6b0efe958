import { concat, implementation } from './pdu.ts';

/** What the head of a file says of the dataset behind it. */
export interface FileMeta {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
  /** The title of the peer that sent it; empty when nobody did. */
  readonly sourceAe: string;
}

/** Preamble, DICM and file meta information (PS3.10 section 7.1): what goes before a dataset as received. */
export function encodeFileHead({ sopClass, sopInstance, transferSyntax, sourceAe }: FileMeta): Uint8Array {
  const group = concat([
    longElement(0x0001, 'OB', Uint8Array.of(0, 1)),
    shortElement(0x0002, 'UI', sopClass, '\0'),
    shortElement(0x0003, 'UI', sopInstance, '\0'),
    shortElement(0x0010, 'UI', transferSyntax, '\0'),
    shortElement(0x0012, 'UI', implementation.classUid, '\0'),
    shortElement(0x0013, 'SH', implementation.versionName, ' '),
    ...(sourceAe === '' ? [] : [shortElement(0x0016, 'AE', sourceAe, ' ')]),
  ]);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, group.length, true);
  return concat([new Uint8Array(128), codes('DICM'), element(0x0000, 'UL', length), group]);
}

const codes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
const shortElement = (number: number, vr: string, text: string, filler: string) => element(number, vr, codes(text.length % 2 === 0 ? text : text + filler));

function element(number: number, vr: string, value: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(2, 0, number & 0xff, number >> 8), codes(vr), Uint8Array.of(value.length & 0xff, value.length >> 8), value]);
}

function longElement(number: number, vr: string, value: Uint8Array): Uint8Array {
  const length = new Uint8Array(6);
  new DataView(length.buffer).setUint32(2, value.length, true);
  return concat([Uint8Array.of(2, 0, number & 0xff, number >> 8), codes(vr), length, value]);
}
