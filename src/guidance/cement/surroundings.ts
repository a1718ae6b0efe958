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
  const inner = { x0: box.x0 + 2 + half, y0: box.y0 + 2 + half, x1: box.x1 - 2 - half, y1: box.y1 - 2 - half };
  const columns = Math.ceil((box.x1 - box.x0) / 2);
  const cellOf = (x: number, y: number): number => ((y - box.y0) >> 1) * columns + ((x - box.x0) >> 1);
  const visited = new Uint8Array(columns * Math.ceil((box.y1 - box.y0) / 2));
  const queue: number[] = [];
  const visit = (x: number, y: number): void => {
    const cell = cellOf(x, y);
    if (visited[cell] !== 0) return;
    visited[cell] = 1;
    queue.push(x, y);
  };
  for (let y = region.y0; y <= region.y1; y++) {
    for (let x = region.x0; x <= region.x1; x++) if (labels[y * width + x] === region.label) visit(x, y);
  }
  const level = Math.max(leastNepers, followedShare * meanOf(region, labels, difference));
  const mostCells = (mostPx * mostPx) / 4;
  let [sx, sy, sxx, sxy, syy] = [0, 0, 0, 0, 0];
  for (let next = 0; next < queue.length; next += 2) {
    const x = queue[next] ?? 0;
    const y = queue[next + 1] ?? 0;
    if (x < inner.x0 || y < inner.y0 || x >= inner.x1 || y >= inner.y1 || next > 2 * mostCells) return true;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
    for (let side = 0; side < 4; side++) {
      const [u, v] = [x + (stepX[side] ?? 0), y + (stepY[side] ?? 0)];
      if (visited[cellOf(u, v)] === 0 && !isTaken(v * width + u) && meanAround(difference, v * width + u) >= level) visit(u, v);
    }
  }
  const n = queue.length / 2;
  const [cx, cy] = [sx / n, sy / n];
  return rectangleOf({ xx: sxx / n - cx * cx, xy: sxy / n - cx * cy, yy: syy / n - cy * cy }).lengthPx > mostPx;
}

/** Every other pixel of every other row is enough. */
const stepX = [2, -2, 0, 0];
const stepY = [0, 0, 2, -2];

function meanOf(region: DarkRegion, labels: Uint16Array, { width, data }: Grid): number {
  let sum = 0;
  for (let y = region.y0; y <= region.y1; y++) {
    for (let at = y * width + region.x0; at <= y * width + region.x1; at++) if (labels[at] === region.label) sum += data[at] ?? 0;
  }
  return sum / region.areaPx;
}

function meanAround({ width, data }: Grid, at: number): number {
  let sum = 0;
  for (let dy = -half * width; dy <= half * width; dy += width) for (let dx = -half; dx <= half; dx++) sum += data[at + dy + dx] ?? 0;
  return sum / (2 * half + 1) ** 2;
}
