import { inputFault, ok, type Result } from '../../../src/base/result.ts';
import type { XrayFrame } from '../../../src/dicom/xrayFrame.ts';
import type { PlaneId } from '../../../src/sample/sample.ts';

/** A part of a plane's pictures in which text is burned in; pixels of the frames, the upper left corner of the first pixel being (0, 0). */
export interface Mask {
  readonly plane: PlaneId;
  readonly xImagePx: number;
  readonly yImagePx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** `a:0,0,300,40` → a mask. */
export function parseMask(text: string): Result<Mask> {
  const match = /^([ab]):(\d+),(\d+),(\d+),(\d+)$/.exec(text);
  if (!match) return inputFault(`--mask ${text} is no mask: give PLANE:X,Y,WIDTH,HEIGHT in pixels, for example a:0,0,300,40.`);
  const [xImagePx = 0, yImagePx = 0, widthPx = 0, heightPx = 0] = match.slice(2).map(Number);
  return ok({ plane: match[1] === 'a' ? 'a' : 'b', xImagePx, yImagePx, widthPx, heightPx });
}

/** The frame with its masked parts black; the frame itself where nothing is masked. */
export function masked(frame: XrayFrame, masks: readonly Mask[]): XrayFrame {
  if (masks.length === 0 || frame.pixels.length === 0) return frame;
  const { columns, rows, photometric, bitsStored } = frame.attributes;
  const black = photometric === 'MONOCHROME1' ? 2 ** bitsStored - 1 : 0;
  const pixels = frame.pixels.slice();
  for (const { xImagePx, yImagePx, widthPx, heightPx } of masks) {
    for (let row = yImagePx; row < Math.min(rows, yImagePx + heightPx); row++)
      pixels.fill(black, row * columns + Math.min(columns, xImagePx), row * columns + Math.min(columns, xImagePx + widthPx));
  }
  return { attributes: frame.attributes, pixels };
}
