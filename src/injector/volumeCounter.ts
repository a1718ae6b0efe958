/** The volume counter of a device, followed from one reading to the next. */
export interface VolumeCounter {
  /** What it stood at, as far as that is believed; `null` before the first reading with a volume. */
  readonly volumeMl: number | null;
  readonly atMs: number;
  /** What it stood at before that. */
  readonly beforeMl: number | null;
  /** The device has said that it was switched off and on; no volume has come since. */
  readonly startedAnew: boolean;
  /** A reading that stands far below the counter, until the next one bears it out. `countsMl`: what it counts for then. */
  readonly doubted: { readonly volumeMl: number; readonly atMs: number; readonly countsMl: number } | null;
}

export const unreadCounter: VolumeCounter = { volumeMl: null, atMs: 0, beforeMl: null, startedAnew: false, doubted: null };

export interface CounterStep {
  readonly counter: VolumeCounter;
  /** What this reading adds. Below zero for what was withdrawn, and for what a wrong reading before it had added. */
  readonly deliveredMl: number;
  /** Where the counter was set back to, when this reading tells that it was; `null` otherwise. */
  readonly setBackToMl: number | null;
}

/** A counter that stands this much lower at once was set back, or was read wrong; nothing is withdrawn so fast. */
const jumpMl = 0.5;
/** 15 mL/min, faster than cement is ever injected: what may go in between two readings that belong together. */
const fastestMlPerMs = 15 / 60_000;
/** The rest of a counter's digits. */
const unsteadyMl = 0.1;

const within = (volumeMl: number, fromMl: number, toMl: number): boolean => volumeMl >= fromMl && volumeMl <= toMl;
/** Two readings of one counter, this far apart in time, that nothing lies between but an injection. */
const belongs = (volumeMl: number, toMl: number, elapsedMs: number): boolean =>
  within(volumeMl, toMl - jumpMl, toMl + jumpMl + fastestMlPerMs * Math.max(0, elapsedMs));

/** A fall that only takes back what a single reading stood too high. */
function returns({ volumeMl, beforeMl, atMs }: VolumeCounter, nowMl: number, tMs: number): boolean {
  if (volumeMl === null || beforeMl === null || volumeMl - beforeMl <= jumpMl) return false;
  return nowMl >= beforeMl - unsteadyMl && belongs(nowMl, beforeMl, tMs - atMs);
}

function followed(before: VolumeCounter, volumeMl: number, tMs: number, deliveredMl: number, setBackToMl: number | null = null): CounterStep {
  return { counter: { volumeMl, atMs: tMs, beforeMl: before.volumeMl, startedAnew: false, doubted: null }, deliveredMl, setBackToMl };
}

/**
 * The next reading of a counter that the device may set back. A fall of more than 0.5 mL is believed when the reading after
 * it agrees, and then counts with what that one and it have delivered; when the counter goes on from where it stood, it was
 * one wrong reading and counts for nothing. A device that said that it was switched off and on is believed at once.
 * `counts`: whether what is delivered now is being counted; a mode before cement counts none.
 */
export function followCounter(before: VolumeCounter, volumeMl: number, tMs: number, counts: boolean): CounterStep {
  const { volumeMl: lastMl, doubted } = before;
  if (lastMl === null) return followed(before, volumeMl, tMs, volumeMl);
  if (before.startedAnew && volumeMl < lastMl) return followed(before, volumeMl, tMs, volumeMl, volumeMl);
  if (doubted && volumeMl < lastMl - unsteadyMl && belongs(volumeMl, doubted.volumeMl, tMs - doubted.atMs)) {
    const counter = { volumeMl, atMs: tMs, beforeMl: doubted.volumeMl, startedAnew: false, doubted: null };
    return { counter, deliveredMl: doubted.countsMl + volumeMl - doubted.volumeMl, setBackToMl: doubted.volumeMl };
  }
  if (lastMl - volumeMl <= jumpMl || returns(before, volumeMl, tMs)) return followed(before, volumeMl, tMs, volumeMl - lastMl);
  return { counter: { ...before, startedAnew: false, doubted: { volumeMl, atMs: tMs, countsMl: counts ? volumeMl : 0 } }, deliveredMl: 0, setBackToMl: null };
}

/** The device says that it was switched off and on. */
export const startedAnew = (before: VolumeCounter): VolumeCounter => ({ ...before, startedAnew: true });

/** What the device said last, believed or not; `null` before it has said any volume. */
export const latestVolumeMl = (counter: VolumeCounter): number | null => counter.doubted?.volumeMl ?? counter.volumeMl;

/** A counter that was set back a moment ago may have gone on already. */
const aboutZeroMl = 0.3;

/**
 * What the operator's zero takes off after the counter was set back. A balloon that is emptied at once falls as far as a
 * counter that is set back, but to where it was zeroed by the operator, not to the device's own zero. In doubt nothing is
 * taken off: a volume that reads too high is alarmed about early. So a zero below none, which adds, stays.
 */
export function zeroAfterSetBack(zeroMl: number, setBackToMl: number): number {
  const atItsOwnZero = Math.abs(setBackToMl) <= aboutZeroMl && Math.abs(setBackToMl) < Math.abs(zeroMl - setBackToMl);
  return zeroMl > 0 && atItsOwnZero ? 0 : zeroMl;
}
