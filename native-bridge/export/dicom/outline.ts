import { decodeRunLengths, type RunLengthMask } from '../../../src/base/runLength.ts';

/** Corner of pixels: `[column, row]`, (0, 0) the corner of the top-left pixel. */
export type Corner = readonly [x: number, y: number];

/** Closed outlines of a mask along the edges of its pixels, outer ones and those of holes, corners only. Loops of fewer than `leastCorners` are left out. */
export function outlinesOf(mask: RunLengthMask, leastCorners = 12): readonly (readonly Corner[])[] {
  const [rows, columns] = mask.size;
  const ones = decodeRunLengths(mask);
  const on = (x: number, y: number) => x >= 0 && y >= 0 && x < columns && y < rows && ones[y * columns + x] === 1;
  const wide = columns + 1;
  /** Where the edges that begin at a corner end; the mask lies to their right. */
  const edges = new Map<number, number[]>();
  const add = (x0: number, y0: number, x1: number, y1: number) => {
    const from = y0 * wide + x0;
    const to = y1 * wide + x1;
    const there = edges.get(from);
    if (there) there.push(to);
    else edges.set(from, [to]);
  };
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      if (!on(x, y)) continue;
      if (!on(x, y - 1)) add(x, y, x + 1, y);
      if (!on(x + 1, y)) add(x + 1, y, x + 1, y + 1);
      if (!on(x, y + 1)) add(x + 1, y + 1, x, y + 1);
      if (!on(x - 1, y)) add(x, y + 1, x, y);
    }
  }
  const loops: Corner[][] = [];
  for (const start of edges.keys()) {
    for (;;) {
      const loop = followFrom(start, edges);
      if (loop.length === 0) break;
      const corners = turnsOf(loop.map((corner): Corner => [corner % wide, Math.floor(corner / wide)]));
      if (corners.length >= leastCorners) loops.push(corners);
    }
  }
  return loops;
}

function followFrom(start: number, edges: Map<number, number[]>): readonly number[] {
  const loop: number[] = [];
  let at = start;
  for (;;) {
    const next = edges.get(at)?.pop();
    if (next === undefined) return loop;
    loop.push(at);
    at = next;
    if (at === start) return loop;
  }
}

/** Without the corners that lie on a straight line between their neighbours. */
function turnsOf(loop: readonly Corner[]): Corner[] {
  return loop.filter(([x, y], i) => {
    const [px = x, py = y] = loop[(i + loop.length - 1) % loop.length] ?? [];
    const [nx = x, ny = y] = loop[(i + 1) % loop.length] ?? [];
    return (x - px) * (ny - y) !== (y - py) * (nx - x);
  });
}
