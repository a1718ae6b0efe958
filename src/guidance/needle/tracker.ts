import type { XrayFrame } from '../../dicom/xrayFrame.ts';
import type { ImagePoint, PlanePlan } from '../../sample/index.ts';
import type { AttenuationPyramid } from '../image/attenuation.ts';
import type { VisibleField } from '../image/field.ts';
import type { DetectedNeedle } from '../observation.ts';
import type { FoundBar, NeedleDetector, NeedleScale } from './detect.ts';
import { isBareBack, levelBehind, sidesBehind } from './levels.ts';
import { barDirection, degreesBetween, forwardOfNew, mayBeNew } from './newcomers.ts';
import { bareLevelAfter, decide, isAtRest, restRules, solidContrastAfter, styletState } from './rest.ts';

/** Everything in full image pixels. `Bone` positions have the motion of the bone taken off. */
export interface NeedleTrack {
  readonly id: number;
  readonly tip: ImagePoint;
  readonly direction: readonly [dx: number, dy: number];
  readonly widthPx: number;
  /** Visible length of the shaft. */
  readonly lengthPx: number;
  readonly tipSigmaPx: number;
  readonly confidence: number;
  readonly contrast: number;
  /** At rest in the bone: the tip is then held against balloon, cement and the missing stylet. */
  readonly parked: boolean;
  readonly stylet: boolean;
  readonly seenFrames: number;
  readonly missedFrames: number;
  /** Frame count when it last moved through bone. */
  readonly movedAt: number;
  readonly recentAlongPx: readonly number[];
  readonly velocityPx: number;
  readonly held: number;
  readonly tipBone: ImagePoint;
  /** Attenuation contrast with the stylet in. */
  readonly solidContrast: number;
  readonly strays: number;
  /** Frames in a row that speak for the other state of the stylet. */
  readonly doubts: number;
  /** Attenuation that the last millimetres of its place would have without it; null as long as it is not known. */
  readonly bareLevel: number | null;
  /** Frames in a row in which its last part has looked drawn back from where it rested. */
  readonly backFrames: number;
  /** Frames for which something is still taken to lie over it since it was last seen covered: another needle, cement. */
  readonly coveredFrames: number;
  /** Shown at first sight; without a scale a bar that ends freely on both sides has to last (an opacified vessel may look straight). */
  readonly certain: boolean;
}

export interface NeedleContext {
  readonly frame: XrayFrame;
  readonly pyramid: AttenuationPyramid;
  readonly field: VisibleField;
  readonly scale: NeedleScale;
  readonly plan: PlanePlan | null;
  /** Bone's shift since the reference, full pixels. */
  readonly shift: readonly [x: number, y: number];
  readonly shiftTrusted: boolean;
  /** Cement is in the picture: a straight dark bar that appears now, not from the border, is a leak, not a needle. */
  readonly cementSeen: boolean;
  /** Millimetres are known, not guessed. */
  readonly scaleKnown: boolean;
  readonly frameCount: number;
  /** How many frames make a rest at this frame rate. */
  readonly restFrames: number;
}

interface Sighting {
  readonly bar: FoundBar;
  readonly tip: ImagePoint;
  readonly direction: readonly [dx: number, dy: number];
  readonly sigmaPx: number;
  readonly widthPx: number;
  readonly lengthPx: number;
  readonly hollow: boolean;
}

/** Names what decides about following, in millimetres and shares. */
const rules = {
  association: { acrossMm: 5, angleDeg: 12 },
  /** A needle does not change its width by more than this from one frame to the next. */
  mergedWidthShare: 0.2,
  coveredFrames: 15,
  /** A pulse and the detector's lag smear a moving tip over a part of its step. */
  lagShare: 0.3,
} as const;

export interface NeedleTracker {
  update(context: NeedleContext, detector: NeedleDetector): readonly NeedleTrack[];
  reset(): void;
  /** A new reference was taken: what was at `shift` before is at zero now. */
  rebase(shift: readonly [x: number, y: number]): void;
  readonly tracks: readonly NeedleTrack[];
}

