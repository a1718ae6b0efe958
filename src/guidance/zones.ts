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

/** Signed distance from a closed outline: negative inside. */
function distanceToOutline(polygon: readonly ImagePoint[], x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const a = polygon[j];
    const b = polygon[i];
    if (a === undefined || b === undefined) continue;
    const dx = b[0] - a[0];
    const dy = b[1] - a[1];
    const square = dx * dx + dy * dy;
    const t = square > 0 ? Math.max(0, Math.min(1, ((x - a[0]) * dx + (y - a[1]) * dy) / square)) : 0;
    const ex = x - a[0] - t * dx;
    const ey = y - a[1] - t * dy;
    nearest = Math.min(nearest, ex * ex + ey * ey);
    if (b[1] > y !== a[1] > y && x < (dx * (y - b[1])) / dy + b[0]) inside = !inside;
  }
  return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
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
  for (let y = box.y0; y < box.y1; y += 2) {
    for (let x = box.x0; x < box.x1; x += 2) {
      const outside = distanceToOutline(body, x, y) * mmPerFinePx;
      const behindMm = behind === null ? 0 : behind(x, y) * mmPerFinePx;
      for (let at = y * width + x; at <= (y + 1) * width + x && at < outlineMm.length; at += width) {
        outlineMm[at] = outside;
        outlineMm[at + 1] = outside;
        if (wallMm === null) continue;
        wallMm[at] = behindMm;
        wallMm[at + 1] = behindMm;
      }
    }
  }
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
