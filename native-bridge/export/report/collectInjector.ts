import type { InjectorReading } from '../../../src/injector/reading.ts';
import type { InjectorState } from '../../../src/injector/state.ts';
import type { CementShare, CurveBin, DeviceCurve, InflationFact } from './facts.ts';

/** Points of a curve: as many as a page can show. */
const binCount = 900;
/** Less than this between two zeros is the priming of a line, not a needle's share. */
const leastShareMl = 0.05;

/** Gathers inflations and shares of cement of all injectors. */
export function collectInjectors(levelNow: () => string | null) {
  const inflations = new Map<string, InflationFact>();
  const open = new Map<string, { level: string | null; fromMs: number | null; toMs: number; volumeMl: number }>();
  const shares: CementShare[] = [];

  const endShare = (device: string) => {
    const share = open.get(device);
    open.delete(device);
    if (share && share.fromMs !== null && share.volumeMl >= leastShareMl)
      shares.push({ device, level: share.level, fromMs: share.fromMs, toMs: share.toMs, volumeMl: share.volumeMl });
  };

  return {
    state(tMs: number, { device, balloon, cement }: InjectorState): void {
      for (const inflation of balloon.current ? [...balloon.history, balloon.current] : balloon.history) {
        const key = `${device}/${inflation.number}`;
        inflations.set(key, { device, level: inflations.get(key)?.level ?? levelNow(), inflation });
      }
      const share = open.get(device) ?? { level: null, fromMs: null, toMs: tMs, volumeMl: 0 };
      if (cement.sinceZeroMl > share.volumeMl + 1e-6) {
        share.fromMs ??= tMs;
        share.level ??= levelNow();
        share.toMs = tMs;
        share.volumeMl = cement.sinceZeroMl;
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
