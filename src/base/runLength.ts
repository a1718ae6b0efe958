/** A binary image as row-major run lengths, starting with a run of zeros (possibly empty). */
export interface RunLengthMask {
  readonly size: readonly [rows: number, columns: number];
  readonly counts: readonly number[];
}

/** Non-zero pixels of a row-major image become ones. */
export function encodeRunLengths(pixels: Uint8Array, rows: number, columns: number): RunLengthMask {
  const counts: number[] = [];
  let current = false;
  let run = 0;
  for (let i = 0; i < rows * columns; i++) {
    const on = pixels[i] !== 0;
    if (on === current) run++;
    else {
      counts.push(run);
      current = on;
      run = 1;
    }
  }
  counts.push(run);
  return { size: [rows, columns], counts };
}

/** Row-major image of zeros and ones. Throws when the run lengths do not add up to the size. */
export function decodeRunLengths(mask: RunLengthMask): Uint8Array {
  const [rows, columns] = mask.size;
  const pixels = new Uint8Array(rows * columns);
  let at = 0;
  mask.counts.forEach((count, index) => {
    if (index % 2 === 1) pixels.fill(1, at, at + count);
    at += count;
  });
  if (at !== pixels.length) throw new Error(`run lengths add up to ${at}, not ${pixels.length}`);
  return pixels;
}
