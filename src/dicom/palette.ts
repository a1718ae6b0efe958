import { uint16At, uint32At } from './byteOrder.ts';
import type { DicomDataset } from './dataset.ts';
import type { LumaPalette } from './storedValues.ts';
import { elementWithValue, numbersOf } from './values.ts';

/**
 * The colour table of a PALETTE COLOR image as luma (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6), plain or in segments (C.7.9.2); null when it
 * has none that can be used: then the indices are shown as they are.
 */
export function lumaPaletteOf(dataset: DicomDataset): LumaPalette | null {
  const descriptor = numbersOf(dataset, 'x00281101', 'US');
  const [red, green, blue] = [1, 2, 3].map(
    (colour) => tableOf(dataset, `x0028120${colour}`, descriptor) ?? segmentedOf(dataset, `x0028122${colour}`, descriptor),
  );
  if (!red || !green || !blue) return null;
  const luma = red.map((value, index) => (77 * value + 150 * (green[index] ?? 0) + 29 * (blue[index] ?? 0) + 128) >>> 8);
  return { firstValue: descriptor[1] ?? 0, luma };
}

const entriesOf = ([declared]: readonly number[]): number | null => (declared === undefined ? null : declared === 0 ? 65_536 : declared);

/** One table, 8 bits an entry. Tables of 8-bit entries may be stored one entry a byte or one a 16-bit word. */
function tableOf(dataset: DicomDataset, tag: string, descriptor: readonly number[]): Uint8Array | null {
  const element = elementWithValue(dataset, tag);
  const entries = entriesOf(descriptor);
  if (element === null || entries === null) return null;
  const bytes = dataset.bytes.subarray(element.dataOffset, element.dataOffset + element.length);
  if (bytes.length >= entries * 2) return narrowed(Uint16Array.from({ length: entries }, (_, index) => uint16At(bytes, index * 2, dataset.littleEndian)));
  return bytes.length >= entries ? bytes.slice(0, entries) : null;
}

/** The high bytes; entries declared 16 bits wide that only use the low byte are common. */
const narrowed = (words: Uint16Array): Uint8Array => Uint8Array.from(words, words.some((value) => value > 255) ? (value) => value >>> 8 : (value) => value);

/** (0028,1221) to (0028,1223): the same table as a list of segments, of bytes where its entries have 8 bits. */
function segmentedOf(dataset: DicomDataset, tag: string, descriptor: readonly number[]): Uint8Array | null {
  const element = elementWithValue(dataset, tag);
  const entries = entriesOf(descriptor);
  if (element === null || entries === null) return null;
  const bytes = dataset.bytes.subarray(element.dataOffset, element.dataOffset + element.length);
  const narrow = descriptor[2] === 8;
  const words = narrow ? bytes : Uint16Array.from({ length: bytes.length >>> 1 }, (_, index) => uint16At(bytes, index * 2, dataset.littleEndian));
  const table = expandSegments(words, entries, narrow, dataset.littleEndian);
  return table === null ? null : narrow ? Uint8Array.from(table) : narrowed(table);
}

/**
 * Writes out discrete (0), linear (1) and indirect (2) segments; null where they are none or do not fill the table. An indirect one
 * repeats earlier segments from a byte offset, low part first; its linear ones go on from where the table then is.
 */
export function expandSegments(words: Uint8Array | Uint16Array, entries: number, narrow: boolean, littleEndian = true): Uint16Array | null {
  const table = new Uint16Array(entries);
  let filled = 0;
  const put = (value: number) => {
    if (filled < entries) table[filled++] = value;
  };
  const linear = (length: number, target: number) => {
    const from = table[filled - 1] ?? 0;
    for (let step = 1; step <= length; step++) put(Math.round(from + ((target - from) * step) / length));
  };
  // How many segments are read from `at`; where the next one begins, null at one that is none.
  const expand = (start: number, segments: number, nested: boolean): number | null => {
    let at = start;
    for (let count = 0; count < segments && at + 2 <= words.length && filled < entries; count++) {
      const [opcode, length = 0] = [words[at], words[at + 1]];
      if (opcode === 0) {
        for (const value of words.subarray(at + 2, at + 2 + length)) put(value);
        at += 2 + length;
      } else if (opcode === 1 && filled > 0 && at + 2 < words.length) {
        linear(length, words[at + 2] ?? 0);
        at += 3;
      } else if (opcode === 2 && !nested) {
        const offset = narrow ? uint32At(words as Uint8Array, at + 2, littleEndian) : ((words[at + 2] ?? 0) + (words[at + 3] ?? 0) * 0x10000) / 2;
        if (!Number.isInteger(offset) || offset >= at || expand(offset, length, true) === null) return null;
        at += narrow ? 6 : 4;
      } else return null;
    }
    return at;
  };
  return expand(0, Number.POSITIVE_INFINITY, false) === null || filled < entries ? null : table;
}
