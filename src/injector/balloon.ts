import { roundedNumbers } from './rounding.ts';
import { pressureFellAtConstantVolume } from './rupture.ts';
import { type CurvePoint, wallContactMl, yieldMl } from './stiffness.ts';
import { addToTrace, emptyTrace, median, type Trace, type TracePoint } from './trace.ts';

/** One filling of a balloon, from the first pressure to its release. */
export interface Inflation {
  readonly number: number;
  readonly fromMs: number;
  /** `null` while it lasts. */
  readonly toMs: number | null;
  readonly peakPressureKpa: number;
  readonly peakAtMs: number;
  readonly greatestVolumeMl: number | null;
  readonly ruptured: boolean;
  /** Volume at which the balloon met resistance: the pressure–volume curve turned steep. */
  readonly wallContactMl: number | null;
  /** Volume at which that resistance gave way. */
  readonly yieldMl: number | null;
}

/** Pressure lost while the volume was held. */
export interface Hold {
  readonly sinceMs: number;
  readonly fromKpa: number;
  readonly decayKpa: number;
  readonly decayKpaPerMin: number;
}

export interface BalloonFold {
  readonly volumeMl: number;
  readonly pressureKpa: number | null;
  readonly peakPressureKpa: number;
  readonly count: number;
  readonly current: Inflation | null;
  /** Ended inflations, the newest `historyLength` of them. */
  readonly history: readonly Inflation[];
  readonly ruptured: boolean;
  /** After a rupture, nothing counts as an inflation until the pressure has been released. */
  readonly released: boolean;
  readonly trace: Trace;
  /** Of the present inflation, taken every 0.1 mL while the volume rises. */
  readonly curve: readonly CurvePoint[];
  /** Of the present inflation, what the pressure settled to at each rest. What a push adds for the moment is not in it. */
  readonly settled: readonly CurvePoint[];
  readonly hold: {
    readonly sinceMs: number;
    readonly volumeMl: number;
    readonly fromKpa: number;
    readonly nowKpa: number;
    /** Its settled point has been taken. */
    readonly taken: boolean;
  } | null;
}

export const emptyBalloon: BalloonFold = {
  volumeMl: 0,
  pressureKpa: null,
  peakPressureKpa: 0,
  count: 0,
  current: null,
  history: [],
  ruptured: false,
  released: true,
  trace: emptyTrace,
  curve: [],
  settled: [],
  hold: null,
};

/** 10 psi: less is the resistance of the empty balloon and its tubing. */
const inflatedKpa = 70;
const releasedKpa = 35;
const historyLength = 24;
const curveStepMl = 0.1;
const curveLength = 80;
const heldWithinMl = 0.03;
const smoothing = 0.1;
/** A rest before the next push; and one so long that nobody has to wait for a push. */
const leastRestMs = 300;
const surelyRestMs = 1500;

/** Notes on the present inflation where the curve turned steep, and where it gave way after that. */
function withStiffness(balloon: BalloonFold, curve: readonly CurvePoint[], steps: 1 | 2): BalloonFold {
  if (!balloon.current) return balloon;
  const contact = balloon.current.wallContactMl ?? wallContactMl(curve, steps);
  const gaveWay = contact === null ? null : (balloon.current.yieldMl ?? yieldMl(curve, steps));
  return { ...balloon, current: { ...balloon.current, wallContactMl: contact, yieldMl: gaveWay } };
}

function withCurve(balloon: BalloonFold, point: TracePoint): BalloonFold {
  const last = balloon.curve.at(-1);
  if (point.volumeMl === null || balloon.curve.length >= curveLength) return balloon;
  if (last && point.volumeMl < last.volumeMl + curveStepMl) return balloon;
  const curve = [...balloon.curve, { volumeMl: point.volumeMl, pressureKpa: point.pressureKpa }];
  // Once there are rests, only what they settle to is judged: a push by itself is always steep.
  return balloon.settled.length > 0 ? { ...balloon, curve } : withStiffness({ ...balloon, curve }, curve, 2);
}

/** Takes what a rest has settled to, once, if the rest is higher than the one before. */
function withSettled(balloon: BalloonFold, leastMs: number, nowMs: number): BalloonFold {
  const { hold, settled } = balloon;
  if (!hold || hold.taken || nowMs - hold.sinceMs < leastMs || settled.length >= curveLength) return balloon;
  const last = settled.at(-1);
  if (last && hold.volumeMl < last.volumeMl + curveStepMl) return balloon;
  const next = [...settled, { volumeMl: hold.volumeMl, pressureKpa: hold.nowKpa }];
  return withStiffness({ ...balloon, settled: next, hold: { ...hold, taken: true } }, next, 1);
}

