import type { Corner } from './outline.ts';

/** What of a polyline lies on a picture of `columns` by `rows`, in pieces: points beyond it are not allowed (PS3.3 C.10.5). */
export function clipPolyline(points: readonly Corner[], columns: number, rows: number): readonly (readonly Corner[])[] {
  const pieces: Corner[][] = [];
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1], points[i]];
    const clipped = from && to && clipSegment(from, to, columns, rows);
    if (!clipped) continue;
    const open = pieces.at(-1);
    const last = open?.at(-1);
    if (open && last && last[0] === clipped[0][0] && last[1] === clipped[0][1]) open.push(clipped[1]);
    else pieces.push([...clipped]);
  }
  return pieces;
}

/** Liang and Barsky: the part of the way, 0 … 1, on which a point is on the right side of all four edges. */
function clipSegment([x, y]: Corner, [toX, toY]: Corner, columns: number, rows: number): readonly [Corner, Corner] | null {
  const [dx, dy] = [toX - x, toY - y];
  let [enters, leaves] = [0, 1];
  for (const [towards, room] of [
    [-dx, x],
    [dx, columns - x],
    [-dy, y],
    [dy, rows - y],
  ] as const) {
    if (towards === 0 && room < 0) return null;
    if (towards < 0) enters = Math.max(enters, room / towards);
    if (towards > 0) leaves = Math.min(leaves, room / towards);
  }
  if (enters >= leaves) return null;
  // Rounding must not leave a point a hair outside.
  const onPicture = ([px, py]: Corner): Corner => [Math.min(columns, Math.max(0, px)), Math.min(rows, Math.max(0, py))];
  const at = (part: number): Corner => onPicture([x + dx * part, y + dy * part]);
  return [enters === 0 ? onPicture([x, y]) : at(enters), leaves === 1 ? onPicture([toX, toY]) : at(leaves)];
}

export const isOnPicture = ([x, y]: Corner, columns: number, rows: number): boolean => x >= 0 && y >= 0 && x <= columns && y <= rows;
