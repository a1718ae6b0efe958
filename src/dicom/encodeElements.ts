/** Writes small datasets: identifiers of queries, performed steps, requests for commitment. Little endian. No I/O. */
import { isLongForm } from './header.ts';
import { concat } from './pdu.ts';

/** Texts are given ready for the dataset's character set by whoever encodes; `SQ` has its items, each a list of elements. */
export interface OutElement {
  /** Group and element, as in `0x00100010`. */
  readonly tag: number;
  readonly vr: 'AE' | 'AS' | 'CS' | 'DA' | 'DS' | 'IS' | 'LO' | 'LT' | 'PN' | 'SH' | 'ST' | 'TM' | 'UI' | 'UT' | 'US' | 'SQ';
  readonly value: string | number | readonly (readonly OutElement[])[];
}

/** `ISO_IR 192`: texts are UTF-8. */
export const unicodeCharacterSet: OutElement = { tag: 0x00080005, vr: 'CS', value: 'ISO_IR 192' };

/** The dataset in explicit or implicit VR, elements in ascending order, sequences and items with their lengths. `utf8` encodes texts. */
export function encodeElements(elements: readonly OutElement[], explicitVr: boolean, utf8: (text: string) => Uint8Array): Uint8Array {
  return concat(elements.toSorted((a, b) => a.tag - b.tag).map((element) => encodeElement(element, explicitVr, utf8)));
}

function encodeElement({ tag, vr, value }: OutElement, explicitVr: boolean, utf8: (text: string) => Uint8Array): Uint8Array {
  const bytes = valueBytes(vr, value, explicitVr, utf8);
  const long = !explicitVr || isLongForm(vr);
  const head = new Uint8Array(explicitVr && long ? 12 : 8);
  const view = new DataView(head.buffer);
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xffff, true);
  if (explicitVr) {
    head[4] = vr.charCodeAt(0);
    head[5] = vr.charCodeAt(1);
  }
  if (long) view.setUint32(explicitVr ? 8 : 4, bytes.length, true);
  else view.setUint16(6, bytes.length, true);
  return concat([head, bytes]);
}

function valueBytes(vr: OutElement['vr'], value: OutElement['value'], explicitVr: boolean, utf8: (text: string) => Uint8Array): Uint8Array {
  if (typeof value === 'number') return Uint8Array.of(value & 0xff, (value >> 8) & 0xff);
  if (typeof value === 'string') {
    const bytes = utf8(value);
    return bytes.length % 2 === 0 ? bytes : concat([bytes, Uint8Array.of(vr === 'UI' ? 0 : 0x20)]);
  }
  return concat(value.map((item) => encodeItem(encodeElements(item, explicitVr, utf8))));
}

function encodeItem(body: Uint8Array): Uint8Array {
  const head = Uint8Array.of(0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0);
  new DataView(head.buffer).setUint32(4, body.length, true);
  return concat([head, body]);
}
