import type { VisibleField } from '../image/field.ts';
import { type Grid, quantileInPlace } from '../image/grid.ts';
import type { ImageKernels } from '../kernels/imageKernels.ts';

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
  readonly kernels: ImageKernels;
  /** The picture and how deep each place lies in the field, where the kernels find them. */
  readonly picture: Grid;
  readonly depth: Uint8Array;
  readonly gx: Grid;
  readonly gy: Grid;
  readonly magnitude: Grid;
  readonly scratch: Float32Array;
  readonly pairs: EdgePairs;
}

const capacity = 60_000;

export function createPairBuffers(width: number, height: number, kernels: ImageKernels): PairBuffers {
  return {
    kernels,
    picture: kernels.grid(width, height),
    depth: kernels.bytes(width * height),
    gx: kernels.grid(width, height),
    gy: kernels.grid(width, height),
    magnitude: kernels.grid(width, height),
    scratch: new Float32Array(4096),
    pairs: { count: 0, x: new Float32Array(capacity), y: new Float32Array(capacity), normalRad: new Float32Array(capacity), edge: new Float32Array(capacity) },
  };
}

/** Nearer to the edge of the visible field than this there are no edges of anything, coarse pixels. */
const leastDepth = 3;

function gradients(coarse: Grid, field: VisibleField, { kernels, picture, depth, gx, gy, magnitude }: PairBuffers): void {
  picture.data.set(coarse.data);
  depth.set(field.depth);
  kernels.gradients(picture, depth, gx, gy, magnitude, leastDepth);
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
  const [acrossX, acrossY, sizes] = [gx.data, gy.data, magnitude.data];
  pairs.count = 0;
  for (let y = 3; y < height - 3; y++) {
    for (let x = 3, at = y * width + 3; x < width - 3; x++, at++) {
      const strength = sizes[at] ?? 0;
      if (strength < threshold || pairs.count >= capacity) continue;
      const nx = (acrossX[at] ?? 0) / strength;
      const ny = (acrossY[at] ?? 0) / strength;
      const least = Math.max(threshold, 0.3 * strength);
      // No edge faces with more than its own size, but for the last digit of it.
      const leastMagnitude = 0.999 * least;
      let bestDot = 0;
      let bestWidth = 0;
      for (let w = leastWidth; w <= mostWidth; w += 0.5) {
        // Truncation, not Math.round: a negative zero would take the engine off its fast path.
        const px = (x + nx * w + 0.5) | 0;
        const py = (y + ny * w + 0.5) | 0;
        if (px < 0 || py < 0 || px >= width || py >= height) break;
        const other = py * width + px;
        const size = sizes[other] ?? 0;
        if (size < leastMagnitude) continue;
        const along = -((acrossX[other] ?? 0) * nx + (acrossY[other] ?? 0) * ny);
        if (along > bestDot && size * 0.88 < along) {
          bestDot = along;
          bestWidth = w;
        }
      }
      if (bestDot < least) continue;
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
