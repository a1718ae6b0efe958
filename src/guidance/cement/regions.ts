import type { Grid } from '../image/grid.ts';
import type { Region } from '../image/motion.ts';

/** One connected dark region of the difference picture, bone coordinates of the fine grid. */
export interface DarkRegion {
  readonly label: number;
  readonly areaPx: number;
  readonly strongPx: number;
  /** Sum of the difference over it, nepers · pixels. */
  readonly mass: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly centreX: number;
  readonly centreY: number;
  /** Second moments about the centre, pixels². */
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

export interface RegionBuffers {
  /** Label of each pixel, 0 = none. */
  readonly labels: Uint16Array;
  readonly stack: Int32Array;
}

export const createRegionBuffers = (size: number): RegionBuffers => ({ labels: new Uint16Array(size), stack: new Int32Array(size) });

/** Connected regions (eight neighbours) of `box` where the evidence is above `low` (somewhere above `high`) and the pixel is not blocked. Small ones are dropped. */
export function darkRegions(
  difference: Grid,
  blocked: Uint8Array,
  box: Region,
  low: number,
  high: number,
  leastArea: number,
  buffers: RegionBuffers,
): DarkRegion[] {
  const { width, data } = difference;
  const { labels, stack } = buffers;
  for (let y = box.y0; y < box.y1; y++) labels.fill(0, y * width + box.x0, y * width + box.x1);
  const regions: DarkRegion[] = [];
  let label = 0;
  for (let y = box.y0 + 2; y < box.y1 - 2; y++) {
    for (let start = y * width + box.x0 + 2; start < y * width + box.x1 - 2; start++) {
      if ((data[start] ?? 0) < high || labels[start] !== 0 || blocked[start] !== 0) continue;
      if (label >= 65_000) return regions;
      label++;
      const region = growRegion(difference, blocked, box, low, high, start, label, labels, stack);
      if (region.areaPx >= leastArea) regions.push(region);
    }
  }
  return regions;
}

function growRegion(
  { width, height, data }: Grid,
  blocked: Uint8Array,
  box: Region,
  low: number,
  high: number,
  start: number,
  label: number,
  labels: Uint16Array,
  stack: Int32Array,
): DarkRegion {
  let top = 0;
  stack[top++] = start;
  labels[start] = label;
  let areaPx = 0;
  let strongPx = 0;
  let mass = 0;
  let x0 = width;
  let y0 = height;
  let x1 = 0;
  let y1 = 0;
  let sx = 0;
  let sy = 0;
  let sxx = 0;
  let sxy = 0;
  let syy = 0;
  while (top > 0) {
    const at = stack[--top] ?? 0;
    const y = (at / width) | 0;
    const x = at - y * width;
    const value = data[at] ?? 0;
    areaPx++;
    if (value >= high) strongPx++;
    mass += value;
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
    if (x < box.x0 + 2 || y < box.y0 + 2 || x >= box.x1 - 2 || y >= box.y1 - 2) continue;
    for (let dy = -width; dy <= width; dy += width) {
      for (let dx = -1; dx <= 1; dx++) {
        const next = at + dy + dx;
        if (labels[next] === 0 && (data[next] ?? 0) >= low && blocked[next] === 0) {
          labels[next] = label;
          stack[top++] = next;
        }
      }
    }
  }
  const centreX = sx / areaPx;
  const centreY = sy / areaPx;
  return {
    label,
    areaPx,
    strongPx,
    mass,
    x0,
    y0,
    x1,
    y1,
    centreX,
    centreY,
    xx: sxx / areaPx - centreX * centreX,
    xy: sxy / areaPx - centreX * centreY,
    yy: syy / areaPx - centreY * centreY,
  };
}

/** Sides of the rectangle that has the region's second moments: a uniform one has a twelfth of each side's square. */
export function rectangleOf({ xx, xy, yy }: DarkRegion): { readonly lengthPx: number; readonly widthPx: number } {
  const middle = 0.5 * (xx + yy);
  const spread = Math.hypot(0.5 * (xx - yy), xy);
  return { lengthPx: Math.sqrt(12 * (middle + spread)), widthPx: Math.sqrt(12 * Math.max(0, middle - spread)) };
}

/**
 * How well a region fills the ellipse of its own moments (intersection over union): close to one for a balloon, which is
 * smooth and convex, clearly less for cement, which frays into the trabeculae. Blocked pixels are left out of both.
 */
export function ellipseLikeness(region: DarkRegion, width: number, labels: Uint16Array, blocked: Uint8Array): number {
  const determinant = region.xx * region.yy - region.xy * region.xy;
  if (!(determinant > 0)) return 0;
  const ixx = region.yy / determinant;
  const ixy = -region.xy / determinant;
  const iyy = region.xx / determinant;
  let both = 0;
  let either = 0;
  const reachX = Math.ceil(2 * Math.sqrt(region.xx));
  const reachY = Math.ceil(2 * Math.sqrt(region.yy));
  const fromX = Math.min(region.x0, Math.floor(region.centreX) - reachX);
  const toX = Math.max(region.x1, Math.ceil(region.centreX) + reachX);
  const fromY = Math.max(0, Math.min(region.y0, Math.floor(region.centreY) - reachY));
  const toY = Math.max(region.y1, Math.ceil(region.centreY) + reachY);
  for (let y = fromY; y <= toY; y++) {
    for (let x = Math.max(0, fromX); x <= Math.min(width - 1, toX); x++) {
      const at = y * width + x;
      if (blocked[at] !== 0) continue;
      const dx = x - region.centreX;
      const dy = y - region.centreY;
      // A uniform ellipse has second moments of a quarter of its squared semi-axes.
      const inEllipse = ixx * dx * dx + 2 * ixy * dx * dy + iyy * dy * dy <= 4;
      const inRegion = labels[at] === region.label;
      if (inEllipse && inRegion) both++;
      if (inEllipse || inRegion) either++;
    }
  }
  return either > 0 ? both / either : 0;
}
