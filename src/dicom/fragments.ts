import type { ByteArrayParser, Fragment } from 'dicom-parser';

/** Encapsulated pixel data taken apart (PS3.5 annex A.4): offset table and fragments, as far as the file goes. */
export interface Fragments {
  readonly basicOffsetTable: number[];
  readonly fragments: Fragment[];
  /** Where the sequence of items ends. */
  readonly end: number;
  /** The file ends within an item, or before the delimiter that closes the items. */
  readonly cut: boolean;
}

const itemTag = 0xfffee000;

/** Reads items from `at` on, up to a delimiter, something else, or the end of the file. */
export function readFragments(bytes: Uint8Array, at: number, parser: ByteArrayParser): Fragments {
  const basicOffsetTable: number[] = [];
  const fragments: Fragment[] = [];
  let base = -1;
  let cut = false;
  let end = at;
  while (end + 8 <= bytes.length && tagAt(bytes, end, parser) === itemTag) {
    const declared = parser.readUint32(bytes, end + 4);
    const position = end + 8;
    const length = Math.min(declared, bytes.length - position);
    cut = length < declared;
    end = position + length;
    if (base < 0) {
      base = end;
      for (let i = position; i + 4 <= end; i += 4) basicOffsetTable.push(parser.readUint32(bytes, i));
    } else fragments.push({ offset: position - 8 - base, position, length });
  }
  const delimited = end + 4 <= bytes.length && tagAt(bytes, end, parser) === 0xfffee0dd;
  return { basicOffsetTable, fragments, end: delimited ? Math.min(end + 8, bytes.length) : end, cut: cut || (!delimited && end + 8 > bytes.length) };
}

const tagAt = (bytes: Uint8Array, at: number, parser: ByteArrayParser) => parser.readUint16(bytes, at) * 0x10000 + parser.readUint16(bytes, at + 2);

/** Whether a value begins as encapsulated pixel data does, whatever length it declares. */
export const beginsWithItem = (bytes: Uint8Array, at: number, parser: ByteArrayParser): boolean =>
  at + 8 <= bytes.length && tagAt(bytes, at, parser) === itemTag;