export function createNeedleTracker(): NeedleTracker {
  let tracks: readonly NeedleTrack[] = [];
  let candidates: readonly NeedleTrack[] = [];
  let nextId = 0;
  return {
    get tracks() {
      return tracks;
    },
    reset() {
      tracks = [];
      candidates = [];
    },
    rebase([x, y]) {
      const moved = (track: NeedleTrack): NeedleTrack => ({ ...track, tipBone: [track.tipBone[0] + x, track.tipBone[1] + y] });
      tracks = tracks.map(moved);
      candidates = candidates.map(moved);
    },
    update(context, detector) {
      const bars = [...detector.bars(context.pyramid, context.field, context.scale)];
      const followed: NeedleTrack[] = [];
      for (const track of tracks) {
        const at = nearestBar(bars, track, context);
        const [found] = at >= 0 ? bars.splice(at, 1) : [];
        const sighting = sightingOfTrack(track, found, context, detector);
        const next = sighting === null || isMerged(track, sighting) ? missed(track, context, detector) : followedBy(track, sighting, context);
        if (next !== null) followed.push(next);
      }
      const fresh = bars
        .filter((bar) => mayBeNew(bar, context))
        .flatMap((bar) => {
          const forward = forwardOfNew(bar, context);
          const sighting = forward === null ? null : sightingOf(bar, forward, context, detector);
          return sighting === null ? [] : [sighting];
        });
      candidates = candidates.flatMap((track) => {
        const at = fresh.findIndex((s) => belongsTo(s.bar, track, context));
        const [sighting] = at >= 0 ? fresh.splice(at, 1) : [];
        return sighting === undefined ? [] : [followedBy(track, sighting, context)];
      });
      for (const sighting of fresh) if (!followed.some((t) => crosses(t, sighting))) candidates = [...candidates, started(nextId++, sighting, context)];
      // The first needle is shown at once; a second one has to last, because cement and balloons can look straight for a moment.
      const ready = (track: NeedleTrack) => ((followed.length === 0 && tracks.length === 0 && track.certain) || track.seenFrames >= 3) && followed.length < 2;
      for (const track of [...candidates].sort((p, q) => q.lengthPx * q.contrast - p.lengthPx * p.contrast)) {
        if (!ready(track)) continue;
        followed.push(track);
        candidates = candidates.filter((c) => c !== track);
      }
      tracks = followed;
      return tracks;
    },
  };
}

const isForward = (bar: FoundBar, direction: readonly [number, number]): boolean => bar.shaft.dx * direction[0] + bar.shaft.dy * direction[1] > 0;

/** How far off a bar lies from where the track's shaft is expected now, mm (a degree counts as half a millimetre); null when it is another. */
function misfitMm(bar: FoundBar, track: NeedleTrack, context: NeedleContext): number | null {
  const turnedDeg = degreesBetween(barDirection(bar), track.direction);
  if (turnedDeg > rules.association.angleDeg) return null;
  const { factor } = context.pyramid;
  const middle = 0.5 * (bar.shaft.from + bar.shaft.to);
  const x = factor * (bar.shaft.x + bar.shaft.dx * middle);
  const y = factor * (bar.shaft.y + bar.shaft.dy * middle);
  const [px, py] = predictedTip(track, context);
  const acrossMm = Math.abs((x - px) * -track.direction[1] + (y - py) * track.direction[0]) * context.scale.mmPerPx;
  return acrossMm < rules.association.acrossMm ? acrossMm + 0.5 * turnedDeg : null;
}

const belongsTo = (bar: FoundBar, track: NeedleTrack, context: NeedleContext): boolean => misfitMm(bar, track, context) !== null;

/** Index of the bar that fits a track best; −1 when none does. */
function nearestBar(bars: readonly FoundBar[], track: NeedleTrack, context: NeedleContext): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  bars.forEach((bar, i) => {
    const misfit = misfitMm(bar, track, context);
    if (misfit === null || misfit >= least) return;
    least = misfit;
    best = i;
  });
  return best;
}

