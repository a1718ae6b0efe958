import { brightnessOf, type VoiWindow } from '../../src/dicom/voi.ts';
import type { PriorHeader } from '../../src/link/priors.ts';

/** The three directions a volume is cut in, by what the eye sees in an axial series; `stack` is the series as it came. */
export type Cut = 'stack' | 'coronal' | 'sagittal';

export interface Slice {
  readonly width: number;
  readonly height: number;
  /** Of one pixel. */
  readonly spacingMm: readonly [number, number] | null;
  readonly values: Int16Array;
}

/** How many slices there are in a direction. */
export const sliceCount = (header: PriorHeader, cut: Cut): number => ({ stack: header.frames, coronal: header.rows, sagittal: header.columns })[cut];

/**
 * One slice of a volume by its index. Coronal keeps columns and runs through the slices from the last to the first downwards (head
 * up, when the slices go from feet to head); sagittal keeps rows as its width. No values are made up between slices: they are
 * stretched when shown, by their spacing.
 */
export function sliceOf(header: PriorHeader, volume: Int16Array, cut: Cut, index: number): Slice {
  const { columns, rows, frames, spacingMm } = header;
  const size = rows * columns;
  if (cut === 'stack') {
    return {
      width: columns,
      height: rows,
      spacingMm: spacingMm && [spacingMm[0], spacingMm[1]],
      values: volume.subarray(index * size, (index + 1) * size),
    };
  }
  const width = cut === 'coronal' ? columns : rows;
  const values = new Int16Array(width * frames);
  for (let z = 0; z < frames; z++) {
    const to = (frames - 1 - z) * width;
    if (cut === 'coronal') values.set(volume.subarray(z * size + index * columns, z * size + (index + 1) * columns), to);
    else for (let y = 0; y < rows; y++) values[to + y] = volume[z * size + y * columns + index] ?? 0;
  }
  return { width, height: frames, spacingMm: spacingMm && [cut === 'coronal' ? spacingMm[0] : spacingMm[1], spacingMm[2]], values };
}

/** Grey values for a canvas, by the window and its function. */
export function paint(values: Int16Array, window: VoiWindow, isInverted: boolean, out: Uint32Array): void {
  // A table over all values: a multiplication a pixel would cost more than the look-up.
  const table = new Uint32Array(65536);
  for (let value = -32768; value < 32768; value++) {
    const share = brightnessOf(value, window);
    const grey = Math.round((isInverted ? 1 - share : share) * 255);
    table[value + 32768] = (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
  }
  for (let i = 0; i < values.length; i++) out[i] = table[(values[i] ?? 0) + 32768] ?? 0;
}

/** Usual windows of CT, Hounsfield units. */
export const ctWindows = {
  bone: { center: 400, width: 1800, voiFunction: 'LINEAR' },
  soft: { center: 40, width: 400, voiFunction: 'LINEAR' },
  lung: { center: -600, width: 1500, voiFunction: 'LINEAR' },
} as const satisfies Readonly<Record<string, VoiWindow>>;
