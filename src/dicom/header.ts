import { explicitBigEndian, explicitLittleEndian, implicitLittleEndian, type TransferSyntax } from './transferSyntax.ts';

/** Where the dataset starts and what the file meta information says, as far as there is any. */
export interface FileHeader {
  readonly bodyOffset: number;
  readonly transferSyntaxUid: string | null;
  readonly sopClassUid: string | null;
  /** (0002,0016), who sent it. */
  readonly sourceAe: string | null;
}

export interface Encoding {
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
  /** The transfer syntax of uncompressed data in this encoding. */
  readonly uid: string;
}

const valueRepresentations = new Set('AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(' '));
const longForm = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));

/** Those of the 2019 edition and later, which `dicom-parser` does not know. */
const later = new Set(['OV', 'SV', 'UV']);

export const isKnownVr = (vr: string): boolean => valueRepresentations.has(vr);
/** Whether `dicom-parser` reads elements of this value representation as they are to be read. */
export const readByLibrary = (vr: string): boolean => isKnownVr(vr) && !later.has(vr);

/** Whether a value representation has a 32-bit length in explicit encodings. */
export const isLongForm = (vr: string): boolean => longForm.has(vr);

/** Finds the dataset: after preamble and DICM, at the very beginning, or behind meta information without preamble. */
export function findHeader(bytes: Uint8Array): FileHeader | null {
  const marked = bytes.length >= 132 && ascii(bytes, 128, 4) === 'DICM';
  if (marked) return readMeta(bytes, 132);
  // Some writers leave out the preamble, some of those leave DICM in.
  if (ascii(bytes, 0, 4) === 'DICM') return readMeta(bytes, 4);
  const view = viewOf(bytes);
  if (bytes.length < 8) return null;
  if (view.getUint16(0, true) === 2) return readMeta(bytes, 0);
  return looksLikeElement(bytes, 0) ? { bodyOffset: 0, transferSyntaxUid: null, sopClassUid: null, sourceAe: null } : null;
}

/**
 * Reads group 2. It must be explicit little endian; files with implicit meta information exist and are read too. Its
 * group length is not trusted: the group ends where another begins.
 */
function readMeta(bytes: Uint8Array, start: number): FileHeader {
  const view = viewOf(bytes);
  let at = start;
  let transferSyntaxUid: string | null = null;
  let sopClassUid: string | null = null;
  let sourceAe: string | null = null;
  while (at + 8 <= bytes.length && view.getUint16(at, true) === 2) {
    const element = view.getUint16(at + 2, true);
    const vr = ascii(bytes, at + 4, 2);
    const { valueAt, length } = valueExtent(view, at, vr);
    if (valueAt + length > bytes.length) break;
    const value = () =>
      ascii(bytes, valueAt, length)
        .replace(/[\0 ]+$/, '')
        .trim();
    if (element === 0x0010) transferSyntaxUid = value() || null;
    if (element === 0x0002) sopClassUid = value() || null;
    if (element === 0x0016) sourceAe = value() || null;
    at = valueAt + length;
  }
  return { bodyOffset: at, transferSyntaxUid, sopClassUid, sourceAe };
}

function valueExtent(view: DataView, at: number, vr: string): { valueAt: number; length: number } {
  if (!valueRepresentations.has(vr)) return { valueAt: at + 8, length: view.getUint32(at + 4, true) };
  if (!longForm.has(vr)) return { valueAt: at + 8, length: view.getUint16(at + 6, true) };
  return at + 12 <= view.byteLength ? { valueAt: at + 12, length: view.getUint32(at + 8, true) } : { valueAt: at + 12, length: 0 };
}

/** How the dataset is really encoded: as declared, unless its first element plainly says otherwise. */
export function bodyEncoding(bytes: Uint8Array, start: number, declared: TransferSyntax | undefined): Encoding {
  const view = viewOf(bytes);
  const claimed = { explicitVr: declared?.explicitVr ?? true, littleEndian: declared?.littleEndian ?? true };
  if (start + 8 > bytes.length) return named(claimed.explicitVr, claimed.littleEndian);
  const vr = ascii(bytes, start + 4, 2);
  // "??" and "--" are what some writers put for a value representation they do not know.
  const explicitVr = valueRepresentations.has(vr) || (claimed.explicitVr && /^[?\-* ]{2}$/.test(vr));
  // Datasets begin with a low group (0008 as a rule): the byte order in which the group is small is the right one.
  const little = view.getUint16(start, true);
  const big = view.getUint16(start, false);
  const littleEndian = !explicitVr || (little === big ? claimed.littleEndian : little < big);
  return named(explicitVr, littleEndian);
}

const named = (explicitVr: boolean, littleEndian: boolean): Encoding => ({
  explicitVr,
  littleEndian,
  uid: !explicitVr ? implicitLittleEndian : littleEndian ? explicitLittleEndian : explicitBigEndian,
});

/** Whether a dataset without any header may begin here: a low group, and a VR or a length that fits the file. */
function looksLikeElement(bytes: Uint8Array, at: number): boolean {
  if (at + 8 > bytes.length) return false;
  const view = viewOf(bytes);
  const vr = ascii(bytes, at + 4, 2);
  const lowGroup = (group: number) => group > 0 && group <= 0x0040;
  if (valueRepresentations.has(vr)) return lowGroup(view.getUint16(at, true)) || lowGroup(view.getUint16(at, false));
  const length = view.getUint32(at + 4, true);
  return lowGroup(view.getUint16(at, true)) && (length === 0xffffffff || at + 8 + length <= bytes.length);
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function ascii(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < Math.min(at + length, bytes.length); i++) text += String.fromCharCode(bytes[i] ?? 0);
  return text;
}
