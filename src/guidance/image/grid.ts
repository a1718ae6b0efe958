/** A picture of numbers, row-major. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export const createGrid = (width: number, height: number): Grid => ({ width, height, data: new Float32Array(width * height) });

/** Value at a point between pixels (bilinear); the edge is repeated outside. */
export function sampleGrid({ width, height, data }: Grid, x: number, y: number): number {
  const cx = x < 0 ? 0 : Math.min(x, width - 1.001);
  const cy = y < 0 ? 0 : Math.min(y, height - 1.001);
  const x0 = cx | 0;
  const y0 = cy | 0;
  const fx = cx - x0;
  const fy = cy - y0;
  const at = y0 * width + x0;
  const top = (data[at] ?? 0) * (1 - fx) + (data[at + 1] ?? 0) * fx;
  const bottom = (data[at + width] ?? 0) * (1 - fx) + (data[at + width + 1] ?? 0) * fx;
  return top * (1 - fy) + bottom * fy;
}

/** Means of 2×2 blocks into `target`, which is half as wide and high (odd last rows and columns are left out). */
export function halve(source: Grid, target: Grid): void {
  const { width, data } = source;
  const out = target.data;
  for (let y = 0; y < target.height; y++) {
    let at = 2 * y * width;
    const row = y * target.width;
    for (let x = 0; x < target.width; x++, at += 2) {
      out[row + x] = 0.25 * ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + width] ?? 0) + (data[at + width + 1] ?? 0));
    }
  }
}

/** The value below which `fraction` of `values[0 … count)` lie (quickselect); reorders them. Zero when there are none. */
export function quantileInPlace(values: Float32Array, count: number, fraction: number): number {
  if (count <= 0) return 0;
  const wanted = Math.min(count - 1, Math.floor(fraction * count));
  let left = 0;
  let right = count - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1] ?? 0;
    let i = left;
    let j = right;
    while (i <= j) {
      while ((values[i] ?? 0) < pivot) i++;
      while ((values[j] ?? 0) > pivot) j--;
      if (i > j) break;
      const swap = values[i] ?? 0;
      values[i] = values[j] ?? 0;
      values[j] = swap;
      i++;
      j--;
    }
    if (wanted <= j) right = j;
    else if (wanted >= i) left = i;
    else break;
  }
  return values[wanted] ?? 0;
}
