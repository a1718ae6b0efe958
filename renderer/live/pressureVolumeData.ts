import { indexAt } from '../../src/base/times.ts';
import type { Curve } from '../../src/link/link.ts';
import type { Moment } from '../store/moment.ts';

/** Pressure against volume during one inflation or one injection. */
export interface Loop {
  readonly points: readonly (readonly [volumeMl: number, pressureKpa: number])[];
  /** The one that is going on, or the last. */
  readonly latest: boolean;
}

const rampMs = 400;

function between(curve: Curve, fromMs: number, toMs: number, mode: 'balloon' | 'cement'): Loop['points'] {
  const points: (readonly [number, number])[] = [];
  for (let i = Math.max(0, indexAt(curve.tMs, fromMs)); i < curve.tMs.length && (curve.tMs[i] ?? 0) <= toMs; i++) {
    const [kpa, ml] = [curve.pressureKpa[i] ?? null, curve.volumeMl[i] ?? null];
    if (kpa !== null && ml !== null && curve.mode[i] === mode) points.push([ml, kpa]);
  }
  return points;
}

/**
 * The loops to draw: each inflation while the balloon counts, the cement of this session once it flows. Of two needles' cement the
 * volume starts again at a zero, so that the second lies over the first.
 */
export function loopsOf({ curve, timeline, nowMs }: Pick<Moment, 'curve' | 'timeline' | 'nowMs'>): readonly Loop[] {
  const { injector } = timeline;
  if (!injector) return [];
  if (injector.cement.volumeMl > 0) return [{ points: between(curve, 0, nowMs, 'cement'), latest: true }];
  const { history, current } = injector.balloon;
  const all = current ? [...history, current] : history;
  return all.map((inflation, i) => ({
    points: between(curve, inflation.fromMs - rampMs, (inflation.toMs ?? nowMs) + rampMs, 'balloon'),
    latest: i === all.length - 1,
  }));
}

export const hasLoops = ({ timeline }: Pick<Moment, 'timeline'>): boolean =>
  timeline.injector !== null &&
  (timeline.injector.cement.volumeMl > 0 || timeline.injector.balloon.current !== null || timeline.injector.balloon.history.length > 0);

/** The greatest volume and the greatest pressure of all loops; 0 without any. */
export function mostOf(loops: readonly Loop[]): { readonly volumeMl: number; readonly pressureKpa: number } {
  let [volumeMl, pressureKpa] = [0, 0];
  // Point by point: those of some hours are more than a call takes as arguments.
  for (const { points } of loops) {
    for (const [ml, kpa] of points) {
      volumeMl = Math.max(volumeMl, ml);
      pressureKpa = Math.max(pressureKpa, kpa);
    }
  }
  return { volumeMl, pressureKpa };
}
