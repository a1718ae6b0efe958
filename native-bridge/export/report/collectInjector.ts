import type { InjectorReading } from '../../../src/injector/reading.ts';
import type { InjectorState } from '../../../src/injector/state.ts';
import type { CementShare, CurveBin, DeviceCurve, InflationFact } from './facts.ts';

/** Points of a curve: as many as a page can show. */
const binCount = 900;
/** Less than this between two zeros is the priming of a line, not a needle's share. */
const leastShareMl = 0.05;

/** Work on one vertebra from one side. */
export interface CourseNow {
  readonly level: string | null;
  /** How many courses were done before. */
  readonly number: number;
}

interface OpenShare {
  course: CourseNow | null;
  fromMs: number | null;
  toMs: number;
  /** Delivered since the last zero when the share began: by the needle before, which nobody ended with a zero. */
  readonly fromMl: number;
  sinceZeroMl: number;
}

/** Gathers inflations and shares of cement of all injectors. A share ends with a zero, or with the first cement of another course. */
export function collectInjectors(courseNow: () => CourseNow) {
  const inflations = new Map<string, InflationFact>();
  const open = new Map<string, OpenShare>();
  const shares: CementShare[] = [];

  const endShare = (device: string) => {
    const share = open.get(device);
    open.delete(device);
    if (!share || share.fromMs === null) return;
    const { course, fromMs, toMs } = share;
    const volumeMl = share.sinceZeroMl - share.fromMl;
    if (volumeMl >= leastShareMl) shares.push({ device, level: course?.level ?? null, fromMs, toMs, volumeMl });
  };

  return {
    state(tMs: number, { device, balloon, cement }: InjectorState): void {
      for (const inflation of balloon.current ? [...balloon.history, balloon.current] : balloon.history) {
        const key = `${device}/${inflation.number}`;
        inflations.set(key, { device, level: inflations.get(key)?.level ?? courseNow().level, inflation });
      }
      let share = open.get(device) ?? newShare(tMs, 0);
      if (cement.sinceZeroMl > share.sinceZeroMl + 1e-6) {
        const course = courseNow();
        if (share.course && share.course.number !== course.number) {
          endShare(device);
          share = newShare(tMs, share.sinceZeroMl);
        }
        share.fromMs ??= tMs;
        share.course ??= course;
        share.toMs = tMs;
        share.sinceZeroMl = cement.sinceZeroMl;
      }
      open.set(device, share);
    },
    zero: endShare,
    result(): { readonly inflations: readonly InflationFact[]; readonly shares: readonly CementShare[] } {
      for (const device of [...open.keys()]) endShare(device);
      return { inflations: [...inflations.values()].sort((a, b) => a.inflation.fromMs - b.inflation.fromMs), shares };
    },
  };
}

const newShare = (tMs: number, fromMl: number): OpenShare => ({ course: null, fromMs: null, toMs: tMs, fromMl, sinceZeroMl: fromMl });

/** Thins readings to bins of equal time, keeping extremes. */
export function collectCurves(durationMs: number) {
  const binMs = Math.max(1, durationMs / binCount);
  const devices = new Map<string, CurveBin[]>();
  return {
    reading(tMs: number, reading: InjectorReading): void {
      const bins = devices.get(reading.device) ?? [];
      devices.set(reading.device, bins);
      const startMs = Math.floor(tMs / binMs) * binMs;
      let bin = bins.at(-1);
      if (bin?.tMs !== startMs) {
        bin = { tMs: startMs, pressureLeastKpa: null, pressureMostKpa: null, volumeMl: null, mode: null };
        bins.push(bin);
      }
      const { pressureKpa, volumeMl, mode } = reading;
      if (pressureKpa !== null) {
        bin.pressureLeastKpa = Math.min(bin.pressureLeastKpa ?? pressureKpa, pressureKpa);
        bin.pressureMostKpa = Math.max(bin.pressureMostKpa ?? pressureKpa, pressureKpa);
      }
      bin.volumeMl = volumeMl ?? bin.volumeMl;
      bin.mode = mode ?? bin.mode;
    },
    result: (): readonly DeviceCurve[] => [...devices].map(([device, bins]) => ({ device, bins })),
  };
}