function withHold(before: BalloonFold, point: TracePoint): BalloonFold {
  const { hold } = before;
  if (point.volumeMl === null) return { ...before, hold: null };
  if (hold === null || Math.abs(point.volumeMl - hold.volumeMl) > heldWithinMl) {
    const rising = hold !== null && point.volumeMl > hold.volumeMl;
    const balloon = rising ? withSettled(before, leastRestMs, point.tMs) : before;
    return { ...balloon, hold: { sinceMs: point.tMs, volumeMl: point.volumeMl, fromKpa: point.pressureKpa, nowKpa: point.pressureKpa, taken: false } };
  }
  const nowKpa = hold.nowKpa + smoothing * (point.pressureKpa - hold.nowKpa);
  return withSettled({ ...before, hold: { ...hold, nowKpa } }, surelyRestMs, point.tMs);
}

function ended(balloon: BalloonFold, tMs: number, ruptured: boolean): BalloonFold {
  if (!balloon.current) return balloon;
  const history = [...balloon.history, roundedNumbers({ ...balloon.current, toMs: tMs, ruptured })].slice(-historyLength);
  return { ...balloon, current: null, history, ruptured, released: !ruptured, hold: null, curve: [], settled: [] };
}

function started(balloon: BalloonFold, point: TracePoint): BalloonFold {
  const number = balloon.count + 1;
  const current: Inflation = {
    number,
    fromMs: point.tMs,
    toMs: null,
    peakPressureKpa: point.pressureKpa,
    peakAtMs: point.tMs,
    greatestVolumeMl: point.volumeMl,
    ruptured: false,
    wallContactMl: null,
    yieldMl: null,
  };
  return { ...balloon, count: number, current, ruptured: false, curve: [], settled: [], hold: null };
}

/** Several points decide, so that one bad reading starts and ends nothing. */
function startsNow(trace: Trace): boolean {
  const two = trace.points.slice(-2);
  return two.length === 2 && two.every((point) => point.pressureKpa >= inflatedKpa);
}

/** Longer than a rupture takes to be recognised: a pressure that is suddenly gone is judged before it counts as released. */
const releasedForMs = 250;

function isReleased(trace: Trace, nowMs: number): boolean {
  const lately = trace.points.filter((point) => nowMs - point.tMs <= releasedForMs);
  const level = median(lately.map((point) => point.pressureKpa));
  return lately.length >= 2 && level !== null && level <= releasedKpa && lately.slice(-2).every((point) => point.pressureKpa < inflatedKpa);
}

function foldPoint(before: BalloonFold, point: TracePoint): BalloonFold {
  const low = isReleased(before.trace, point.tMs);
  const balloon = low && !before.released ? { ...before, released: true } : before;
  if (balloon.current) {
    if (pressureFellAtConstantVolume(balloon.trace) === true) return ended(balloon, point.tMs, true);
    if (low) return ended(balloon, point.tMs, false);
    return withHold(withCurve(balloon, point), point);
  }
  return startsNow(balloon.trace) && balloon.released ? started(balloon, point) : balloon;
}

function withPeak(balloon: BalloonFold, pressureKpa: number, volumeMl: number | null, tMs: number): BalloonFold {
  const { current } = balloon;
  if (!current) return balloon;
  const higher = pressureKpa > current.peakPressureKpa;
  return {
    ...balloon,
    peakPressureKpa: Math.max(balloon.peakPressureKpa, pressureKpa),
    current: {
      ...current,
      peakPressureKpa: higher ? pressureKpa : current.peakPressureKpa,
      peakAtMs: higher ? tMs : current.peakAtMs,
      greatestVolumeMl: volumeMl === null ? current.greatestVolumeMl : Math.max(volumeMl, current.greatestVolumeMl ?? volumeMl),
    },
  };
}

/** One reading taken while the device fills a balloon. */
export function foldBalloon(before: BalloonFold, pressureKpa: number | null, volumeMl: number | null, tMs: number): BalloonFold {
  const measured = { ...before, pressureKpa, volumeMl: volumeMl ?? before.volumeMl };
  if (pressureKpa === null) return measured;
  const { trace, closed } = addToTrace(before.trace, tMs, pressureKpa, volumeMl);
  const traced = { ...measured, trace };
  return withPeak(closed ? foldPoint(traced, closed) : traced, pressureKpa, volumeMl, tMs);
}

/** The device does something else now, or is gone: what is running ends here. */
export function leaveBalloon(before: BalloonFold, tMs: number): BalloonFold {
  return { ...ended(before, tMs, false), ruptured: before.ruptured, pressureKpa: null, trace: emptyTrace };
}

const leastHoldMs = 2000;

/** `null` until the volume has been held for two seconds. */
export function holdOf(balloon: BalloonFold): Hold | null {
  const newest = balloon.trace.points.at(-1);
  if (!balloon.hold || !newest || newest.tMs - balloon.hold.sinceMs < leastHoldMs) return null;
  const { sinceMs, fromKpa, nowKpa } = balloon.hold;
  const decayKpa = fromKpa - nowKpa;
  return { sinceMs, fromKpa, decayKpa, decayKpaPerMin: (decayKpa / (newest.tMs - sinceMs)) * 60_000 };
}
