import { paddingRangeOf, type XrayFrameAttributes } from '../../src/dicom/xrayFrame.ts';

/** Window of stored values, by its ends: black at and below `lower` and white at and above `upper`, as its function has it. */
export interface VoiRange {
  readonly lower: number;
  readonly upper: number;
}

export const centerOf = (range: VoiRange): number => (range.lower + range.upper) / 2;
export const widthOf = (range: VoiRange): number => range.upper - range.lower;
export const rangeOf = (center: number, width: number): VoiRange => ({ lower: center - Math.max(1, width) / 2, upper: center + Math.max(1, width) / 2 });

/** Values below this share of the picture are left out at each end, so that collimator and metal do not set the window. */
const cutShare = 0.01;
const sampleCount = 20_000;

/** A window from the picture itself: 1st to 99th percentile of the values above zero (zero is the masked corner of a round image), without padding. */
export function windowFromPixels(pixels: Uint8Array | Uint16Array, padding: readonly [low: number, high: number] | null = null): VoiRange {
  const stride = Math.max(1, Math.floor(pixels.length / sampleCount)) | 1;
  const values: number[] = [];
  for (let i = 0; i < pixels.length; i += stride) {
    const value = pixels[i] ?? 0;
    if (value > 0 && !(padding && value >= padding[0] && value <= padding[1])) values.push(value);
  }
  if (values.length === 0) return { lower: 0, upper: 1 };
  values.sort((p, q) => p - q);
  const lower = values[Math.floor(values.length * cutShare)] ?? 0;
  const upper = values[Math.min(values.length - 1, Math.floor(values.length * (1 - cutShare)))] ?? 1;
  return upper > lower ? { lower, upper } : { lower: lower - 1, upper: lower };
}

/** The window a frame starts with: as the file says, else from its pixels. */
export const firstWindow = (attributes: XrayFrameAttributes, pixels: Uint8Array | Uint16Array): VoiRange =>
  attributes.windowCenter !== null && attributes.windowWidth !== null
    ? rangeOf(attributes.windowCenter, attributes.windowWidth)
    : windowFromPixels(pixels, paddingRangeOf(attributes));

/** After a drag of `dx`, `dy` canvas pixels: right widens, down brightens as in other viewers (lower centre shows brighter). */
export const draggedWindow = (range: VoiRange, dx: number, dy: number, bitsStored: number): VoiRange => {
  const perPx = 2 ** bitsStored / 1024;
  return rangeOf(centerOf(range) + dy * perPx, Math.max(2, widthOf(range) + dx * perPx));
};
