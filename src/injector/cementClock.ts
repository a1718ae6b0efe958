/** How one cement product behaves after mixing, at a reference temperature. From its instructions for use, in the site configuration. */
export interface CementProduct {
  readonly name: string;
  /** Stiff enough to inject, ms after mixing. */
  readonly opensAfterMs: number;
  /** No longer to be injected, ms after mixing. */
  readonly closesAfterMs: number;
  /** Hard, ms after mixing: the cannula must be out. */
  readonly setsAfterMs: number;
  /** The room temperature that the three times are for. */
  readonly atTemperatureC: number;
  /** Times are multiplied by this for each degree warmer (below 1: warmth hastens). */
  readonly timesPerDegree: number;
}

const minuteMs = 60_000;

/**
 * When nothing is configured. Injection from 3.5 to 9.5 min after mixing is what bench studies report, 11 min to hardness
 * what one medium-viscosity cement takes; real products differ, and their times belong in the site configuration.
 */
export const unspecifiedCement: CementProduct = {
  name: 'unspecified cement',
  opensAfterMs: 3.5 * minuteMs,
  closesAfterMs: 9.5 * minuteMs,
  setsAfterMs: 11 * minuteMs,
  atTemperatureC: 21,
  timesPerDegree: 0.95,
};

export type CementPhase = 'mixing' | 'working' | 'closed' | 'set';

/** The course of one mix, in session time. */
export interface CementClock {
  readonly product: string;
  readonly mixedAtMs: number;
  readonly opensAtMs: number;
  readonly closesAtMs: number;
  readonly setAtMs: number;
}

/** Room temperature is what the site says it is; unknown means the product's own reference. */
export function cementClock(mixedAtMs: number, product: CementProduct, roomTemperatureC: number | null): CementClock {
  const warmerC = roomTemperatureC === null ? 0 : roomTemperatureC - product.atTemperatureC;
  const factor = product.timesPerDegree ** warmerC;
  const at = (afterMs: number) => Math.round(mixedAtMs + afterMs * factor);
  return {
    product: product.name,
    mixedAtMs,
    opensAtMs: at(product.opensAfterMs),
    closesAtMs: at(product.closesAfterMs),
    setAtMs: at(product.setsAfterMs),
  };
}

/** What is said of one mix: minutes after mixing, as they are in this room. */
export interface MixTimes {
  readonly opensAfterMin: number;
  readonly closesAfterMin: number;
  readonly setsAfterMin: number;
}

/** The clock of one mix by its own times; a time that does not follow the one before counts as that one. */
export function clockOfMix(mixedAtMs: number, product: string, { opensAfterMin, closesAfterMin, setsAfterMin }: MixTimes): CementClock {
  const at = (afterMin: number) => Math.round(mixedAtMs + afterMin * minuteMs);
  const opensAtMs = at(opensAfterMin);
  const closesAtMs = Math.max(opensAtMs, at(closesAfterMin));
  return { product, mixedAtMs, opensAtMs, closesAtMs, setAtMs: Math.max(closesAtMs, at(setsAfterMin)) };
}

export function cementPhase(clock: CementClock, tMs: number): CementPhase {
  if (tMs >= clock.setAtMs) return 'set';
  if (tMs >= clock.closesAtMs) return 'closed';
  return tMs >= clock.opensAtMs ? 'working' : 'mixing';
}
