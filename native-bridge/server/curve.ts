import type { InjectorReading } from '../../src/injector/reading.ts';
import type { Curve, Curves } from '../../src/link/link.ts';

/** Ten points a second are as many as the curve can show. */
const curveStepMs = 100;

/** The curve of each injector, as `collectCurve` collects one. */
export interface CurvesCollector {
  add(tMs: number, reading: InjectorReading): void;
  curves(): Curves;
}

export function collectCurves(): CurvesCollector {
  const collectors = new Map<string, CurveCollector>();
  return {
    add(tMs, reading) {
      const known = collectors.get(reading.device);
      const collector = known ?? collectCurve();
      if (!known) collectors.set(reading.device, collector);
      collector.add(tMs, reading);
    },
    curves: () => Object.fromEntries([...collectors].map(([device, collector]) => [device, collector.curve()])),
  };
}

/** Collects pressure and volume, thinned; the highest pressure of each step is kept, so that a short peak stays in the picture. */
interface CurveCollector {
  add(tMs: number, reading: InjectorReading): void;
  curve(): Curve;
}

function collectCurve(): CurveCollector {
  const tMs: number[] = [];
  const pressureKpa: (number | null)[] = [];
  const volumeMl: (number | null)[] = [];
  const mode: Curve['mode'][number][] = [];
  let stepEndsMs = Number.NEGATIVE_INFINITY;
  return {
    add(atMs, reading) {
      const last = tMs.length - 1;
      if (atMs < stepEndsMs && mode[last] === reading.mode) {
        const highest = pressureKpa[last] ?? null;
        if (reading.pressureKpa !== null && (highest === null || reading.pressureKpa > highest)) pressureKpa[last] = reading.pressureKpa;
        volumeMl[last] = reading.volumeMl;
        return;
      }
      stepEndsMs = atMs + curveStepMs;
      tMs.push(atMs);
      pressureKpa.push(reading.pressureKpa);
      volumeMl.push(reading.volumeMl);
      mode.push(reading.mode);
    },
    curve: () => ({ tMs, pressureKpa, volumeMl, mode }),
  };
}
