import type { InjectorReading } from '../../src/injector/reading.ts';
import type { Curve, Curves } from '../../src/link/link.ts';

/** Ten points a second are as many as the curve can show. */
const curveStepMs = 100;

/** Two hours of ten points a second: what a longer session has more than that is told in coarser steps, so that a console that comes late gets no more. */
const mostCurvePoints = 72_000;

/** The curve of each injector, as `collectCurve` collects one. */
export interface CurvesCollector {
  add(tMs: number, reading: InjectorReading): void;
  curves(): Curves;
}

/** `mostPoints` of each injector. */
export function collectCurves(mostPoints = mostCurvePoints): CurvesCollector {
  const collectors = new Map<string, CurveCollector>();
  return {
    add(tMs, reading) {
      const known = collectors.get(reading.device);
      const collector = known ?? collectCurve(mostPoints);
      if (!known) collectors.set(reading.device, collector);
      collector.add(tMs, reading);
    },
    curves: () => Object.fromEntries([...collectors].map(([device, collector]) => [device, collector.curve()])),
  };
}

type CurvePoint = Pick<InjectorReading, 'pressureKpa' | 'volumeMl' | 'mode'>;

/** Collects pressure and volume, thinned; the highest pressure of each step is kept, so that a short peak stays in the picture. */
interface CurveCollector {
  add(tMs: number, reading: InjectorReading): void;
  curve(): Curve;
}

function collectCurve(mostPoints: number): CurveCollector {
  const tMs: number[] = [];
  const pressureKpa: (number | null)[] = [];
  const volumeMl: (number | null)[] = [];
  const mode: Curve['mode'][number][] = [];
  let stepMs = curveStepMs;
  let stepEndsMs = Number.NEGATIVE_INFINITY;

  const put = (atMs: number, at: CurvePoint): void => {
    const last = tMs.length - 1;
    if (atMs < stepEndsMs && mode[last] === at.mode) {
      const highest = pressureKpa[last] ?? null;
      if (at.pressureKpa !== null && (highest === null || at.pressureKpa > highest)) pressureKpa[last] = at.pressureKpa;
      volumeMl[last] = at.volumeMl;
      return;
    }
    stepEndsMs = atMs + stepMs;
    tMs.push(atMs);
    pressureKpa.push(at.pressureKpa);
    volumeMl.push(at.volumeMl);
    mode.push(at.mode);
  };

  /** The same points once more, in steps twice as long. */
  const thinOut = (): void => {
    const points = tMs.map((atMs, i) => ({ atMs, pressureKpa: pressureKpa[i] ?? null, volumeMl: volumeMl[i] ?? null, mode: mode[i] ?? null }));
    for (const column of [tMs, pressureKpa, volumeMl, mode]) column.length = 0;
    stepMs *= 2;
    stepEndsMs = Number.NEGATIVE_INFINITY;
    for (const point of points) put(point.atMs, point);
  };

  return {
    add(atMs, reading) {
      put(atMs, reading);
      if (tMs.length > mostPoints) thinOut();
    },
    curve: () => ({ tMs, pressureKpa, volumeMl, mode }),
  };
}
