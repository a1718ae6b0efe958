import { type CementFill, cellMm } from './cementFill.ts';
import { project, pxPerMmAt, type View } from './view.ts';

/** Thickness is counted in whole 1/1024 mm, so that the order of adding portions can never change a bit of it. */
export const thicknessPerMm = 1024;

/** The rectangle of an image that has changed, in its own pixels; empty when right < left. */
export interface Dirty {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Cement thickness along the rays of one view, where the patient lay at first, in an image with a margin. */
export interface CementImage {
  /** All cement, 1/1024 mm. */
  readonly all: Int32Array;
  /** What has leaked. */
  readonly leak: Int32Array;
  /** Brings the image to these volumes and says which rectangle has changed. Going back starts over. */
  readonly update: (bodyMl: number, leakMl: number) => Dirty;
}

const clean: Dirty = { left: 1, right: 0, top: 1, bottom: 0 };
const joined = (a: Dirty, b: Dirty): Dirty =>
  a.right < a.left
    ? b
    : { left: Math.min(a.left, b.left), right: Math.max(a.right, b.right), top: Math.min(a.top, b.top), bottom: Math.max(a.bottom, b.bottom) };

/** A row of tent weights about a fractional centre, half as wide as a cell's shadow, adding up to about 1. */
function tent(center: number, halfWidth: number): { readonly first: number; readonly weights: readonly number[] } {
  const first = Math.ceil(center - halfWidth);
  const weights: number[] = [];
  for (let i = first; i < center + halfWidth; i++) weights.push(1 - Math.abs(i - center) / halfWidth);
  const sum = weights.reduce((a, b) => a + b, 0);
  return { first, weights: weights.map((w) => w / Math.max(1e-9, sum)) };
}

/** `fillOf` is asked when the first cement flows: a story without cement, or before it, does not pay for it. */
export function cementImage(view: View, fillOf: () => CementFill, sidePx: number, marginPx: number): CementImage {
  const all = new Int32Array(sidePx * sidePx);
  const leak = new Int32Array(sidePx * sidePx);
  let known: CementFill | null = null;
  let bodyCount = 0;
  let leakCount = 0;
  let everything: Dirty = clean;

  /** Adds one portion's volume, spread over its shadow. */
  const splat = (image: readonly Int32Array[], points: Float32Array, index: number, portionMl: number): Dirty => {
    const p = [points[3 * index] ?? 0, points[3 * index + 1] ?? 0, points[3 * index + 2] ?? 0] as const;
    const k = pxPerMmAt(view, p);
    const [px, py] = project(view, p);
    const half = Math.max(0.8, cellMm * k);
    const xs = tent(px + marginPx, half);
    const ys = tent(py + marginPx, half);
    const amount = portionMl * 1000 * k * k * thicknessPerMm;
    ys.weights.forEach((wy, j) => {
      xs.weights.forEach((wx, i) => {
        const at = (ys.first + j) * sidePx + xs.first + i;
        const added = Math.round(amount * wx * wy);
        for (const one of image) one[at] = (one[at] ?? 0) + added;
      });
    });
    return { left: xs.first, right: xs.first + xs.weights.length - 1, top: ys.first, bottom: ys.first + ys.weights.length - 1 };
  };

  const update = (bodyMl: number, leakMl: number): Dirty => {
    if (bodyMl <= 0 && leakMl <= 0 && bodyCount === 0 && leakCount === 0) return clean;
    known ??= fillOf();
    const fill = known;
    const bodyTarget = Math.min(fill.body.length / 3, Math.round(bodyMl / fill.portionMl));
    const leakTarget = Math.min(fill.leak.length / 3, Math.round(leakMl / fill.portionMl));
    let dirty: Dirty = clean;
    if (bodyTarget < bodyCount || leakTarget < leakCount) {
      all.fill(0);
      leak.fill(0);
      bodyCount = 0;
      leakCount = 0;
      dirty = everything;
      everything = clean;
    }
    for (; bodyCount < bodyTarget; bodyCount++) dirty = joined(dirty, splat([all], fill.body, bodyCount, fill.portionMl));
    for (; leakCount < leakTarget; leakCount++) dirty = joined(dirty, splat([all, leak], fill.leak, leakCount, fill.portionMl));
    everything = joined(everything, dirty);
    return dirty;
  };
  return { all, leak, update };
}
