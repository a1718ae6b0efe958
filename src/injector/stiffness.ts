/** A point of the pressure–volume curve of one inflation, taken while the volume rose. */
export interface CurvePoint {
  readonly volumeMl: number;
  readonly pressureKpa: number;
}

/** Slope over two steps, kPa per mL: one step of 0.1 mL is too short for the noise of real gauges. */
function slopes(curve: readonly CurvePoint[]): { readonly atMl: number; readonly kpaPerMl: number }[] {
  return curve.slice(2).map((point, i) => {
    const from = curve[i] ?? point;
    return { atMl: point.volumeMl, kpaPerMl: (point.pressureKpa - from.pressureKpa) / (point.volumeMl - from.volumeMl) };
  });
}

const steepKpaPerMl = 250;
const steeperBy = 2.5;
const yieldingPart = 0.25;

/** Where the newest slope is steep, and much steeper than the flattest before it; `null` when it is not. */
export function wallContactMl(curve: readonly CurvePoint[]): number | null {
  const all = slopes(curve);
  const newest = all.at(-1);
  if (!newest || all.length < 4) return null;
  const flattest = Math.max(20, Math.min(...all.slice(0, -1).map((slope) => slope.kpaPerMl)));
  return newest.kpaPerMl >= steepKpaPerMl && newest.kpaPerMl >= steeperBy * flattest ? newest.atMl : null;
}

/** Where the newest slope is a small part of the steepest before it, which was steep; `null` when it is not. */
export function yieldMl(curve: readonly CurvePoint[]): number | null {
  const all = slopes(curve);
  const newest = all.at(-1);
  if (!newest || all.length < 5) return null;
  const steepest = Math.max(...all.slice(0, -1).map((slope) => slope.kpaPerMl));
  return steepest >= steepKpaPerMl && newest.kpaPerMl <= yieldingPart * steepest ? newest.atMl : null;
}
