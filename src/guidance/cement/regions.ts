import type { Grid } from '../image/grid.ts';
import type { Region } from '../image/motion.ts';

/** One connected dark region of the difference picture, bone coordinates of the fine grid. */
export interface DarkRegion {
  readonly label: number;
  readonly areaPx: number;
  readonly strongPx: number;
  /** Sum of the evidence over it, nepers · pixels. */
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

/** Labels of parts begin here: of whole regions there are fewer. */
const firstPartLabel = 65_001;

/** What of regions lies where `isBase` does not hold, as connected parts with labels of their own, the small ones too. */
export function partsBeyond(
  regions: readonly DarkRegion[],
  isBase: (at: number) => boolean,
  evidence: Grid,
  blocked: Uint8Array,
  box: Region,
  low: number,
  high: number,
  { labels, stack }: RegionBuffers,
): DarkRegion[] {
  const starts: number[] = [];
  for (const region of regions) {
    for (let y = region.y0; y <= region.y1; y++) {
      for (let at = y * evidence.width + region.x0; at <= y * evidence.width + region.x1; at++) {
        if (labels[at] !== region.label || isBase(at)) continue;
        labels[at] = 0;
        starts.push(at);
      }
    }
  }
  const parts: DarkRegion[] = [];
  for (const start of starts) {
    if (labels[start] !== 0) continue;
    const label = Math.min(0xffff, firstPartLabel + parts.length);
    parts.push(growRegion(evidence, blocked, box, low, high, start, label, labels, stack));
  }
  return parts;
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
export function rectangleOf({ xx, xy, yy }: Pick<DarkRegion, 'xx' | 'xy' | 'yy'>): { readonly lengthPx: number; readonly widthPx: number } {
  const middle = 0.5 * (xx + yy);
  const spread = Math.hypot(0.5 * (xx - yy), xy);
  return { lengthPx: Math.sqrt(12 * (middle + spread)), widthPx: Math.sqrt(12 * Math.max(0, middle - spread)) };
}

/** An ellipse by its centre and second moments, pixels. */
type Ellipse = Pick<DarkRegion, 'centreX' | 'centreY' | 'xx' | 'xy' | 'yy'>;

/** Sums over pixels that make an ellipse's moments. */
interface Sums {
  readonly count: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

const sumsOf = (regions: readonly DarkRegion[]): Sums =>
  regions.reduce(
    (sum, { areaPx: n, centreX, centreY, xx, xy, yy }) => ({
      count: sum.count + n,
      x: sum.x + n * centreX,
      y: sum.y + n * centreY,
      xx: sum.xx + n * (xx + centreX * centreX),
      xy: sum.xy + n * (xy + centreX * centreY),
      yy: sum.yy + n * (yy + centreY * centreY),
    }),
    { count: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 },
  );

function ellipseOf({ count, x, y, xx, xy, yy }: Sums): Ellipse {
  const centreX = x / count;
  const centreY = y / count;
  return { centreX, centreY, xx: xx / count - centreX * centreX, xy: xy / count - centreX * centreY, yy: yy / count - centreY * centreY };
}

/** Calls back for every pixel of the picture in a box around the ellipse that also holds the regions: whether it is inside. */
function aroundEllipse(
  ellipse: Ellipse,
  regions: readonly DarkRegion[],
  width: number,
  height: number,
  visit: (at: number, isInside: boolean, x: number, y: number) => void,
): boolean {
  const { centreX, centreY, xx, xy, yy } = ellipse;
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 0)) return false;
  const [ixx, ixy, iyy] = [yy / determinant, -xy / determinant, xx / determinant];
  const reachX = Math.ceil(2 * Math.sqrt(xx));
  const reachY = Math.ceil(2 * Math.sqrt(yy));
  const fromX = Math.max(0, Math.min(Math.floor(centreX) - reachX, ...regions.map((region) => region.x0)));
  const toX = Math.min(width - 1, Math.max(Math.ceil(centreX) + reachX, ...regions.map((region) => region.x1)));
  const fromY = Math.max(0, Math.min(Math.floor(centreY) - reachY, ...regions.map((region) => region.y0)));
  const toY = Math.min(height - 1, Math.max(Math.ceil(centreY) + reachY, ...regions.map((region) => region.y1)));
  for (let y = fromY; y <= toY; y++) {
    const dy = y - centreY;
    for (let x = fromX; x <= toX; x++) {
      const dx = x - centreX;
      // A uniform ellipse has second moments of a quarter of its squared semi-axes.
      visit(y * width + x, ixx * dx * dx + 2 * ixy * dx * dy + iyy * dy * dy <= 4, x, y);
    }
  }
  return true;
}

/** Rounds in which what a shaft hides of an ellipse is put back. */
const hiddenRounds = 5;

/**
 * How well regions fill the ellipse of their own moments (intersection over union): close to one for a balloon, which is
 * smooth and convex, clearly less for cement, which frays into the trabeculae. Blocked pixels are left out of both; they count as filled
 * where the ellipse goes on under them, so that a shaft across a balloon does not make it less round.
 */
export function ellipseLikeness(regions: readonly DarkRegion[], width: number, labels: Uint16Array, blocked: Uint8Array): number {
  const height = labels.length / width;
  const seen = sumsOf(regions);
  if (seen.count === 0) return 0;
  let ellipse = ellipseOf(seen);
  for (let round = 0; round < hiddenRounds; round++) {
    let { count, x: sx, y: sy, xx, xy, yy } = seen;
    const isProper = aroundEllipse(ellipse, regions, width, height, (at, isInside, x, y) => {
      if (!isInside || blocked[at] === 0) return;
      count++;
      sx += x;
      sy += y;
      xx += x * x;
      xy += x * y;
      yy += y * y;
    });
    if (!isProper) return 0;
    if (count === seen.count) break;
    ellipse = ellipseOf({ count, x: sx, y: sy, xx, xy, yy });
  }
  let both = 0;
  let either = 0;
  const isProper = aroundEllipse(ellipse, regions, width, height, (at, isInside) => {
    if (blocked[at] !== 0) return;
    const inRegion = regions.some((region) => labels[at] === region.label);
    if (isInside && inRegion) both++;
    if (isInside || inRegion) either++;
  });
  return isProper && either > 0 ? both / either : 0;
}
