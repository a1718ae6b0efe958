import type { Hold, Inflation } from './balloon.ts';
import type { CementClock, CementPhase } from './cementClock.ts';
import type { DeviceClock } from './deviceClock.ts';
import type { InjectorReading } from './reading.ts';

/** Where the injector stands, worked out from its readings. Plain JSON: no NaN, no infinities. */
export interface InjectorState {
  readonly device: string;
  readonly driver: string | null;
  /** `silent`: the port is open and nothing comes; `ended`: a recorded or simulated injector has come to its end. */
  readonly connection: 'connected' | 'silent' | 'lost' | 'ended';
  readonly simulated: boolean;
  /** What was last said about the device, for the person: why it is lost, what it is. */
  readonly message: string;
  /** The last good reading, and when it arrived (ms since session start). */
  readonly reading: InjectorReading | null;
  readonly readingAtMs: number | null;
  /** The highest pressure among the readings that arrived together with `reading`. */
  readonly burstPeakKpa: number | null;
  /** What the device itself raises an alarm about; `null` when it raises none. */
  readonly deviceAlarm: string | null;
  readonly identity: string | null;
  /** What the operator's zero takes off the device's own volume. */
  readonly zeroMl: number;
  /** Since the device was connected. */
  readonly line: { readonly corrupt: number; readonly missing: number; readonly repeated: number };
  /** `null` without a device clock, and for the first ten seconds. */
  readonly clock: DeviceClock | null;
  readonly balloon: {
    readonly volumeMl: number;
    readonly inflations: number;
    readonly peakPressureKpa: number;
    readonly ruptured: boolean;
    readonly current: Inflation | null;
    /** Ended inflations, oldest first. */
    readonly history: readonly Inflation[];
    /** `null` while the volume is not held. */
    readonly hold: Hold | null;
  };
  readonly cement: {
    /** Through this injector over the whole session. */
    readonly volumeMl: number;
    /** Through this injector since the last zero: one needle's share. */
    readonly sinceZeroMl: number;
    readonly rateMlPerMin: number | null;
    readonly backPressureKpa: number | null;
    readonly peakBackPressureKpa: number;
    /** Session time of mixing, when the operator said so. */
    readonly mixedAtMs: number | null;
    readonly clock: CementClock | null;
    readonly phase: CementPhase | null;
  };
}
