import type { VisibleField } from '../image/field.ts';
import { createGrid, type Grid, quantileInPlace } from '../image/grid.ts';

/**
 * Places where two opposite edges face each other at the width of a needle, dark between them (the idea of the stroke width
 * transform: Epshtein, Ofek, Wexler, CVPR 2010). Coordinates are of the coarse grid.
 */
export interface EdgePairs {
  count: number;
  /** Middle of the pair. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Direction across the bar, 0 … π. */
  readonly normalRad: Float32Array;
  /** The weaker of the two edges, nepers a pixel. */
  readonly edge: Float32Array;
}

export interface PairBuffers {
  readonly gx: Grid;
  readonly gy: Grid;
  readonly magnitude: Grid;
  readonly scratch: Float32Array;
  readonly pairs: EdgePairs;
}

const capacity = 60_000;

export function createPairBuffers(width: number, height: number): PairBuffers {
  return {
    gx: createGrid(width, height),
    gy: createGrid(width, height),
    magnitude: createGrid(width, height),
    scratch: new Float32Array(4096),
    pairs: { count: 0, x: new Float32Array(capacity), y: new Float32Array(capacity), normalRad: new Float32Array(capacity), edge: new Float32Array(capacity) },
  };
}

/** Sobel gradient divided by eight, zero near the edge of the visible field. */
function gradients(coarse: Grid, field: VisibleField, { gx, gy, magnitude }: PairBuffers): void {
  const { width, height, data } = coarse;
  magnitude.data.fill(0);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      if ((field.depth[at] ?? 0) < 3) continue;
      const nw = data[at - width - 1] ?? 0;
      const ne = data[at - width + 1] ?? 0;
      const sw = data[at + width - 1] ?? 0;
      const se = data[at + width + 1] ?? 0;
      const dx = (ne + se - nw - sw + 2 * ((data[at + 1] ?? 0) - (data[at - 1] ?? 0))) * 0.125;
      const dy = (sw + se - nw - ne + 2 * ((data[at + width] ?? 0) - (data[at - width] ?? 0))) * 0.125;
      gx.data[at] = dx;
      gy.data[at] = dy;
      magnitude.data[at] = Math.sqrt(dx * dx + dy * dy);
    }
  }
}

/** A robust size of the gradient where nothing stands: its median on a sparse grid of the field. */
function typicalGradient({ magnitude, scratch }: PairBuffers): number {
  const step = Math.max(1, Math.floor(magnitude.data.length / scratch.length) | 1);
  let count = 0;
  for (let at = 0; at < magnitude.data.length && count < scratch.length; at += step) {
    const value = magnitude.data[at] ?? 0;
    if (value > 0) scratch[count++] = value;
  }
  return quantileInPlace(scratch, count, 0.5);
}

/** Edges weaker than this (nepers a coarse pixel) are no metal: a 0.1 neper step, blurred. */
const leastEdge = 0.04;

/** All pairs whose distance is between `leastWidth` and `mostWidth` coarse pixels, into the buffers. */
export function findEdgePairs(coarse: Grid, field: VisibleField, leastWidth: number, mostWidth: number, buffers: PairBuffers): EdgePairs {
  gradients(coarse, field, buffers);
  const { gx, gy, magnitude, pairs } = buffers;
  const threshold = Math.max(leastEdge, 3 * typicalGradient(buffers));
  const { width, height } = coarse;
  pairs.count = 0;
  for (let y = 3; y < height - 3; y++) {
    for (let x = 3, at = y * width + 3; x < width - 3; x++, at++) {
      const strength = magnitude.data[at] ?? 0;
      if (strength < threshold || pairs.count >= capacity) continue;
      const nx = (gx.data[at] ?? 0) / strength;
      const ny = (gy.data[at] ?? 0) / strength;
      let bestDot = 0;
      let bestWidth = 0;
      for (let w = leastWidth; w <= mostWidth; w += 0.5) {
        // Truncation, not Math.round: a negative zero would take the engine off its fast path.
        const px = (x + nx * w + 0.5) | 0;
        const py = (y + ny * w + 0.5) | 0;
        if (px < 0 || py < 0 || px >= width || py >= height) break;
        const other = py * width + px;
        const along = -((gx.data[other] ?? 0) * nx + (gy.data[other] ?? 0) * ny);
        if (along > bestDot && (magnitude.data[other] ?? 0) * 0.88 < along) {
          bestDot = along;
          bestWidth = w;
        }
      }
      if (bestDot < threshold || bestDot < 0.3 * strength) continue;
      const normal = Math.atan2(ny, nx);
      pairs.x[pairs.count] = x + 0.5 * nx * bestWidth;
      pairs.y[pairs.count] = y + 0.5 * ny * bestWidth;
      pairs.normalRad[pairs.count] = normal < 0 ? normal + Math.PI : normal;
      pairs.edge[pairs.count] = Math.min(strength, bestDot);
      pairs.count++;
    }
  }
  return pairs;
}
