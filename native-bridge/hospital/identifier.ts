import { inflateRawSync } from 'node:zlib';
import { type DicomItem, parseDataset } from '../../src/dicom/dataset.ts';
import { encodeElements, type OutElement } from '../../src/dicom/encodeElements.ts';
import { encodeFileHead } from '../../src/dicom/part10.ts';
import { concat } from '../../src/dicom/pdu.ts';
import { explicitLittleEndian, implicitLittleEndian } from '../../src/dicom/transferSyntax.ts';
import { elementWithValue, itemsOf, numberOf, textOf } from '../../src/dicom/values.ts';
import { decodeText } from './charset.ts';
import { PeerProblem } from './peerProblem.ts';

/** Both are offered for everything that is not an image; every peer must know the second. */
export const plainSyntaxes: readonly string[] = [explicitLittleEndian, implicitLittleEndian];

const utf8 = new TextEncoder();
/** A dataset for a peer, in the syntax of the accepted context. Elements beyond ASCII need `unicodeCharacterSet` among them. */
export function encodeIdentifier(elements: readonly OutElement[], transferSyntax: string): Uint8Array {
  return encodeElements(elements, transferSyntax !== implicitLittleEndian, (text) => utf8.encode(text));
}

/** A dataset from a peer, its texts decoded. */
export interface Identifier {
  /** Without padding; null when absent or empty. */
  text(tag: string): string | null;
  /** A number written as text (IS, DS). */
  number(tag: string): number | null;
  /** An unsigned 16-bit number. */
  integer(tag: string): number | null;
  items(tag: string): readonly Identifier[];
}

/** Reads a dataset as it came. Throws `PeerProblem` when it cannot be read. */
export function readIdentifier(dataset: Uint8Array, transferSyntax: string): Identifier {
  const head = encodeFileHead({ sopClass: '1.2', sopInstance: '1.2', transferSyntax, sourceAe: '' });
  const parsed = parseDataset(concat([head, dataset]), (bytes) => inflateRawSync(bytes));
  if (!parsed.ok || parsed.value.damage !== null) throw new PeerProblem('sent a dataset that cannot be read');
  return identifierOf(parsed.value, null);
}

/** An item's values as text in the character set that it names, else in that of the item around it. */
export function identifierOf(item: DicomItem, inherited: string | null): Identifier {
  const characterSet = textOf(item, 'x00080005') ?? inherited;
  return {
    text(tag) {
      const element = elementWithValue(item, tag);
      if (element === null) return null;
      const bytes = item.bytes.subarray(element.dataOffset, element.dataOffset + element.length);
      return decodeText(bytes, characterSet).replaceAll('\0', ' ').trim() || null;
    },
    number: (tag) => numberOf(item, tag, 'text'),
    integer: (tag) => numberOf(item, tag, 'US'),
    items: (tag) => itemsOf(item, tag).map((child) => identifierOf(child, characterSet)),
  };
}
