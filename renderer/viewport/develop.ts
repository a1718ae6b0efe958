import { brightnessOf, type VoiFunction } from '../../src/dicom/voi.ts';
import { centerOf, type VoiRange, widthOf } from './window.ts';

/** How stored values become greys. */
export interface Development {
  readonly range: VoiRange;
  readonly voiFunction: VoiFunction;
  /** Small values bright. */
  readonly inverted: boolean;
  /** Pixels of this stored value are no picture and stay black; null when there is none. */
  readonly paddingValue: number | null;
}

/** Opaque grey as one little-endian word of RGBA. */
const word = (grey: number): number => ((255 << 24) | (grey << 16) | (grey << 8) | grey) >>> 0;

/** The grey of each stored value as a word of RGBA. */
export function greyTable(bitsAllocated: 8 | 16, { range, voiFunction, inverted, paddingValue }: Development): Uint32Array {
  const window = { center: centerOf(range), width: widthOf(range), voiFunction };
  const table = Uint32Array.from({ length: 2 ** bitsAllocated }, (_, value) => {
    const share = brightnessOf(value, window);
    return word(Math.round(255 * (inverted ? 1 - share : share)));
  });
  if (paddingValue !== null && paddingValue >= 0 && paddingValue < table.length) table[paddingValue] = word(0);
  return table;
}

/** Writes the grey of each value; `out` is as long as `values`. */
export function develop(values: Uint8Array | Uint16Array, table: Uint32Array, out: Uint32Array): void {
  const count = values.length;
  for (let i = 0; i < count; i++) out[i] = table[values[i] as number] as number;
}
