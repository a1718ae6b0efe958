import type { Grid } from './grid.ts';

/** The part of the picture that the beam reached, on the coarse grid. */
export interface VisibleField {
  readonly width: number;
  readonly height: number;
  /** Distance in coarse pixels from the nearest pixel outside (city blocks, capped at 255); 0 outside. */
  readonly depth: Uint8Array;
  /** Share of the picture that is visible. */
  readonly share: number;
}

/** Below this share of the whole range of attenuation from its dark end, a pixel may be collimator. */
const collimatorMargin = 0.035;

/**
 * Finds the visible field: everything but the pixels near the dark end of the range that are joined to the border of the
 * picture. Burned-in text outside the field is not field: only the largest connected part counts. The border of the picture
 * itself counts as outside.
 */
export function findField(coarse: Grid, darkest: number, brightest: number, previous: VisibleField | null): VisibleField {
  const { width, height, data } = coarse;
  const limit = darkest - collimatorMargin * (darkest - brightest);
  const reuse = previous !== null && previous.width === width && previous.height === height;
  const depth = reuse ? previous.depth : new Uint8Array(width * height);
  const label = floodFromBorder(data, width, height, limit);
  keepLargest(label, width, height);
  let inside = 0;
  for (let i = 0; i < label.length; i++) {
    const isField = label[i] === 2;
    depth[i] = isField ? 255 : 0;
    if (isField) inside++;
  }
  cityBlockDepth(depth, width, height);
  return { width, height, depth, share: inside / label.length };
}

/** Marks dark pixels joined to the border with 1. */
function floodFromBorder(data: Float32Array, width: number, height: number, limit: number): Uint8Array {
  const label = new Uint8Array(width * height);
  const queue = new Int32Array(width * height);
  let tail = 0;
  const visit = (at: number) => {
    if (label[at] === 0 && (data[at] ?? 0) >= limit) {
      label[at] = 1;
      queue[tail++] = at;
    }
  };
  for (let x = 0; x < width; x++) {
    visit(x);
    visit((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  for (let head = 0; head < tail; head++) {
    const at = queue[head] ?? 0;
    const x = at % width;
    if (x > 0) visit(at - 1);
    if (x < width - 1) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at < (height - 1) * width) visit(at + width);
  }
  return label;
}

/** The largest connected part of zeros becomes 2; the others stay 0. */
function keepLargest(label: Uint8Array, width: number, height: number): void {
  const queue = new Int32Array(width * height);
  let best: { start: number; size: number } = { start: -1, size: 0 };
  const take = (at: number, from: number, to: number, tail: number): number => {
    if (label[at] !== from) return tail;
    label[at] = to;
    queue[tail] = at;
    return tail + 1;
  };
  const fill = (start: number, from: number, to: number): number => {
    let tail = 1;
    queue[0] = start;
    label[start] = to;
    for (let head = 0; head < tail; head++) {
      const at = queue[head] ?? 0;
      const x = at % width;
      if (x > 0) tail = take(at - 1, from, to, tail);
      if (x < width - 1) tail = take(at + 1, from, to, tail);
      if (at >= width) tail = take(at - width, from, to, tail);
      if (at < (height - 1) * width) tail = take(at + width, from, to, tail);
    }
    return tail;
  };
  for (let i = 0; i < label.length; i++) {
    if (label[i] !== 0) continue;
    const size = fill(i, 0, 3);
    if (size > best.size) best = { start: i, size };
  }
  if (best.start >= 0) fill(best.start, 3, 2);
}

function cityBlockDepth(depth: Uint8Array, width: number, height: number): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const before = Math.min(x > 0 ? (depth[at - 1] ?? 0) : 0, y > 0 ? (depth[at - width] ?? 0) : 0);
      if ((depth[at] ?? 0) > before + 1) depth[at] = before + 1;
    }
  }
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--) {
      const at = y * width + x;
      const after = Math.min(x < width - 1 ? (depth[at + 1] ?? 0) : 0, y < height - 1 ? (depth[at + width] ?? 0) : 0);
      if ((depth[at] ?? 0) > after + 1) depth[at] = after + 1;
    }
  }
}

/** Depth at a point of the coarse grid; 0 outside the picture. */
export function depthAt(field: VisibleField, x: number, y: number): number {
  const xi = Math.round(x);
  const yi = Math.round(y);
  return xi < 0 || yi < 0 || xi >= field.width || yi >= field.height ? 0 : (field.depth[yi * field.width + xi] ?? 0);
}
