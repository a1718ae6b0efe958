import type { Grid } from '../image/grid.ts';
import type { Region } from '../image/motion.ts';
import type { NeedleTrack } from '../needle/track.ts';
import { markedExtent } from './maskImage.ts';

/** A needle's axis in bone coordinates of the fine grid, from the tip backwards. */
export interface BoneAxis {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly half: number;
}

/** How far beyond a shaft's edges nothing is believed, mm; more where a second needle may lie over it that is not seen by itself. */
const asideMm = { alone: 0.45, covered: 1.6 } as const;

export function boneAxis(track: NeedleTrack, shiftPx: readonly [number, number], factor: number): BoneAxis {
  const centre = (factor - 1) / 2;
  return {
    x: (track.tip[0] - shiftPx[0] - centre) / factor,
    y: (track.tip[1] - shiftPx[1] - centre) / factor,
    dx: -track.direction[0],
    dy: -track.direction[1],
    half: track.widthPx / factor / 2,
  };
}

/** Marks the needles, from just beyond the tip back to the border of the picture (hub and handle sit on that line). */
export function blockNeedles(
  blocked: Uint8Array,
  width: number,
  height: number,
  tracks: readonly NeedleTrack[],
  shiftPx: readonly [number, number],
  factor: number,
  mmPerFinePx: number,
): void {
  blocked.fill(0);
  for (const track of tracks) {
    const axis = boneAxis(track, shiftPx, factor);
    const reach = axis.half + (track.coveredFrames > 0 ? asideMm.covered : asideMm.alone) / mmPerFinePx;
    const beyond = Math.max(1.5, track.stylet ? 1.2 / mmPerFinePx : 0.4 / mmPerFinePx);
    const longest = 1.5 * Math.hypot(width, height);
    for (let along = -beyond; along < longest; along += 0.7) {
      const cx = axis.x + axis.dx * along;
      const cy = axis.y + axis.dy * along;
      if (cx < -20 || cy < -20 || cx > width + 20 || cy > height + 20) break;
      for (let across = -reach; across <= reach; across += 0.7) {
        const x = Math.round(cx - axis.dy * across);
        const y = Math.round(cy + axis.dx * across);
        if (x >= 0 && y >= 0 && x < width && y < height) blocked[y * width + x] = 1;
      }
    }
  }
}

/**
 * Cement behind a shaft cannot be seen by subtraction; where it stands on both sides of the shaft, it stands behind it too.
 * Writes a mask with those gaps closed into `filled`; gives its area in fine pixels, the sum of the difference over it (gaps get the mean of
 * both sides) and where it lies; null without any cement.
 */
export function fillAcrossShafts(
  mask: Uint8Array,
  filled: Uint8Array,
  difference: Grid,
  box: Region,
  tracks: readonly NeedleTrack[],
  shiftPx: readonly [number, number],
  factor: number,
): { readonly areaPx: number; readonly mass: number; readonly extent: Region } | null {
  const { width, height } = difference;
  const seen = markedExtent(mask, width, box);
  if (seen === null) return null;
  filled.set(mask.subarray(box.y0 * width, box.y1 * width), box.y0 * width);
  let { x0, y0, x1, y1 } = seen;
  let areaPx = 0;
  let mass = 0;
  for (let y = y0; y < y1; y++) {
    for (let at = y * width + x0; at < y * width + x1; at++) {
      if (mask[at] === 0) continue;
      areaPx++;
      mass += difference.data[at] ?? 0;
    }
  }
  for (const track of tracks) {
    const axis = boneAxis(track, shiftPx, factor);
    const beyond = axis.half + (track.coveredFrames > 0 ? 11 : 6);
    for (let along = -3; along < 400; along += 1) {
      const cx = axis.x + axis.dx * along;
      const cy = axis.y + axis.dy * along;
      if (cx < 0 || cy < 0 || cx >= width || cy >= height) break;
      const left = firstCement(mask, width, height, cx, cy, -axis.dy, axis.dx, axis.half * 0.5, beyond);
      const right = firstCement(mask, width, height, cx, cy, axis.dy, -axis.dx, axis.half * 0.5, beyond);
      if (left === null || right === null) continue;
      const level = 0.5 * ((difference.data[left.at] ?? 0) + (difference.data[right.at] ?? 0));
      for (let across = -right.distance; across <= left.distance; across += 0.5) {
        const x = Math.round(cx - axis.dy * across);
        const y = Math.round(cy + axis.dx * across);
        const at = y * width + x;
        if (x < box.x0 || y < box.y0 || x >= box.x1 || y >= box.y1 || filled[at] !== 0) continue;
        filled[at] = 1;
        areaPx++;
        mass += level;
        x0 = Math.min(x0, x);
        y0 = Math.min(y0, y);
        x1 = Math.max(x1, x + 1);
        y1 = Math.max(y1, y + 1);
      }
    }
  }
  return { areaPx, mass, extent: { x0, y0, x1, y1 } };
}

function firstCement(
  mask: Uint8Array,
  width: number,
  height: number,
  cx: number,
  cy: number,
  dx: number,
  dy: number,
  from: number,
  to: number,
): { at: number; distance: number } | null {
  for (let distance = from; distance <= to; distance += 0.7) {
    const x = Math.round(cx + dx * distance);
    const y = Math.round(cy + dy * distance);
    if (x < 0 || y < 0 || x >= width || y >= height) return null;
    if (mask[y * width + x] !== 0) return { at: y * width + x, distance };
  }
  return null;
}
