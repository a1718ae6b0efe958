import type { RunLengthMask } from '../../base/runLength.ts';
import type { XrayFrameAttributes } from '../../dicom/xrayFrame.ts';
import type { Region } from '../image/motion.ts';

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
