import { viewOf } from './byteOrder.ts';
import type { DicomItem } from './dataset.ts';
import type { DicomElement } from './elements.ts';

/** The element, when it is there with a value that lies within the file. */
export function elementWithValue(item: DicomItem, tag: string): DicomElement | null {
  const element = item.elements[tag];
  if (element === undefined || element.length === 0 || element.dataOffset + element.length > item.bytes.length) return null;
  return element;
}

/** Text of a UID, code, date, … without padding; null when absent or empty. Not for names: no character set is applied. */
export function textOf(item: DicomItem, tag: string): string | null {
  const element = elementWithValue(item, tag);
  if (element === null) return null;
  let text = '';
  // No value that is asked for as text is long; a wrong length must not build a huge string.
  for (const byte of item.bytes.subarray(element.dataOffset, element.dataOffset + Math.min(element.length, 65_536))) text += String.fromCharCode(byte);
  return text.replace(/\0/g, ' ').trim() || null;
}

/** The values of a multi-valued text, without padding; a leading value may be empty. */
export const textsOf = (item: DicomItem, tag: string): readonly string[] => (textOf(item, tag) ?? '').split('\\').map((value) => value.trim());

type Binary = 'US' | 'SS' | 'UL' | 'SL' | 'FL' | 'FD';
/** Representations in which numbers are written out. */
const texts: ReadonlySet<string> = new Set(['AE', 'AS', 'CS', 'DA', 'DS', 'DT', 'IS', 'LO', 'LT', 'SH', 'ST', 'TM', 'UC', 'UI', 'UT']);
const sizes: Readonly<Record<Binary, number>> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8 };

/**
 * Numbers of an element, whatever its value representation: as declared, else as `standard` says (implicit VR, UN, an unknown one).
 * `text` is DS or IS. Values that are not numbers are left out.
 */
export function numbersOf(item: DicomItem, tag: string, standard: Binary | 'text'): readonly number[] {
  const element = elementWithValue(item, tag);
  if (element === null) return [];
  const { vr } = element;
  const declared = vr !== undefined && (vr in sizes || texts.has(vr)) ? vr : standard;
  if (!(declared in sizes)) return asText(item, tag);
  const binary = declared as Binary;
  const size = sizes[binary];
  const count = Math.min(Math.floor(element.length / size), 65_536);
  return Array.from({ length: count }, (_, index) => readNumber(item, element.dataOffset + index * size, binary));
}

const asText = (item: DicomItem, tag: string) =>
  textsOf(item, tag)
    .filter((value) => value !== '')
    .map((value) => Number(value.replace(',', '.')))
    .filter(Number.isFinite);

function readNumber(item: DicomItem, at: number, vr: Binary): number {
  const { littleEndian } = item;
  const view = viewOf(item.bytes);
  switch (vr) {
    case 'US':
      return view.getUint16(at, littleEndian);
    case 'SS':
      return view.getInt16(at, littleEndian);
    case 'UL':
      return view.getUint32(at, littleEndian);
    case 'SL':
      return view.getInt32(at, littleEndian);
    case 'FL':
      return view.getFloat32(at, littleEndian);
    case 'FD':
      return view.getFloat64(at, littleEndian);
  }
}

/** The first number of an element; null when there is none. */
export function numberOf(item: DicomItem, tag: string, standard: Binary | 'text'): number | null {
  return numbersOf(item, tag, standard)[0] ?? null;
}

/** The items of a sequence; none when it is absent or was no sequence. */
export function itemsOf(item: DicomItem, tag: string): readonly DicomItem[] {
  const items = item.elements[tag]?.items ?? [];
  return items.map(({ elements }) => ({ elements, bytes: item.bytes, littleEndian: item.littleEndian }));
}
