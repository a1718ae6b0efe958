import { brightnessOf, type VoiFunction } from '../../src/dicom/voi.ts';
import { centerOf, type VoiRange, widthOf } from './window.ts';

/** How stored values become greys. */
export interface Development {
  readonly range: VoiRange;
  readonly voiFunction: VoiFunction;
  /** Small values bright. */
  readonly inverted: boolean;
  /** Pixels from the first to the second of these stored values are no picture and stay black; null when there are none. */
  readonly padding: readonly [low: number, high: number] | null;
}

/** Opaque grey as one little-endian word of RGBA. */
const word = (grey: number): number => ((255 << 24) | (grey << 16) | (grey << 8) | grey) >>> 0;

/** The grey of each stored value as a word of RGBA. */
export function greyTable(bitsAllocated: 8 | 16, { range, voiFunction, inverted, padding }: Development): Uint32Array {
  const window = { center: centerOf(range), width: widthOf(range), voiFunction };
  const table = Uint32Array.from({ length: 2 ** bitsAllocated }, (_, value) => {
    const share = brightnessOf(value, window);
    return word(Math.round(255 * (inverted ? 1 - share : share)));
  });
  if (padding !== null && padding[1] >= 0) table.fill(word(0), Math.max(0, padding[0]), padding[1] + 1);
  return table;
}

/** Writes the grey of each value; `out` is as long as `values`. */
export function develop(values: Uint8Array | Uint16Array, table: Uint32Array, out: Uint32Array): void {
  const count = values.length;
  for (let i = 0; i < count; i++) out[i] = table[values[i] as number] as number;
}
