import type { ImagePoint, PlanePlan } from '../sample/index.ts';
import type { Region } from './image/motion.ts';
import type { ImageScale } from './scale.ts';

/** Bounding box of points. */
export function boundsOf(points: readonly ImagePoint[]): { x0: number; y0: number; x1: number; y1: number } {
  let x0 = Number.POSITIVE_INFINITY;
  let y0 = Number.POSITIVE_INFINITY;
  let x1 = Number.NEGATIVE_INFINITY;
  let y1 = Number.NEGATIVE_INFINITY;
  for (const [x, y] of points) {
    x0 = Math.min(x0, x);
    y0 = Math.min(y0, y);
    x1 = Math.max(x1, x);
    y1 = Math.max(y1, y);
  }
  return { x0, y0, x1, y1 };
}

/** The part of the picture in which bone is followed, coarse grid: the planned body and 8 mm around it, else the middle of the picture. */
export function boneRegion(
  plan: PlanePlan | null,
  planOffsetPx: readonly [number, number],
  scale: ImageScale,
  coarsePx: number,
  width: number,
  height: number,
): Region {
  const body = plan?.vertebralBody;
  if (body === undefined) return { x0: Math.round(width * 0.22), y0: Math.round(height * 0.22), x1: Math.round(width * 0.78), y1: Math.round(height * 0.78) };
  const box = boundsOf(body);
  const margin = 8 / scale.workingMmPerPx;
  const clamp = (v: number, most: number) => Math.max(1, Math.min(most - 2, Math.round(v / coarsePx)));
  return {
    x0: clamp(box.x0 + planOffsetPx[0] - margin, width),
    y0: clamp(box.y0 + planOffsetPx[1] - margin, height),
    x1: clamp(box.x1 + planOffsetPx[0] + margin, width),
    y1: clamp(box.y1 + planOffsetPx[1] + margin, height),
  };
}

/** The sides of a closed outline, six numbers each: where it begins, what leads to its end, its length squared, the row of its end. */
function sidesOf(polygon: readonly ImagePoint[]): Float64Array {
  const sides = new Float64Array(6 * polygon.length);
  polygon.forEach(([x, y], i) => {
    const [fromX, fromY] = polygon[(i + polygon.length - 1) % polygon.length] ?? [x, y];
    const dx = x - fromX;
    const dy = y - fromY;
    sides.set([fromX, fromY, dx, dy, dx * dx + dy * dy, y], 6 * i);
  });
  return sides;
}

/** Square of the distance from the side that begins at `i`. */
function squareToSide(sides: Float64Array, i: number, x: number, y: number): number {
  const fromX = x - (sides[i] as number);
  const fromY = y - (sides[i + 1] as number);
  const dx = sides[i + 2] as number;
  const dy = sides[i + 3] as number;
  const square = sides[i + 4] as number;
  const along = fromX * dx + fromY * dy;
  const t = along <= 0 ? 0 : along >= square ? 1 : along / square;
  const ex = fromX - t * dx;
  const ey = fromY - t * dy;
  return ex * ex + ey * ey;
}

/** Whether a place lies inside of the closed outline. */
function isInside(sides: Float64Array, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0; i < sides.length; i += 6) {
    const startsBelow = (sides[i + 1] as number) > y;
    const endsBelow = (sides[i + 5] as number) > y;
    if (startsBelow === endsBelow) continue;
    if (x - (sides[i] as number) < ((sides[i + 2] as number) * (y - (sides[i + 1] as number))) / (sides[i + 3] as number)) inside = !inside;
  }
  return inside;
}

/** Places of one square, so many pixels wide, have the same few sides near them. */
const squarePx = 16;
const halfDiagonalPx = Math.hypot(squarePx, squarePx) / 2;

/** The sides that can be the nearest of a place in the square about (x, y), and how far the nearest is from its middle. */
function sidesNear(sides: Float64Array, x: number, y: number): { readonly near: Int32Array; readonly nearestPx: number } {
  const squares = new Float64Array(sides.length / 6);
  let least = Number.POSITIVE_INFINITY;
  for (let side = 0; side < squares.length; side++) {
    const square = squareToSide(sides, 6 * side, x, y);
    squares[side] = square;
    if (square < least) least = square;
  }
  const nearestPx = Math.sqrt(least);
  const near = new Int32Array(squares.length);
  let count = 0;
  for (let side = 0; side < squares.length; side++) if ((squares[side] as number) <= (nearestPx + 2 * halfDiagonalPx) ** 2) near[count++] = 6 * side;
  return { near: near.subarray(0, count), nearestPx };
}

