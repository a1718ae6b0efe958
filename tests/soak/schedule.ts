import type { SourceFaultName } from '../../src/link/sourceFaults.ts';
import type { PlaneId } from '../../src/sample/sample.ts';

/** A line of `--faults FILE`. */
export interface TimedFault {
  readonly fault: SourceFaultName;
  readonly plane?: PlaneId;
  readonly fromS: number;
  readonly toS: number;
}

/** What is done to the console and to the machine; times are those of the session. */
export type Assault = { readonly atS: number } & (
  | { readonly kind: 'kill-renderer' }
  | { readonly kind: 'starve-processor'; readonly forS: number }
  | { readonly kind: 'fill-disk'; readonly forS: number }
  | { readonly kind: 'archive-away'; readonly forS: number }
);

/** Which alarm must be raised and end again through a fault of the sources; `null`: none has to. */
export const alarmOfFault: Readonly<Record<SourceFaultName, 'frames-stale' | 'injector-silent' | 'injector-lost' | null>> = {
  'drop-frames': 'frames-stale',
  'stall-frames': 'frames-stale',
  'freeze-frames': null,
  'unplug-frames': 'frames-stale',
  'serial-noise': null,
  'serial-drop': null,
  'serial-garbage': null,
  'serial-duplicate': null,
  'serial-stall': 'injector-silent',
  'unplug-injector': 'injector-lost',
};

/** Everything goes wrong once in each stretch of a hundred seconds, one after the other. */
const stretchS = 100;
const inEachStretch: readonly TimedFault[] = [
  { fault: 'drop-frames', plane: 'a', fromS: 8, toS: 10 },
  { fault: 'serial-noise', fromS: 14, toS: 17 },
  { fault: 'stall-frames', plane: 'b', fromS: 20, toS: 22 },
  { fault: 'serial-stall', fromS: 28, toS: 31 },
  { fault: 'unplug-frames', plane: 'b', fromS: 36, toS: 39 },
  { fault: 'unplug-injector', fromS: 44, toS: 47 },
  { fault: 'serial-garbage', fromS: 52, toS: 53 },
  { fault: 'freeze-frames', plane: 'a', fromS: 66, toS: 68 },
  { fault: 'serial-duplicate', fromS: 72, toS: 73 },
  { fault: 'serial-drop', fromS: 76, toS: 78 },
];
/** Once: its alarm stands until somebody acknowledges it, so that a second time could not be told from the first. */
const fillDisk: Assault = { kind: 'fill-disk', atS: 4, forS: 50 };
const assaultsOfStretch: readonly Assault[] = [
  { kind: 'kill-renderer', atS: 33 },
  { kind: 'archive-away', atS: 56, forS: 8 },
  { kind: 'starve-processor', atS: 82, forS: 6 },
];

const inStretch = <T>(seconds: number, place: (startS: number) => readonly T[]): readonly T[] =>
  Array.from({ length: Math.floor(seconds / stretchS) }, (_, stretch) => place(stretch * stretchS)).flat();

export const faultsFor = (seconds: number): readonly TimedFault[] =>
  inStretch(seconds, (startS) => inEachStretch.map((fault) => ({ ...fault, fromS: startS + fault.fromS, toS: startS + fault.toS })));

export const assaultsFor = (seconds: number): readonly Assault[] => [
  fillDisk,
  ...inStretch(seconds, (startS) => assaultsOfStretch.map((assault) => ({ ...assault, atS: startS + assault.atS }))),
];
