import type { VisibleField } from './field.ts';
import { createGrid, type Grid, quantileInPlace } from './grid.ts';

/** How far the bone in the region has moved since the reference, in coarse pixels. */
export interface MotionEstimate {
  readonly dx: number;
  readonly dy: number;
  /** Median absolute difference left after alignment, nepers. */
  readonly residual: number;
  /** False when the picture no longer resembles the reference (the C-arm was moved). */
  readonly trusted: boolean;
  /** Whether this frame was found by a wide search rather than by following. */
  readonly jumped: boolean;
}

export interface Region {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface MotionTracker {
  /** Makes this picture the one that motion is measured against. `mmPerPx`: of the coarse grid, as known or guessed. */
  setReference(coarse: Grid, small: Grid, mmPerPx: number): void;
  hasReference(): boolean;
  /** `region`, `excluded` (non-zero = do not use, coarse grid, reference coordinates) say where bone is. */
  track(coarse: Grid, small: Grid, field: VisibleField, region: Region, excluded: Uint8Array): MotionEstimate;
}

const samplesWanted = 2200;
const leastSamples = 60;

/**
 * Another picture is like the reference by chance (0.05 at most, after the search); the same bone by 0.4 in the worst noise, 0.8 usually. A
 * picture is another when it is less like the reference than this, or than this share of what has been usual since (balloon and cement take
 * a third of it at most).
 */
const leastLikeness = 0.12;
const likenessShare = 0.35;

/** A fit ends after so many steps, none longer than this, coarse pixels. */
const mostRounds = 8;
const mostStepPx = 1.5;

/** Bone has edges; soft tissue that breathes over it is smooth: what is wider than this to each side is taken off. */
const localRadiusMm = 3.2;

/** Noise makes slopes that bone does not have, and steps too short: it is averaged over this to each side. */
const noiseRadiusMm = 0.5;

/** Means over squares of `2 · radius + 1` pixels into `region` of `target`, by running sums along rows and columns; the border is repeated outside. */
function boxMean(source: Grid, rows: Grid, target: Grid, radius: number, { x0, y0, x1, y1 }: Region): void {
  const { width, height, data } = source;
  const share = 1 / (2 * radius + 1);
  const out = rows.data;
  const clampX = (x: number) => (x < 0 ? 0 : Math.min(x, width - 1));
  for (let y = Math.max(0, y0 - radius); y < Math.min(height, y1 + radius); y++) {
    const row = y * width;
    let sum = 0;
    for (let k = -radius; k <= radius; k++) sum += data[row + clampX(x0 + k)] ?? 0;
    for (let x = x0; x < x1; x++) {
      out[row + x] = sum * share;
      const enters = x + radius + 1 < width ? x + radius + 1 : width - 1;
      const leaves = x > radius ? x - radius : 0;
      sum += (data[row + enters] ?? 0) - (data[row + leaves] ?? 0);
    }
  }
  const clampY = (y: number) => (y < 0 ? 0 : Math.min(y, height - 1));
  const sums = new Float64Array(width);
  for (let k = -radius; k <= radius; k++) for (let x = x0; x < x1; x++) sums[x] = (sums[x] ?? 0) + (rows.data[clampY(y0 + k) * width + x] ?? 0);
  for (let y = y0; y < y1; y++) {
    const row = y * width;
    const enters = clampY(y + radius + 1) * width;
    const leaves = clampY(y - radius) * width;
    for (let x = x0; x < x1; x++) {
      const sum = sums[x] ?? 0;
      target.data[row + x] = sum * share;
      sums[x] = sum + (rows.data[enters + x] ?? 0) - (rows.data[leaves + x] ?? 0);
    }
  }
}

/**
 * Translation by robust least squares on the image gradient (Lucas–Kanade with Tukey weights), followed from frame to frame;
 * when the fit is bad, an exhaustive search on the small grid first. Rotation is not modelled: over the size of one vertebra
 * breathing and a jerk are translations to well within a pixel.
 */
export function createMotionTracker(coarseWidth: number, coarseHeight: number): MotionTracker {
  const reference = createGrid(coarseWidth, coarseHeight);
  const rowMeans = createGrid(coarseWidth, coarseHeight);
  const wideMeans = createGrid(coarseWidth, coarseHeight);
  const present = createGrid(coarseWidth, coarseHeight);
  const smallReference = createGrid(coarseWidth >> 1, coarseHeight >> 1);
  const differences = new Float32Array(samplesWanted * 4);
  const sorted = new Float32Array(samplesWanted * 4);
  const places = new Int32Array(samplesWanted * 4);
  let known = false;
  let wideRadius = 6;
  let fineRadius = 1;
  let dx = 0;
  let dy = 0;
  let usual = 0;
  let usualCount = 0;
  let usualLikeness = 0;

  /** What is between the two sizes, in `region`: the picture's noise and the soft tissue's slopes are both taken off. */
  function bandPass(source: Grid, target: Grid, region: Region): void {
    boxMean(source, rowMeans, wideMeans, wideRadius, region);
    boxMean(source, rowMeans, target, fineRadius, region);
    for (let y = region.y0; y < region.y1; y++) {
      for (let at = y * coarseWidth + region.x0; at < y * coarseWidth + region.x1; at++) target.data[at] = (target.data[at] ?? 0) - (wideMeans.data[at] ?? 0);
    }
  }

  /** The part of the present picture that a fit from this shift can come to. */
  function reachOf({ x0, y0, x1, y1 }: Region, shiftX: number, shiftY: number): Region {
    const margin = Math.ceil(mostRounds * mostStepPx) + 2;
    const clamp = (v: number, most: number) => Math.max(0, Math.min(most, v));
    return {
      x0: clamp(Math.floor(x0 + shiftX) - margin, coarseWidth),
      y0: clamp(Math.floor(y0 + shiftY) - margin, coarseHeight),
      x1: clamp(Math.ceil(x1 + shiftX) + margin, coarseWidth),
      y1: clamp(Math.ceil(y1 + shiftY) + margin, coarseHeight),
    };
  }

  /** How the present picture, moved back, differs from the reference at a sparse, even set of the region's usable places. Gives their number. */
  function sampleDifferences(field: VisibleField, region: Region, excluded: Uint8Array, shiftX: number, shiftY: number, leastDepth: number): number {
    const { width, height, data } = reference;
    const c = present.data;
    const ix = Math.floor(shiftX);
    const iy = Math.floor(shiftY);
    const fx = shiftX - ix;
    const fy = shiftY - iy;
    const area = Math.max(1, (region.x1 - region.x0) * (region.y1 - region.y0));
    const step = Math.max(1, Math.floor(Math.sqrt(area / samplesWanted)));
    let count = 0;
    for (let y = region.y0; y < region.y1; y += step) {
      const yy = y + iy;
      if (y < 1 || y >= height - 1 || yy < 0 || yy >= height - 1) continue;
      for (let x = region.x0; x < region.x1; x += step) {
        const xx = x + ix;
        if (x < 1 || x >= width - 1 || xx < 0 || xx >= width - 1) continue;
        const at = y * width + x;
        const to = yy * width + xx;
        if (excluded[at] !== 0 || (field.depth[at] ?? 0) < leastDepth || (field.depth[to] ?? 0) < leastDepth || count >= differences.length) continue;
        const value = ((c[to] ?? 0) * (1 - fx) + (c[to + 1] ?? 0) * fx) * (1 - fy) + ((c[to + width] ?? 0) * (1 - fx) + (c[to + width + 1] ?? 0) * fx) * fy;
        places[count] = at;
        differences[count++] = value - (data[at] ?? 0);
      }
    }
    return count;
  }

  /** The step of weighted least squares from those differences, less `offset`; those beyond `reach` have no weight. Null where no edge holds it. */
  function stepFrom(count: number, offset: number, reach: number): { readonly x: number; readonly y: number } | null {
    const { width, data } = reference;
    let a = 0;
    let b = 0;
    let d = 0;
    let p = 0;
    let q = 0;
    for (let k = 0; k < count; k++) {
      const r = (differences[k] ?? 0) - offset;
      const ratio = r / reach;
      if (ratio >= 1 || ratio <= -1) continue;
      const at = places[k] ?? 0;
      const w = (1 - ratio * ratio) * (1 - ratio * ratio);
      const gx = 0.5 * ((data[at + 1] ?? 0) - (data[at - 1] ?? 0));
      const gy = 0.5 * ((data[at + width] ?? 0) - (data[at - width] ?? 0));
      a += w * gx * gx;
      b += w * gx * gy;
      d += w * gy * gy;
      p += w * gx * r;
      q += w * gy * r;
    }
    const determinant = a * d - b * b;
    if (!(determinant > 1e-12 * (a + d) * (a + d)) || a + d <= 0) return null;
    return { x: -(d * p - b * q) / determinant, y: -(a * q - b * p) / determinant };
  }

  /** One robust fit from a starting shift. */
  function refine(coarse: Grid, field: VisibleField, region: Region, excluded: Uint8Array, startX: number, startY: number) {
    bandPass(coarse, present, reachOf(region, startX, startY));
    let sx = startX;
    let sy = startY;
    let residual = 1;
    // Nearer to the collimator the mean over a neighbourhood holds its edge, which stands still; in a very small field there is nothing else.
    const clear = wideRadius + 2;
    const leastDepth = sampleDifferences(field, region, excluded, sx, sy, clear) < leastSamples ? 4 : clear;
    for (let round = 0; round < mostRounds; round++) {
      const count = sampleDifferences(field, region, excluded, sx, sy, leastDepth);
      if (count < leastSamples) return { dx: startX, dy: startY, residual: 1, likeness: 0 };
      sorted.set(differences.subarray(0, count));
      const offset = quantileInPlace(sorted, count, 0.5);
      for (let i = 0; i < count; i++) sorted[i] = Math.abs((differences[i] ?? 0) - offset);
      residual = quantileInPlace(sorted, count, 0.5);
      const step = stepFrom(count, offset, Math.max(0.01, 4.7 * 1.4826 * residual));
      if (step === null) break;
      const length = Math.hypot(step.x, step.y);
      const cap = length > mostStepPx ? mostStepPx / length : 1;
      sx += step.x * cap;
      sy += step.y * cap;
      if (length < 0.015) break;
    }
    return { dx: sx, dy: sy, residual, likeness: likenessOf(sampleDifferences(field, region, excluded, sx, sy, leastDepth)) };
  }

  /**
   * Of the places that differ from their surroundings in the reference, the share that differs to the same side now, less the share that
   * does not (Blomqvist's quadrant correlation): 0 when the pictures have nothing to do with each other, whatever their contrast.
   */
  function likenessOf(count: number): number {
    let same = 0;
    for (let k = 0; k < count; k++) {
      const before = reference.data[places[k] ?? 0] ?? 0;
      same += before > 0 === before + (differences[k] ?? 0) > 0 ? 1 : -1;
    }
    return same / Math.max(1, count);
  }

  /** Best whole-pixel shift on the small grid within ±`reach` of the present one: the one whose slopes differ least on average. */
  function search(small: Grid, region: Region, excluded: Uint8Array, reach: number): { dx: number; dy: number } {
    const { width, height, data } = smallReference;
    const baseX = Math.round(dx / 2);
    const baseY = Math.round(dy / 2);
    let best = Number.POSITIVE_INFINITY;
    let found = { dx, dy };
    for (let oy = baseY - reach; oy <= baseY + reach; oy++) {
      for (let ox = baseX - reach; ox <= baseX + reach; ox++) {
        let sum = 0;
        let count = 0;
        for (let y = (region.y0 >> 1) + 1; y < region.y1 >> 1; y += 2) {
          const yy = y + oy;
          if (yy < 1 || yy >= height - 1) continue;
          for (let x = (region.x0 >> 1) + 1; x < region.x1 >> 1; x += 2) {
            const xx = x + ox;
            if (xx < 1 || xx >= width - 1 || excluded[2 * y * coarseWidth + 2 * x] !== 0) continue;
            const at = y * width + x;
            const to = yy * width + xx;
            const gx = (small.data[to + 1] ?? 0) - (small.data[to - 1] ?? 0) - (data[at + 1] ?? 0) + (data[at - 1] ?? 0);
            const gy = (small.data[to + width] ?? 0) - (small.data[to - width] ?? 0) - (data[at + width] ?? 0) + (data[at - width] ?? 0);
            sum += Math.min(0.2, Math.abs(gx)) + Math.min(0.2, Math.abs(gy));
            count++;
          }
        }
        const mean = count > 30 ? sum / count : Number.POSITIVE_INFINITY;
        if (mean < best) {
          best = mean;
          found = { dx: 2 * ox, dy: 2 * oy };
        }
      }
    }
    return found;
  }

  return {
    setReference(coarse, small, mmPerPx) {
      wideRadius = Math.max(3, Math.min(20, Math.round(localRadiusMm / mmPerPx)));
      fineRadius = Math.max(1, Math.min(5, Math.round(noiseRadiusMm / mmPerPx)));
      bandPass(coarse, reference, { x0: 0, y0: 0, x1: coarseWidth, y1: coarseHeight });
      smallReference.data.set(small.data);
      known = true;
      dx = 0;
      dy = 0;
      usual = 0;
      usualCount = 0;
      usualLikeness = 0;
    },
    hasReference: () => known,
    track(coarse, small, field, region, excluded) {
      let fit = refine(coarse, field, region, excluded, dx, dy);
      let jumped = false;
      const expected = usualCount > 0 ? usual : fit.residual;
      if (fit.residual > 1.35 * expected + 0.004) {
        const start = search(small, region, excluded, 12);
        const other = refine(coarse, field, region, excluded, start.dx, start.dy);
        if (other.residual < fit.residual) {
          fit = other;
          jumped = true;
        }
      }
      const trusted = fit.residual < 2.2 * expected + 0.02 && fit.likeness > (usualCount > 0 ? likenessShare * usualLikeness : leastLikeness);
      if (trusted) {
        jumped ||= Math.hypot(fit.dx - dx, fit.dy - dy) > 3;
        dx = fit.dx;
        dy = fit.dy;
        usualCount = Math.min(20, usualCount + 1);
        usual += (fit.residual - usual) / usualCount;
        usualLikeness += (fit.likeness - usualLikeness) / usualCount;
      }
      return { dx, dy, residual: fit.residual, trusted, jumped };
    },
  };
}
