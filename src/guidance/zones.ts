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
  if (body === undefined)
    return { x0: Math.round(width * 0.22), y0: Math.round(height * 0.22), x1: Math.round(width * 0.78), y1: Math.round(height * 0.78) };
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

/** Whether a point lies in a polygon (even-odd rule). */
export function insidePolygon(polygon: readonly ImagePoint[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i] ?? [0, 0];
    const [xj, yj] = polygon[j] ?? [0, 0];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Distance from a point to a line segment. */
export function distanceToSegment([ax, ay]: ImagePoint, [bx, by]: ImagePoint, x: number, y: number): number {
  const dx = bx - ax;
  const dy = by - ay;
  const square = dx * dx + dy * dy;
  const t = square > 0 ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / square)) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
