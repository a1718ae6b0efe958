import { viewOf } from './byteOrder.ts';
import { explicitBigEndian, explicitLittleEndian, implicitLittleEndian, type TransferSyntax } from './transferSyntax.ts';

/** Where the dataset starts and what the file meta information says, as far as there is any. */
export interface FileHeader {
  /** The file has the DICM mark: it is DICOM, whatever follows. */
  readonly marked: boolean;
  /** The file ends within its meta information. */
  readonly cut: boolean;
  readonly bodyOffset: number;
  readonly transferSyntaxUid: string | null;
  readonly sopClassUid: string | null;
  /** (0002,0016), who sent it. */
  readonly sourceAe: string | null;
}

export interface Encoding {
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
  /** The transfer syntax of uncompressed data in this encoding, or the one nearest to it. */
  readonly uid: string;
}

const valueRepresentations = new Set('AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(' '));
const longForm = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));

export const isKnownVr = (vr: string): boolean => valueRepresentations.has(vr);

const knownCodes = new Uint8Array(65_536);
for (const vr of valueRepresentations) knownCodes[vr.charCodeAt(0) * 256 + vr.charCodeAt(1)] = 1;
/** The same of two bytes, for searches over megabytes. */
export const isKnownVrAt = (bytes: Uint8Array, at: number): boolean => knownCodes[(bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)] === 1;

/** Whether a value representation has a 32-bit length in explicit encodings. */
export const isLongForm = (vr: string): boolean => longForm.has(vr);

/** Finds the dataset: after preamble and DICM, at the very beginning, or behind meta information without preamble. */
export function findHeader(bytes: Uint8Array): FileHeader | null {
  // Some writers leave out the preamble, some of those leave DICM in.
  const marks = elementsFollow(bytes, 0, preambleBytes) ? [] : [preambleBytes, 0];
  for (const mark of marks) if (ascii(bytes, mark, 4) === 'DICM') return { ...readMeta(bytes, mark + 4), marked: true };
  // Others leave the mark out, or put zeros in its place.
  const blank = bytes.length > preambleBytes && bytes.subarray(0, preambleBytes).every((byte) => byte === 0);
  for (const start of blank ? [preambleBytes, preambleBytes + 4] : [0]) {
    if (start + 8 > bytes.length) continue;
    if (viewOf(bytes).getUint16(start, true) === 2 && (!blank || isKnownVr(ascii(bytes, start + 4, 2)))) return readMeta(bytes, start);
    if (looksLikeElement(bytes, start)) return { ...unsaid, bodyOffset: start };
  }
  return null;
}

const preambleBytes = 128;

/** Whether explicit elements in order fill a file from `at` to `to`: then a DICM in them is a value. */
function elementsFollow(bytes: Uint8Array, at: number, to: number): boolean {
  const view = viewOf(bytes);
  let [position, before] = [at, 0];
  while (position < to) {
    if (position + 8 > bytes.length) return false;
    const tag = view.getUint16(position, true) * 0x10000 + view.getUint16(position + 2, true);
    const vr = ascii(bytes, position + 4, 2);
    if (tag <= before || !isKnownVr(vr)) return false;
    const { valueAt, length } = valueExtent(view, position, vr);
    [position, before] = [valueAt + length, tag];
  }
  return true;
}
const unsaid = { marked: false, cut: false, transferSyntaxUid: null, sopClassUid: null, sourceAe: null } as const;

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
  let cut = false;
  while (at + 8 <= bytes.length && view.getUint16(at, true) === 2) {
    const element = view.getUint16(at + 2, true);
    const vr = ascii(bytes, at + 4, 2);
    const { valueAt, length } = valueExtent(view, at, vr);
    cut = valueAt + length > bytes.length;
    if (cut) break;
    const value = () =>
      ascii(bytes, valueAt, length)
        .replace(/[\0 ]+$/, '')
        .trim();
    if (element === 0x0010) transferSyntaxUid = value() || null;
    if (element === 0x0002) sopClassUid = value() || null;
    if (element === 0x0016) sourceAe = value() || null;
    at = valueAt + length;
  }
  return { marked: false, cut: cut || at + 8 > bytes.length, bodyOffset: at, transferSyntaxUid, sopClassUid, sourceAe };
}

function valueExtent(view: DataView, at: number, vr: string): { valueAt: number; length: number } {
  if (!isKnownVr(vr)) return { valueAt: at + 8, length: view.getUint32(at + 4, true) };
  if (!isLongForm(vr)) return { valueAt: at + 8, length: view.getUint16(at + 6, true) };
  return at + 12 <= view.byteLength ? { valueAt: at + 12, length: view.getUint32(at + 8, true) } : { valueAt: at + 12, length: 0 };
}

/** How the dataset is really encoded: as declared, unless its first element plainly says otherwise. */
export function bodyEncoding(bytes: Uint8Array, start: number, declared: TransferSyntax | undefined): Encoding {
  const view = viewOf(bytes);
  const claimed = { explicitVr: declared?.explicitVr ?? true, littleEndian: declared?.littleEndian ?? true };
  if (start + 8 > bytes.length) return named(claimed.explicitVr, claimed.littleEndian);
  const vr = ascii(bytes, start + 4, 2);
  // "??" and "--" are what some writers put for a value representation they do not know.
  const explicitVr = isKnownVr(vr) || (claimed.explicitVr && /^[?\-* ]{2}$/.test(vr));
  // Datasets begin with a low group (0008 as a rule): the byte order in which the group is small is the right one.
  const little = view.getUint16(start, true);
  const big = view.getUint16(start, false);
  // Without representations big endian is that of the standard's forerunner (ACR-NEMA), and its first element must make sense so.
  if (!explicitVr)
    return named(false, !(little > highestFirstGroup && big <= highestFirstGroup && start + 8 + view.getUint32(start + 4, false) <= bytes.length));
  return named(true, little === big ? claimed.littleEndian : little < big);
}

const named = (explicitVr: boolean, littleEndian: boolean): Encoding => ({
  explicitVr,
  littleEndian,
  uid: !littleEndian ? explicitBigEndian : explicitVr ? explicitLittleEndian : implicitLittleEndian,
});

/** Datasets begin with one of the first groups. */
const highestFirstGroup = 0x0040;

/** Whether a dataset without any header may begin here: a low group, and a VR or a length that fits the file. */
export function looksLikeElement(bytes: Uint8Array, at: number): boolean {
  if (at + 8 > bytes.length) return false;
  const view = viewOf(bytes);
  const known = isKnownVr(ascii(bytes, at + 4, 2));
  return [true, false].some((littleEndian) => {
    const group = view.getUint16(at, littleEndian);
    const length = view.getUint32(at + 4, littleEndian);
    // A command group begins with its own length, as any group of the standard's forerunner does.
    if (group === 0) return view.getUint16(at + 2, littleEndian) === 0 && (known || length === 4);
    return group <= highestFirstGroup && (known || (length === 0xffffffff && littleEndian) || at + 8 + length <= bytes.length);
  });
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < Math.min(at + length, bytes.length); i++) text += String.fromCharCode(bytes[i] ?? 0);
  return text;
}