/**
 * The needle in this frame: the bar that was found where it is expected, unless that is only a piece far behind its tip. A needle
 * whose edges are too weak to be found by themselves (two thin walls, few pixels) is measured where it is expected.
 */
function sightingOfTrack(track: NeedleTrack, found: FoundBar | undefined, context: NeedleContext, detector: NeedleDetector): Sighting | null {
  const seen = found === undefined ? null : sightingOf(found, isForward(found, track.direction), context, detector);
  const expected = predictedTip(track, context);
  const awayMm = ({ tip }: Sighting): number => Math.hypot(tip[0] - expected[0], tip[1] - expected[1]) * context.scale.mmPerPx;
  if ((seen !== null && awayMm(seen) < restRules.jumpMm) || !context.shiftTrusted) return seen;
  const bar = detector.barAt(context.pyramid, context.field, { ...track, tip: expected }, context.scale);
  const measured = bar === null || !belongsTo(bar, track, context) ? null : sightingOf(bar, isForward(bar, track.direction), context, detector);
  return measured !== null && (seen === null || awayMm(measured) < awayMm(seen)) ? measured : seen;
}

function predictedTip(track: NeedleTrack, { shift }: NeedleContext): ImagePoint {
  const advance = track.parked ? 0 : track.velocityPx;
  return [track.tipBone[0] + shift[0] + track.direction[0] * advance, track.tipBone[1] + shift[1] + track.direction[1] * advance];
}

function sightingOf(bar: FoundBar, forward: boolean, context: NeedleContext, detector: NeedleDetector): Sighting | null {
  const { factor } = context.pyramid;
  const widthPx = factor * bar.shaft.width;
  const found = detector.tip(context.frame, context.pyramid, bar, forward);
  const sign = forward ? 1 : -1;
  const direction: readonly [number, number] = [sign * bar.shaft.dx, sign * bar.shaft.dy];
  const end = forward ? bar.shaft.to : bar.shaft.from;
  const edgeTip: ImagePoint = [factor * (bar.shaft.x + bar.shaft.dx * end) + (factor - 1) / 2, factor * (bar.shaft.y + bar.shaft.dy * end) + (factor - 1) / 2];
  const tip: ImagePoint = found === null ? edgeTip : [found.axis.x + found.axis.dx * found.tip.along, found.axis.y + found.axis.dy * found.tip.along];
  return {
    bar,
    tip,
    direction,
    sigmaPx: found?.tip.sigmaPx ?? widthPx,
    widthPx,
    lengthPx: factor * (bar.shaft.to - bar.shaft.from),
    hollow: found?.tip.hollow ?? false,
  };
}

function started(id: number, sighting: Sighting, { shift, frameCount, scaleKnown }: NeedleContext): NeedleTrack {
  return {
    id,
    tip: sighting.tip,
    direction: sighting.direction,
    widthPx: sighting.widthPx,
    lengthPx: sighting.lengthPx,
    tipSigmaPx: sighting.sigmaPx,
    confidence: confidenceOf(sighting),
    contrast: sighting.bar.shaft.contrast,
    parked: false,
    stylet: true,
    seenFrames: 1,
    missedFrames: 0,
    movedAt: frameCount,
    recentAlongPx: [0],
    velocityPx: 0,
    held: 0,
    tipBone: [sighting.tip[0] - shift[0], sighting.tip[1] - shift[1]],
    solidContrast: sighting.bar.shaft.contrast,
    strays: 0,
    doubts: sighting.hollow ? 1 : 0,
    bareLevel: null,
    backFrames: 0,
    coveredFrames: 0,
    certain: scaleKnown || sighting.bar.startsAtBorder || sighting.bar.endsAtBorder,
  };
}

/** Contrast and sharpness against what a needle at least has, and how sure the end is. */
const confidenceOf = (s: Sighting): number =>
  Math.max(0.05, Math.min(0.99, 0.5 + 0.3 * Math.min(1, s.bar.shaft.contrast / 0.6) + 0.2 * (1 - Math.min(1, s.sigmaPx / s.widthPx))));