/** Tells the signed distance from a closed outline, negative inside, in pixels, of every other place of every other row of a box. */
function distancesToOutline(polygon: readonly ImagePoint[], box: Region, tell: (x: number, y: number, distancePx: number) => void): void {
  const sides = sidesOf(polygon);
  for (let top = box.y0; top < box.y1; top += squarePx) {
    for (let left = box.x0; left < box.x1; left += squarePx) {
      const middleX = left + squarePx / 2;
      const middleY = top + squarePx / 2;
      const { near, nearestPx } = sidesNear(sides, middleX, middleY);
      const isCrossed = nearestPx <= halfDiagonalPx;
      const isMiddleInside = isInside(sides, middleX, middleY);
      for (let y = top; y < Math.min(top + squarePx, box.y1); y += 2) {
        for (let x = left; x < Math.min(left + squarePx, box.x1); x += 2) {
          let least = Number.POSITIVE_INFINITY;
          for (let k = 0; k < near.length; k++) {
            const square = squareToSide(sides, near[k] as number, x, y);
            if (square < least) least = square;
          }
          const inside = isCrossed ? isInside(sides, x, y) : isMiddleInside;
          tell(x, y, inside ? -Math.sqrt(least) : Math.sqrt(least));
        }
      }
    }
  }
}

/** The planned vertebra as distances at every place of the fine grid, bone coordinates. */
export interface ZoneMap {
  readonly box: Region;
  /** Distance from the planned outline, mm; negative inside. */
  readonly outlineMm: Float32Array;
  /** Distance behind the planned posterior wall, mm; negative in front of it. Null when the plan has no wall. */
  readonly wallMm: Float32Array | null;
  /** From the wall to the farthest point of the outline. */
  readonly depthMm: number;
  readonly centre: ImagePoint;
  /** The drawn outline and posterior wall, fine grid. */
  readonly outline: readonly ImagePoint[];
  readonly wall: readonly ImagePoint[] | null;
}

/** The zones of a plan in one box of the fine grid; null when no vertebral body was drawn. `toFine` maps plan points there. */
export function zoneMap(
  plan: PlanePlan | null,
  toFine: (point: ImagePoint) => ImagePoint,
  box: Region,
  width: number,
  height: number,
  mmPerFinePx: number,
): ZoneMap | null {
  const body = plan?.vertebralBody?.map(toFine);
  return body === undefined ? null : zonesAbout(body, plan?.posteriorWall?.map(toFine) ?? null, box, width, height, mmPerFinePx);
}

/** The zones about an outline and a wall (null: not drawn) of the fine grid. */
export function zonesAbout(
  body: readonly ImagePoint[],
  wall: readonly ImagePoint[] | null,
  box: Region,
  width: number,
  height: number,
  mmPerFinePx: number,
): ZoneMap {
  const outlineMm = new Float32Array(width * height).fill(1e3);
  const wallMm = wall === null ? null : new Float32Array(width * height).fill(-1e3);
  const centre: ImagePoint = [body.reduce((s, p) => s + p[0], 0) / body.length, body.reduce((s, p) => s + p[1], 0) / body.length];
  const behind = wall === null ? null : distanceBehind(wall, centre);
  // Every other place is enough: half a millimetre at most, against outlines drawn to one or two.
  distancesToOutline(body, box, (x, y, distancePx) => {
    const outside = distancePx * mmPerFinePx;
    const behindMm = behind === null ? 0 : behind(x, y) * mmPerFinePx;
    for (let at = y * width + x; at <= (y + 1) * width + x && at < outlineMm.length; at += width) {
      outlineMm[at] = outside;
      outlineMm[at + 1] = outside;
      if (wallMm === null) continue;
      wallMm[at] = behindMm;
      wallMm[at + 1] = behindMm;
    }
  });
  const depthMm = behind === null ? 0 : Math.max(...body.map(([x, y]) => -behind(x, y))) * mmPerFinePx;
  return { box, outlineMm, wallMm, depthMm, centre, outline: body, wall };
}

/** Signed distance behind a wall drawn as an open line: measured across the line through its ends, positive away from `inner`. */
function distanceBehind(wall: readonly ImagePoint[], inner: ImagePoint): (x: number, y: number) => number {
  const [ax, ay] = wall[0] ?? inner;
  const [bx, by] = wall[wall.length - 1] ?? inner;
  const length = Math.max(1e-6, Math.hypot(bx - ax, by - ay));
  const ux = (bx - ax) / length;
  const uy = (by - ay) / length;
  const side = (inner[0] - ax) * -uy + (inner[1] - ay) * ux > 0 ? -1 : 1;
  const knots = wall
    .map(([x, y]) => ({ along: (x - ax) * ux + (y - ay) * uy, across: side * ((x - ax) * -uy + (y - ay) * ux) }))
    .sort((p, q) => p.along - q.along);
  return (x, y) => {
    const along = (x - ax) * ux + (y - ay) * uy;
    return side * ((x - ax) * -uy + (y - ay) * ux) - interpolated(knots, along);
  };
}

/** Linear between knots, constant beyond the ends. */
function interpolated(knots: readonly { readonly along: number; readonly across: number }[], along: number): number {
  const first = knots[0];
  const last = knots[knots.length - 1];
  if (first === undefined || last === undefined) return 0;
  if (along <= first.along) return first.across;
  for (let i = 1; i < knots.length; i++) {
    const p = knots[i - 1] ?? first;
    const q = knots[i] ?? last;
    if (along <= q.along) return q.along > p.along ? p.across + ((along - p.along) / (q.along - p.along)) * (q.across - p.across) : q.across;
  }
  return last.across;
}
