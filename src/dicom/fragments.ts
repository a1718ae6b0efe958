import { tagAt, uint32At } from './byteOrder.ts';

/** One item of encapsulated pixel data: where its header lies from the first one after the offset table, and where its bytes do. */
export interface Fragment {
  readonly offset: number;
  readonly position: number;
  readonly length: number;
}

/** Encapsulated pixel data taken apart (PS3.5 annex A.4): offset table and fragments, as far as the file goes. */
export interface Fragments {
  readonly basicOffsetTable: readonly number[];
  readonly fragments: readonly Fragment[];
  /** Where the sequence of items ends. */
  readonly end: number;
  /** The file ends within an item, or before the delimiter that closes the items. */
  readonly cut: boolean;
}

export const itemTag = 0xfffee000;
export const itemDelimiter = 0xfffee00d;
export const sequenceDelimiter = 0xfffee0dd;

/** Reads items from `at` on, up to a delimiter, something else, or the end of the file. */
export function readFragments(bytes: Uint8Array, at: number, littleEndian: boolean): Fragments {
  const basicOffsetTable: number[] = [];
  const fragments: Fragment[] = [];
  let base = -1;
  let cut = false;
  let end = at;
  while (end + 8 <= bytes.length && tagAt(bytes, end, littleEndian) === itemTag) {
    const declared = uint32At(bytes, end + 4, littleEndian);
    const position = end + 8;
    const length = Math.min(declared, bytes.length - position);
    cut = length < declared;
    end = position + length;
    if (base < 0) {
      base = end;
      for (let i = position; i + 4 <= end; i += 4) basicOffsetTable.push(uint32At(bytes, i, littleEndian));
    } else fragments.push({ offset: position - 8 - base, position, length });
  }
  const delimited = end + 4 <= bytes.length && tagAt(bytes, end, littleEndian) === sequenceDelimiter;
  return { basicOffsetTable, fragments, end: delimited ? Math.min(end + 8, bytes.length) : end, cut: cut || (!delimited && end + 8 > bytes.length) };
}

/** Whether a value begins as encapsulated pixel data or the items of a sequence do, whatever length it declares. */
export const beginsWithItem = (bytes: Uint8Array, at: number, littleEndian: boolean): boolean =>
  at + 8 <= bytes.length && tagAt(bytes, at, littleEndian) === itemTag;
