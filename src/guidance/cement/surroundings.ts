import type { Grid } from '../image/grid.ts';
import type { Region } from '../image/motion.ts';
import { type DarkRegion, rectangleOf } from './regions.ts';

export interface Surroundings {
  readonly labels: Uint16Array;
  /** Smoothed difference to the picture before cement, nepers. */
  readonly difference: Grid;
  readonly box: Region;
  /** Not followed into: needles, cement and what is next to it. */
  readonly isTaken: (at: number) => boolean;
  /** Least darkness that is followed, nepers. */
  readonly leastNepers: number;
  /** So long may it get, pixels. */
  readonly mostPx: number;
}

/** A dark place is followed outwards as long as this share of its own mean darkness is left. */
const followedShare = 0.4;

/** Half the side of the square over which darkness is averaged on the way, pixels: what is followed is faint. */
const half = 2;

/**
 * Whether a dark place is a part of something larger: followed at a part of its own darkness it gets to the rim of the watched region or longer than
 * cement that has just come can be. Of a diaphragm, a fold of skin or a hand often only a piece is dark enough; cement ends where it ends.
 */
export function isPartOfMore(region: DarkRegion, around: Surroundings): boolean {
  const { labels, difference, box, isTaken, leastNepers, mostPx } = around;
  const { width } = difference;
  const visited = new Set<number>();
  const queue: number[] = [];
  let sum = 0;
  for (let y = region.y0; y <= region.y1; y++) {
    for (let at = y * width + region.x0; at <= y * width + region.x1; at++) {
      if (labels[at] !== region.label) continue;
      sum += difference.data[at] ?? 0;
      visited.add(at);
      queue.push(at);
    }
  }
  const level = Math.max(leastNepers, (followedShare * sum) / region.areaPx);
  const mostArea = mostPx * mostPx;
  let [n, sx, sy, sxx, sxy, syy] = [0, 0, 0, 0, 0, 0];
  for (let next = 0; next < queue.length; next++) {
    const at = queue[next] ?? 0;
    const y = Math.floor(at / width);
    const x = at - y * width;
    if (x < box.x0 + 2 + half || y < box.y0 + 2 + half || x >= box.x1 - 2 - half || y >= box.y1 - 2 - half || n > mostArea) return true;
    n++;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
    for (const step of [at - width, at - 1, at + 1, at + width]) {
      if (visited.has(step) || isTaken(step) || meanAround(difference, step) < level) continue;
      visited.add(step);
      queue.push(step);
    }
  }
  const [cx, cy] = [sx / n, sy / n];
  return rectangleOf({ xx: sxx / n - cx * cx, xy: sxy / n - cx * cy, yy: syy / n - cy * cy }).lengthPx > mostPx;
}

function meanAround({ width, data }: Grid, at: number): number {
  let sum = 0;
  for (let dy = -half * width; dy <= half * width; dy += width) for (let dx = -half; dx <= half; dx++) sum += data[at + dy + dx] ?? 0;
  return sum / (2 * half + 1) ** 2;
}
