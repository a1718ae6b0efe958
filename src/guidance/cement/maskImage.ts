import type { RunLengthMask } from '../../base/runLength.ts';
import type { XrayFrameAttributes } from '../../dicom/xrayFrame.ts';
import type { Region } from '../image/motion.ts';

/** The smallest part of the picture that holds every marked pixel (value 1) of `box`; null when none is. Nothing outside of `box` may be marked. */
export function markedExtent(mask: Uint8Array, width: number, box: Region): Region | null {
  let [x0, y0, x1, y1] = [box.x1, box.y1, box.x0, box.y0];
  const end = box.y1 * width;
  for (let at = mask.indexOf(1, box.y0 * width); at >= 0 && at < end; ) {
    const y = Math.floor(at / width);
    const next = (y + 1) * width;
    x0 = Math.min(x0, at - y * width);
    x1 = Math.max(x1, mask.lastIndexOf(1, next - 1) - y * width + 1);
    y0 = Math.min(y0, y);
    y1 = y + 1;
    at = mask.indexOf(1, next);
  }
  return y0 < y1 ? { x0, y0, x1, y1 } : null;
}

/** The smallest part of the picture that holds both. */
export const unionOf = (a: Region | null, b: Region): Region =>
  a === null ? b : { x0: Math.min(a.x0, b.x0), y0: Math.min(a.y0, b.y0), x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1) };

/**
 * A mask of the fine grid (non-zero only in `box`) in bone coordinates as run lengths of the whole frame: each fine pixel becomes `factor` × `factor`
 * pixels, moved by the bone's shift (fine pixels). Made run by run, without a picture of full size.
 */
export function runLengthsInImage(
  mask: Uint8Array,
  width: number,
  box: Region,
  factor: number,
  shift: readonly [number, number],
  { rows, columns }: Pick<XrayFrameAttributes, 'rows' | 'columns'>,
): RunLengthMask {
  const counts: number[] = [];
  const shiftX = Math.round(shift[0] * factor);
  const shiftY = Math.round(shift[1] * factor);
  let position = 0;
  for (let row = 0; row < rows; row++) {
    const y = Math.floor((row - shiftY) / factor);
    if (y < box.y0 || y >= box.y1) continue;
    const start = y * width;
    for (let x = box.x0; x < box.x1; x++) {
      if (mask[start + x] === 0) continue;
      let end = x + 1;
      while (end < box.x1 && mask[start + end] !== 0) end++;
      const from = Math.max(0, x * factor + shiftX);
      const to = Math.min(columns, end * factor + shiftX);
      x = end;
      if (to <= from) continue;
      counts.push(row * columns + from - position, to - from);
      position = row * columns + to;
    }
  }
  counts.push(rows * columns - position);
  return { size: [rows, columns], counts };
}
