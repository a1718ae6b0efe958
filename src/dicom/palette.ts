import type { DicomDataset } from './dataset.ts';
import type { LumaPalette } from './storedValues.ts';
import { elementWithValue, numbersOf } from './values.ts';

/**
 * The colour table of a PALETTE COLOR image as luma (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6); null when it has none that can be
 * used: then the indices are shown as they are. Segmented tables (0028,1221) are not expanded.
 */
export function lumaPaletteOf(dataset: DicomDataset): LumaPalette | null {
  const descriptor = numbersOf(dataset, 'x00281101', 'US');
  const [red, green, blue] = ['x00281201', 'x00281202', 'x00281203'].map((tag) => tableOf(dataset, tag, descriptor));
  if (!red || !green || !blue) return null;
  const luma = red.map((value, index) => (77 * value + 150 * (green[index] ?? 0) + 29 * (blue[index] ?? 0) + 128) >>> 8);
  return { firstValue: descriptor[1] ?? 0, luma };
}

/** One table, 8 bits an entry. Tables of 8-bit entries may be stored one entry a byte or one a 16-bit word. */
function tableOf(dataset: DicomDataset, tag: string, descriptor: readonly number[]): Uint8Array | null {
  const element = elementWithValue(dataset, tag);
  const declared = descriptor[0];
  if (element === null || declared === undefined) return null;
  const entries = declared === 0 ? 65_536 : declared;
  const bytes = dataset.bytes.subarray(element.dataOffset, element.dataOffset + element.length);
  if (bytes.length >= entries * 2) {
    const high = dataset.littleEndian ? 1 : 0;
    const words = Uint8Array.from({ length: entries }, (_, index) => bytes[index * 2 + high] ?? 0);
    const low = Uint8Array.from({ length: entries }, (_, index) => bytes[index * 2 + 1 - high] ?? 0);
    // Entries declared 16 bits wide that only use the low byte are common.
    return words.some((value) => value > 0) ? words : low;
  }
  return bytes.length >= entries ? bytes.slice(0, entries) : null;
}
