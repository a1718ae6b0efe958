import type { VisibleField } from './field.ts';
import { type Grid, quantileInPlace } from './grid.ts';

const wanted = 1600;
const scratch = new Float32Array(wanted);

/**
 * Standard deviation of the pixel noise, from the median absolute second difference along rows on a sparse grid: anatomy
 * varies slowly, noise does not (the factor √6 is the norm of 1, −2, 1; 0.6745 makes a median a standard deviation).
 */
export function noiseOf(fine: Grid, field: VisibleField): number {
  const { width, height, data } = fine;
  const step = Math.max(2, Math.floor(Math.sqrt((width * height) / wanted)));
  let count = 0;
  for (let y = step; y < height - step && count < wanted; y += step) {
    for (let x = step; x < width - step && count < wanted; x += step) {
      if ((field.depth[(y >> 1) * field.width + (x >> 1)] ?? 0) < 4) continue;
      const at = y * width + x;
      scratch[count++] = Math.abs((data[at - 1] ?? 0) - 2 * (data[at] ?? 0) + (data[at + 1] ?? 0));
    }
  }
  return quantileInPlace(scratch, count, 0.5) / (0.6745 * Math.sqrt(6));
}
