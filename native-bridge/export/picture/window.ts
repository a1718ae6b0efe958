import { brightnessOf, type VoiFunction } from '../../../src/dicom/voi.ts';
import { paddingRangeOf, type XrayFrame } from '../../../src/dicom/xrayFrame.ts';

/** Window of stored values, by its ends: black at and below `lower` and white at and above `upper`, as its function has it. */
export interface Window {
  readonly lower: number;
  readonly upper: number;
  readonly voiFunction: VoiFunction;
}

/** Values below this share of the picture are left out at each end, so that collimator and metal do not set the window. */
const cutShare = 0.01;

/** As the source says, else 1st to 99th percentile of the values above zero (zero is the masked corner of a round image): how the console first shows it. */
export function windowOf({ attributes, pixels }: XrayFrame): Window {
  const { windowCenter, windowWidth } = attributes;
  if (windowCenter !== null && windowWidth !== null) {
    const width = Math.max(1, windowWidth);
    return { lower: windowCenter - width / 2, upper: windowCenter + width / 2, voiFunction: attributes.voiFunction ?? 'LINEAR' };
  }
  const counts = new Uint32Array(65536);
  for (const value of pixels) counts[value] = (counts[value] ?? 0) + 1;
  const padding = paddingRangeOf(attributes);
  if (padding && padding[1] > 0) counts.fill(0, Math.max(1, padding[0]), padding[1] + 1);
  const total = counts.reduce((sum, count) => sum + count, 0) - (counts[0] ?? 0);
  const lower = valueAt(counts, total * cutShare);
  const upper = valueAt(counts, total * (1 - cutShare));
  return { ...(upper > lower ? { lower, upper } : { lower: lower - 1, upper: Math.max(1, lower) }), voiFunction: 'LINEAR' };
}

/** The value above zero that `rank` values lie below or at. */
function valueAt(counts: Uint32Array, rank: number): number {
  let below = 0;
  for (let value = 1; value < counts.length; value++) {
    below += counts[value] ?? 0;
    if (below > rank) return value;
  }
  return 0;
}

/** Grey 0 … 255 for each stored value, through the window and, for MONOCHROME1, inverted; padding is black. */
export function greyTable({ lower, upper, voiFunction }: Window, inverted: boolean, padding: readonly [low: number, high: number] | null = null): Uint8Array {
  const window = { center: (lower + upper) / 2, width: upper - lower, voiFunction };
  const table = Uint8Array.from({ length: 65536 }, (_, value) => {
    const grey = Math.round(255 * brightnessOf(value, window));
    return inverted ? 255 - grey : grey;
  });
  return padding && padding[1] >= 0 ? table.fill(0, Math.max(0, padding[0]), padding[1] + 1) : table;
}
