import type { InjectorReading } from './reading.ts';

/** Where the injector stands, worked out from its readings. */
export interface InjectorState {
  readonly device: string;
  readonly connection: 'connected' | 'silent' | 'lost';
  readonly simulated: boolean;
  /** The last good reading, and when it arrived (ms since session start). */
  readonly reading: InjectorReading | null;
  readonly readingAtMs: number | null;
  readonly balloon: {
    readonly volumeMl: number;
    readonly inflations: number;
    readonly peakPressureKpa: number;
    readonly ruptured: boolean;
  };
  readonly cement: {
    readonly volumeMl: number;
    /** Session time of mixing, when the operator said so. */
    readonly mixedAtMs: number | null;
  };
}