/**
 * A needle whose edges are not found: when its place still stops what it stopped, another needle, cement or bone lies over
 * it, and it stays where the bone carries it; otherwise it stays for a few frames.
 */
function missed(track: NeedleTrack, context: NeedleContext, detector: NeedleDetector): NeedleTrack | null {
  if (!context.shiftTrusted) return null;
  const carried: ImagePoint = [track.tipBone[0] + context.shift[0], track.tipBone[1] + context.shift[1]];
  const tip = tipOnKnownAxis(track, carried, context, detector) ?? carried;
  const level = levelBehind(tip, track.direction, context);
  const without = Math.min(track.bareLevel ?? level, sidesBehind(tip, track.direction, track.widthPx, context));
  const covered = track.seenFrames >= 4 && level > without + restRules.coveredShare * track.contrast;
  const patience = track.parked ? 5 : 1;
  if (!covered && track.missedFrames >= patience) return null;
  // As far as anyone can tell it stays where it is: after four such frames it rests.
  const recent = covered ? [...track.recentAlongPx, 0].slice(-context.restFrames) : track.recentAlongPx;
  const confidence = covered ? Math.max(0.4, 0.9 * track.confidence) : 0.7 * track.confidence;
  return {
    ...track,
    tip,
    tipBone: [tip[0] - context.shift[0], tip[1] - context.shift[1]],
    missedFrames: covered ? 0 : track.missedFrames + 1,
    recentAlongPx: recent,
    coveredFrames: covered ? rules.coveredFrames : Math.max(0, track.coveredFrames - 1),
    parked: track.parked || (covered && isAtRest(recent, context.scale.mmPerPx, context.restFrames)),
    confidence,
    tipSigmaPx: Math.max(track.tipSigmaPx, 0.3 * track.widthPx),
    velocityPx: 0,
  };
}

/** Two needles over each other make one bar that is too wide for either: its middle line belongs to none of them. */
const isMerged = (track: NeedleTrack, sighting: Sighting): boolean =>
  track.seenFrames >= 4 && Math.abs(sighting.widthPx / track.widthPx - 1) > rules.mergedWidthShare;

/** The end of a needle whose edges are covered, measured along the axis that the bone carried; only taken back to where its place is bare. */
function tipOnKnownAxis(track: NeedleTrack, carried: ImagePoint, context: NeedleContext, detector: NeedleDetector): ImagePoint | null {
  if (!track.parked || track.bareLevel === null) return null;
  const { factor } = context.pyramid;
  const centre = (factor - 1) / 2;
  const [dx, dy] = track.direction;
  const shaft = {
    x: (carried[0] - centre) / factor,
    y: (carried[1] - centre) / factor,
    dx,
    dy,
    from: -track.lengthPx / factor,
    to: 0,
    width: track.widthPx / factor,
    edge: 0,
    contrast: track.contrast,
    coverage: 1,
    crookednessPx: 0,
    widthSpreadPx: 0,
  };
  const found = detector.tip(context.frame, context.pyramid, { shaft, startsAtBorder: false, endsAtBorder: false, lengthMm: 0 }, true);
  if (found === null) return null;
  const backMm = -found.tip.along * context.scale.mmPerPx;
  if (backMm > restRules.releaseHollowMm || !isBareBack(track, carried, backMm, track.contrast, context)) return null;
  return [carried[0] + dx * found.tip.along, carried[1] + dy * found.tip.along];
}

