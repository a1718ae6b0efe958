/** One point of a piecewise linear curve over session time. */
export interface Keyframe {
  readonly atMs: number;
  readonly value: number;
}

/** The curve at `tMs`: linear between keyframes, constant before the first and after the last; 0 without any. */
export function valueAt(curve: readonly Keyframe[], tMs: number): number {
  let previous: Keyframe | undefined;
  for (const next of curve) {
    if (tMs < next.atMs) {
      if (previous === undefined) return next.value;
      return previous.value + ((next.value - previous.value) * (tMs - previous.atMs)) / (next.atMs - previous.atMs);
    }
    previous = next;
  }
  return previous?.value ?? 0;
}

/** The curve's slope per millisecond at `tMs`, to the right of a keyframe. */
export function slopeAt(curve: readonly Keyframe[], tMs: number): number {
  for (let i = 1; i < curve.length; i++) {
    const from = curve[i - 1];
    const to = curve[i];
    if (from !== undefined && to !== undefined && tMs >= from.atMs && tMs < to.atMs) return (to.value - from.value) / (to.atMs - from.atMs);
  }
  return 0;
}

/** Rises (or falls) from one value to another in equal steps, each `moveShare` of its slot long and still for the rest. */
export function steps(fromMs: number, toMs: number, from: number, to: number, count: number, moveShare = 0.4): readonly Keyframe[] {
  const slot = (toMs - fromMs) / count;
  const curve: Keyframe[] = [{ atMs: fromMs, value: from }];
  for (let i = 0; i < count; i++) {
    const value = from + ((to - from) * (i + 1)) / count;
    curve.push({ atMs: fromMs + (i + moveShare) * slot, value });
    curve.push({ atMs: fromMs + (i + 1) * slot, value });
  }
  return curve;
}
