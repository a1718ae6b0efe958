import { median } from './trace.ts';

/** A point of the pressure–volume curve of one inflation. */
export interface CurvePoint {
  readonly volumeMl: number;
  readonly pressureKpa: number;
}

interface Slope {
  /** Where it begins. */
  readonly fromMl: number;
  readonly kpaPerMl: number;
}

/** Slopes over `steps` points each: one step of a curve taken while the volume rises is too short for the noise of real gauges. */
function slopes(curve: readonly CurvePoint[], steps: number): readonly Slope[] {
  return curve.slice(steps).map((point, i) => {
    const from = curve[i] ?? point;
    return { fromMl: from.volumeMl, kpaPerMl: (point.pressureKpa - from.pressureKpa) / (point.volumeMl - from.volumeMl) };
  });
}

const steepKpaPerMl = 250;
const steeperBy = 2;
const yieldingPart = 0.25;
const leastSlopesBefore = 2;

/**
 * Where the newest slope begins, when it is steep and at least twice what it usually was before; `null` when it is not.
 * `steps`: 1 for settled points, 2 for a curve taken while the volume rises.
 */
export function wallContactMl(curve: readonly CurvePoint[], steps: 1 | 2): number | null {
  const all = slopes(curve, steps);
  const newest = all.at(-1);
  // Slopes over two points share one: the one before the newest already knows of it.
  const before = all.slice(0, -steps);
  const usual = median(before.map((slope) => slope.kpaPerMl));
  if (!newest || usual === null || before.length < leastSlopesBefore) return null;
  return newest.kpaPerMl >= steepKpaPerMl && newest.kpaPerMl >= steeperBy * usual ? newest.fromMl : null;
}

/** Where the newest slope begins, when it is a small part of the steepest before it and that was steep; `null` when it is not. */
export function yieldMl(curve: readonly CurvePoint[], steps: 1 | 2): number | null {
  const all = slopes(curve, steps);
  const newest = all.at(-1);
  const steepest = Math.max(0, ...all.slice(0, -steps).map((slope) => slope.kpaPerMl));
  return newest && steepest >= steepKpaPerMl && newest.kpaPerMl <= yieldingPart * steepest ? newest.fromMl : null;
}