/** The new state after a sighting: moving needles follow the measurement, parked ones are held in the bone. */
function followedBy(track: NeedleTrack, sighting: Sighting, context: NeedleContext): NeedleTrack {
  const { mmPerPx } = context.scale;
  const [dx, dy] = sighting.direction;
  const contrast = sighting.bar.shaft.contrast;
  const base: ImagePoint = [track.tipBone[0] + context.shift[0], track.tipBone[1] + context.shift[1]];
  const along = (sighting.tip[0] - base[0]) * dx + (sighting.tip[1] - base[1]) * dy;
  const { stylet, doubts, changed } = styletState(track, contrast, sighting.hollow);
  // While the change is in doubt the tip is held: a stylet half out shows a point that moves.
  const hollow = !stylet || (track.stylet && doubts > 0);
  const styletOut = changed || (track.stylet && doubts > 0);
  const followedStep = Math.abs(along) * mmPerPx < restRules.jumpMm;
  // A cannula at rest has to be seen drawn back twice: a balloon before it makes one frame's end uncertain.
  const backFrames = hollow && isBareBack(track, base, -along * mmPerPx, contrast, context) ? track.backFrames + 1 : 0;
  const withdrawn = hollow && (track.bareLevel === null ? followedStep : backFrames >= restRules.backFrames);
  const decision = withdrawn
    ? { alongMm: along * mmPerPx, parked: false, measured: true, strays: 0 }
    : decide(
        track,
        along * mmPerPx,
        (track.recentAlongPx.at(-1) ?? 0) * mmPerPx,
        track.velocityPx * mmPerPx,
        hollow,
        styletOut,
        sighting.sigmaPx < restRules.clearTip * sighting.widthPx,
      );
  const accepted = decision.alongMm / mmPerPx;
  // Across the shaft the measurement is always better than the prediction, as long as it reaches near to the tip.
  const across = decision.measured || followedStep ? (sighting.tip[0] - base[0]) * -dy + (sighting.tip[1] - base[1]) * dx : 0;
  const tip: ImagePoint = [base[0] + dx * accepted - dy * across, base[1] + dy * accepted + dx * across];
  const recent = [...track.recentAlongPx.map((v) => v - accepted), along - accepted].slice(-context.restFrames);
  const measured = decision.measured;
  // Followed until it stands for half as long as a rest takes: one quiet frame is a hand that pauses, or is slow.
  const resting = isAtRest(recent, mmPerPx, Math.ceil(context.restFrames / 2));
  const parked = decision.parked || (measured && isAtRest(recent, mmPerPx, context.restFrames) && track.seenFrames >= 3);
  const moved = Math.abs(accepted) * mmPerPx > 0.25 && !parked;
  return {
    ...track,
    tip,
    direction: sighting.direction,
    widthPx: 0.8 * track.widthPx + 0.2 * sighting.widthPx,
    lengthPx: sighting.lengthPx,
    tipSigmaPx: measured ? Math.hypot(sighting.sigmaPx, rules.lagShare * accepted) : Math.max(sighting.sigmaPx, track.tipSigmaPx),
    confidence: confidenceOf(sighting),
    contrast,
    parked,
    stylet,
    doubts,
    seenFrames: track.seenFrames + 1,
    missedFrames: 0,
    coveredFrames: Math.max(0, track.coveredFrames - 1),
    movedAt: moved ? context.frameCount : track.movedAt,
    recentAlongPx: recent,
    velocityPx: parked ? 0 : measured ? 0.5 * track.velocityPx + 0.5 * accepted : track.velocityPx,
    held: measured ? 0 : track.held + 1,
    tipBone: [tip[0] - context.shift[0], tip[1] - context.shift[1]],
    solidContrast: solidContrastAfter(track, contrast, hollow, changed && !stylet && track.seenFrames === 2),
    strays: decision.strays,
    backFrames,
    bareLevel: bareLevelAfter(track, hollow, withdrawn && !resting, sidesBehind(tip, sighting.direction, sighting.widthPx, context)),
  };
}

/** Whether a fresh bar is only a part or a crossing copy of a needle already followed. */
function crosses(track: NeedleTrack, sighting: Sighting): boolean {
  const [dx, dy] = track.direction;
  const x = sighting.tip[0] - track.tip[0];
  const y = sighting.tip[1] - track.tip[1];
  const across = Math.abs(x * -dy + y * dx);
  return across < 1.2 * track.widthPx && degreesBetween(track.direction, sighting.direction) < 20;
}

export const asDetected = (track: NeedleTrack): DetectedNeedle => ({
  tip: track.tip,
  direction: track.direction,
  confidence: track.confidence,
  tipSigmaPx: track.tipSigmaPx,
});
