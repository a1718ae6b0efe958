import type { RunLengthMask } from '../../src/base/runLength.ts';

/** Pixels [x0, x1) × [y0, y1). */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** One run of ones: row, first column, past the last column. Runs are cut at row ends. */
type VisitRun = (row: number, from: number, to: number) => void;

function visitRuns(mask: RunLengthMask, visit: VisitRun): void {
  const [rows, columns] = mask.size;
  let at = 0;
  for (let i = 0; i < mask.counts.length; i++) {
    const count = mask.counts[i] ?? 0;
    const end = Math.min(at + count, rows * columns);
    for (let from = at; i % 2 === 1 && from < end; ) {
      const row = Math.floor(from / columns);
      const to = Math.min(end, (row + 1) * columns);
      visit(row, from - row * columns, to - row * columns);
      from = to;
    }
    at += count;
  }
}

/** The least box around the ones; null when there are none. */
export function boundingBox(mask: RunLengthMask): Box | null {
  let box: Box | null = null;
  visitRuns(mask, (row, from, to) => {
    box = box
      ? { x0: Math.min(box.x0, from), y0: Math.min(box.y0, row), x1: Math.max(box.x1, to), y1: Math.max(box.y1, row + 1) }
      : { x0: from, y0: row, x1: to, y1: row + 1 };
  });
  return box;
}

/** `rgba` as one little-endian word for a `Uint32Array` over image data. */
const packed = (r: number, g: number, b: number, alpha: number): number => ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;

/** Earliest blue, over teal and olive, latest orange: told apart in grey too, since lightness rises with arrival. */
const stops: readonly (readonly [r: number, g: number, b: number])[] = [
  [46, 62, 184],
  [28, 128, 138],
  [122, 150, 66],
  [255, 157, 77],
];
const cementAlpha = 120;
const rampSize = 64;

/** Colours from first to last arrival. */
export const arrivalRamp: Uint32Array = Uint32Array.from({ length: rampSize }, (_, i) => {
  const position = (i / (rampSize - 1)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(position));
  const share = position - index;
  const from = stops[index] ?? [0, 0, 0];
  const to = stops[index + 1] ?? from;
  const mix = (k: 0 | 1 | 2) => Math.round(from[k] + (to[k] - from[k]) * share);
  return packed(mix(0), mix(1), mix(2), cementAlpha);
});
const leakColour = packed(255, 77, 79, 200);

/** A picture of the cement, to be drawn with its box at image coordinates. */
export interface CementPicture {
  readonly box: Box;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * Remembers when cement was first seen at each pixel of one plane. Successive masks go in with their frame's time; a pixel
 * that leaves the mask keeps its time, so that a flickering edge does not look like new cement. After a jump back in time
 * (review) later arrivals are forgotten; after a jump forward everything new counts as arriving then.
 */
export function createArrivalMap() {
  let arrivedMs: Float32Array = new Float32Array(0);
  let columns = 0;
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;

  const reset = (size: number) => {
    arrivedMs = new Float32Array(size).fill(Number.POSITIVE_INFINITY);
    firstMs = Number.POSITIVE_INFINITY;
    lastMs = Number.NEGATIVE_INFINITY;
  };
  const forgetAfter = (tMs: number) => {
    for (let i = 0; i < arrivedMs.length; i++) if ((arrivedMs[i] ?? 0) > tMs) arrivedMs[i] = Number.POSITIVE_INFINITY;
    if (firstMs > tMs) firstMs = Number.POSITIVE_INFINITY;
  };

  return {
    /** Takes one frame's mask. */
    add(mask: RunLengthMask, tMs: number): void {
      const [rows, maskColumns] = mask.size;
      if (arrivedMs.length !== rows * maskColumns || columns !== maskColumns) reset(rows * maskColumns);
      columns = maskColumns;
      if (tMs < lastMs) forgetAfter(tMs);
      lastMs = tMs;
      visitRuns(mask, (row, from, to) => {
        for (let i = row * columns + from; i < row * columns + to; i++) if ((arrivedMs[i] ?? 0) > tMs) arrivedMs[i] = tMs;
        if (tMs < firstMs) firstMs = tMs;
      });
    },
    /** First seen at this pixel, ms; null when never. */
    at(x: number, y: number): number | null {
      const value = arrivedMs[y * columns + x];
      return value === undefined || !Number.isFinite(value) ? null : value;
    },
    /** The present mask in arrival colours; pixels that `isOutside` are shown as leaked. Null when the mask is empty. */
    paint(mask: RunLengthMask, isOutside: ((x: number, y: number) => boolean) | null): CementPicture | null {
      const box = boundingBox(mask);
      if (!box) return null;
      const width = box.x1 - box.x0;
      const words = new Uint32Array(width * (box.y1 - box.y0));
      const perMs = (rampSize - 1) / Math.max(1, lastMs - firstMs);
      visitRuns(mask, (row, from, to) => {
        for (let x = from; x < to; x++) {
          const step = Math.round(((arrivedMs[row * columns + x] ?? lastMs) - firstMs) * perMs);
          words[(row - box.y0) * width + x - box.x0] = isOutside?.(x, row) ? leakColour : (arrivalRamp[Math.max(0, Math.min(rampSize - 1, step))] ?? 0);
        }
      });
      return { box, rgba: new Uint8ClampedArray(words.buffer) };
    },
  };
}
export type ArrivalMap = ReturnType<typeof createArrivalMap>;

/** A polygon filled by the even-odd rule: ones where a pixel's centre is inside. */
export function rasterPolygon(polygon: readonly (readonly [number, number])[], rows: number, columns: number): Uint8Array {
  const inside = new Uint8Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    const crossings: number[] = [];
    for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
      const [xi, yi] = polygon[i] ?? [0, 0];
      const [xj, yj] = polygon[j] ?? [0, 0];
      if (yi > y !== yj > y) crossings.push(((xj - xi) * (y - yi)) / (yj - yi) + xi);
    }
    crossings.sort((p, q) => p - q);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      const from = Math.max(0, Math.ceil(crossings[k] ?? 0));
      const to = Math.min(columns, Math.floor(crossings[k + 1] ?? 0) + 1);
      if (to > from) inside.fill(1, y * columns + from, y * columns + to);
    }
  }
  return inside;
}

/** Where a polygon is, for each frame: drawn once, and again when the frame's matrix is another one. */
export function polygonLookup(polygon: readonly (readonly [number, number])[]): (rows: number, columns: number) => Uint8Array {
  let drawn: { readonly rows: number; readonly columns: number; readonly inside: Uint8Array } | null = null;
  return (rows, columns) => {
    if (drawn?.rows !== rows || drawn.columns !== columns) drawn = { rows, columns, inside: rasterPolygon(polygon, rows, columns) };
    return drawn.inside;
  };
}
