import { compareEpisodes, type EpisodeChanges } from '../alarm/episodes.ts';
import { type Distribution, startDistribution } from '../base/distribution.ts';
import { inputFault, ok, type Result } from '../base/result.ts';
import { type Stage, stageSchema } from '../procedure/operatorEvent.ts';
import { type PlaneId, planeIds } from '../sample/sample.ts';
import type { SessionTrack, TrackedFrame, TrackedReading } from './sessionTrack.ts';

/** What the two sessions are lined up by: their start, or the moment at which both enter a stage. */
export type Alignment = 'start' | Stage;
export const alignments: readonly Alignment[] = ['start', ...stageSchema.options];

/** Pressure and volume of both at ten times a second of the left session; null where that one has no reading then. */
export interface SideBySideCurve {
  readonly leftMs: readonly number[];
  readonly left: { readonly pressureKpa: readonly (number | null)[]; readonly volumeMl: readonly (number | null)[] };
  readonly right: { readonly pressureKpa: readonly (number | null)[]; readonly volumeMl: readonly (number | null)[] };
}

/** One plane: its frames in pairs of one moment. */
export interface SideBySidePlane {
  /** Frames that have a partner, by the left session's time; distances in image pixels, volumes right less left. */
  readonly frames: readonly { readonly leftMs: number; readonly rightMs: number; readonly tipPx: number | null; readonly cementMl: number | null }[];
  /** Frames of either side without a partner. */
  readonly alone: { readonly left: number; readonly right: number };
  readonly tipPx: Distribution;
  readonly cementMl: Distribution;
}

/** Two sessions, or one under two versions, locked in time. */
export interface SideBySide {
  /** Time in the right session = time in the left one + this. */
  readonly offsetMs: number;
  readonly stages: readonly { readonly stage: Stage; readonly leftMs: number | null; readonly rightMs: number | null }[];
  readonly curve: SideBySideCurve;
  readonly planes: Readonly<Record<PlaneId, SideBySidePlane>>;
  /** `lost`: only left; `gained`: only right. */
  readonly alarms: EpisodeChanges;
}

/** By how much the right session's clock is ahead when both are lined up; a fault when one never enters that stage. */
export function offsetMs(left: SessionTrack, right: SessionTrack, by: Alignment): Result<number> {
  if (by === 'start') return ok(0);
  const entered = (track: SessionTrack) => track.stages.find(({ stage }) => stage === by)?.fromMs;
  const [leftMs, rightMs] = [entered(left), entered(right)];
  if (leftMs !== undefined && rightMs !== undefined) return ok(rightMs - leftMs);
  return inputFault(
    `The ${leftMs === undefined ? 'first' : 'second'} session never enters the stage "${by}"; line them up by another stage or by their start.`,
  );
}

const curveStepMs = 100;
/** A reading stands for so long; then the curve has a gap, as the live one has. */
const readingStandsMs = 500;
/** Frames further apart than half the time between two at 10 fps are not of one moment. */
const sameMomentMs = 50;

/** Walks along a list in order of time: the last entry at or before `tMs`. Times asked for must not fall. */
function walker<T extends { readonly tMs: number }>(entries: readonly T[]): (tMs: number) => T | null {
  let at = -1;
  return (tMs) => {
    while ((entries[at + 1]?.tMs ?? Number.POSITIVE_INFINITY) <= tMs) at++;
    return entries[at] ?? null;
  };
}

function curveOf(left: SessionTrack, right: SessionTrack, ahead: number): SideBySideCurve {
  const leftMs: number[] = [];
  const side = () => ({ pressureKpa: [] as (number | null)[], volumeMl: [] as (number | null)[] });
  const sides = { left: side(), right: side() };
  const at = { left: walker(left.readings), right: walker(right.readings) };
  const put = (to: ReturnType<typeof side>, reading: TrackedReading | null, tMs: number) => {
    const standing = reading && tMs - reading.tMs <= readingStandsMs ? reading : null;
    to.pressureKpa.push(standing?.pressureKpa ?? null);
    to.volumeMl.push(standing?.volumeMl ?? null);
  };
  const fromMs = Math.floor(Math.min(0, -ahead) / curveStepMs) * curveStepMs;
  const toMs = Math.max(left.durationMs, right.durationMs - ahead);
  for (let tMs = fromMs; tMs <= toMs; tMs += curveStepMs) {
    leftMs.push(tMs);
    put(sides.left, at.left(tMs), tMs);
    put(sides.right, at.right(tMs + ahead), tMs + ahead);
  }
  return { leftMs, ...sides };
}

/** Pairs each left frame with the nearest right one within a moment; every frame is in one pair at most. */
function* framePairs(left: readonly TrackedFrame[], right: readonly TrackedFrame[], ahead: number): Generator<readonly [TrackedFrame, TrackedFrame]> {
  let next = 0;
  for (const frame of left) {
    const wantedMs = frame.tMs + ahead;
    while ((right[next]?.tMs ?? Number.POSITIVE_INFINITY) < wantedMs - sameMomentMs) next++;
    const distance = (at: number) => Math.abs((right[at]?.tMs ?? Number.POSITIVE_INFINITY) - wantedMs);
    while (distance(next + 1) < distance(next)) next++;
    const partner = right[next];
    if (!partner || distance(next) > sameMomentMs) continue;
    next++;
    yield [frame, partner];
  }
}

function planeOf(left: readonly TrackedFrame[], right: readonly TrackedFrame[], ahead: number): SideBySidePlane {
  const tips = startDistribution();
  const volumes = startDistribution();
  const frames: SideBySidePlane['frames'][number][] = [];
  for (const [was, is] of framePairs(left, right, ahead)) {
    const tipPx = was.tipImagePx && is.tipImagePx ? Math.hypot(is.tipImagePx[0] - was.tipImagePx[0], is.tipImagePx[1] - was.tipImagePx[1]) : null;
    const cementMl = was.cementMl !== null && is.cementMl !== null ? is.cementMl - was.cementMl : null;
    if (tipPx !== null) tips.add(tipPx);
    if (cementMl !== null) volumes.add(cementMl);
    frames.push({ leftMs: was.tMs, rightMs: is.tMs, tipPx, cementMl });
  }
  const alone = { left: left.length - frames.length, right: right.length - frames.length };
  return { frames, alone, tipPx: tips.distribution(), cementMl: volumes.distribution() };
}

/** Lays two sessions beside each other, the right one's clock `ahead` of the left one's. */
export function compareSessions(left: SessionTrack, right: SessionTrack, ahead: number): SideBySide {
  const entered = (track: SessionTrack, stage: Stage) => track.stages.find((one) => one.stage === stage)?.fromMs ?? null;
  const planes = Object.fromEntries(planeIds.map((plane) => [plane, planeOf(left.frames[plane], right.frames[plane], ahead)]));
  return {
    offsetMs: ahead,
    stages: stageSchema.options.map((stage) => ({ stage, leftMs: entered(left, stage), rightMs: entered(right, stage) })),
    curve: curveOf(left, right, ahead),
    planes: planes as Record<PlaneId, SideBySidePlane>,
    alarms: compareEpisodes(left.alarms, right.alarms, ahead),
  };
}
