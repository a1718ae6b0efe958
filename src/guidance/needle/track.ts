import type { XrayFrame } from '../../dicom/xrayFrame.ts';
import type { ImagePoint, PlanePlan } from '../../sample/index.ts';
import type { AttenuationPyramid } from '../image/attenuation.ts';
import type { VisibleField } from '../image/field.ts';
import type { DetectedNeedle } from '../observation.ts';
import type { NeedleDetector, NeedleScale } from './detect.ts';
import { isBareBack, levelAhead, levelBehind, sidesBehind } from './levels.ts';
import { liesOnPlan } from './newcomers.ts';
import { bareLevelAfter, decide, doubtMm, isAtRest, isDrawnBack, isOpenEnd, medianEnd, restRules, solidContrastAfter, styletState } from './rest.ts';
import { barOnAxis, contrastLeft, type NeedleView, type Sighting } from './sighting.ts';
import { frameAsTipPicture } from './tip.ts';

/** Everything in full image pixels. `Bone` positions have the motion of the bone taken off. */
export interface NeedleTrack {
  readonly id: number;
  readonly tip: ImagePoint;
  readonly direction: readonly [dx: number, dy: number];
  readonly widthPx: number;
  /** Nothing but its point has been seen yet: how wide it is is not known. */
  readonly onlyPoint: boolean;
  /** How far its end may be off the straight line through all of it: a needle in a hand bends. */
  readonly bowPx: number;
  /** Visible length of the shaft. */
  readonly lengthPx: number;
  readonly tipSigmaPx: number;
  /** Of the last end that was believed. */
  readonly measuredSigmaPx: number;
  readonly confidence: number;
  readonly contrast: number;
  /** At rest in the bone: the tip is then held against balloon, cement and the missing stylet. */
  readonly parked: boolean;
  readonly stylet: boolean;
  /** Its stylet has been out. */
  readonly opened: boolean;
  /** It was open when it came into view, and has had no stylet since. */
  readonly cameOpen: boolean;
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
  /** The same against its brighter side. */
  readonly solidOpenContrast: number;
  readonly strays: number;
  /** Frames in a row that speak for the other state of the stylet. */
  readonly doubts: number;
  /** Attenuation that the last millimetres of its place would have without it; null as long as it is not known. */
  readonly bareLevel: number | null;
  /** What stood before its point while the stylet was in. */
  readonly aheadLevel: number | null;
  /** Frames in a row in which the open end was seen behind where the stylet's point was. */
  readonly openEndFrames: number;
  /** Frames in a row in which its last part has looked drawn back from where it rested. */
  readonly backFrames: number;
  /** Frames for which something is still taken to lie over it since it was last seen covered: another needle, cement. */
  readonly coveredFrames: number;
  /** Shown at first sight; a faint bar has to last, and without a scale one that ends freely on both sides (an opacified vessel may look straight). */
  readonly certain: boolean;
  /** Came in from the border, surely metal, with no cement about: believed sooner beside another one. */
  readonly comesIn: boolean;
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

/** Names what decides about following, in millimetres and shares. */
const rules = {
  coveredFrames: 15,
  /** Nepers that nothing but metal stops between two sharp edges; fainter bars (a rib, a table's edge, a handle) have to last. */
  surelyMetal: 0.33,
  /** Of a short piece, which says little about its straightness: a cortex that leaves the field between two shutters stops 0.35. */
  surelyShortMetal: 0.45,
  shortMm: 6,
  /** Or so straight that only steel is. */
  surelyStraightMm: 0.05,
  /** A smaller step is no movement through bone, mm. */
  movedMm: 0.25,
  /** A pulse and the detector's lag smear a moving tip over a part of its step. */
  lagShare: 0.3,
} as const;

/** A needle seen for the first time. */
export function started(id: number, sighting: Sighting, context: NeedleContext): NeedleTrack {
  const { shift, frameCount, scale, scaleKnown, cementSeen, pyramid } = context;
  const atBorder = sighting.bar.startsAtBorder || sighting.bar.endsAtBorder;
  const { contrast, crookednessPx } = sighting.bar.shaft;
  // A short piece is mostly point: nothing is told of its bore.
  const isShort = sighting.bar.lengthMm < rules.shortMm;
  const isOpen = sighting.hollow && !isShort;
  const isStraight = crookednessPx * pyramid.factor * scale.mmPerPx < rules.surelyStraightMm;
  const isMetal = isShort ? contrast > rules.surelyShortMetal || sighting.bar.isPoint : contrast > rules.surelyMetal || isStraight;
  return {
    id,
    tip: sighting.tip,
    direction: sighting.direction,
    widthPx: sighting.widthPx,
    onlyPoint: sighting.bar.isPoint,
    bowPx: sighting.bowPx,
    lengthPx: sighting.lengthPx,
    tipSigmaPx: Math.hypot(sighting.sigmaPx, sighting.clutterPx, isOpen ? restRules.cameOpenMm / scale.mmPerPx : 0),
    measuredSigmaPx: Math.hypot(sighting.sigmaPx, sighting.clutterPx),
    confidence: confidenceOf(sighting),
    contrast: sighting.bar.shaft.contrast,
    parked: false,
    stylet: true,
    opened: false,
    cameOpen: isOpen,
    seenFrames: 1,
    missedFrames: 0,
    movedAt: frameCount,
    recentAlongPx: [0],
    velocityPx: 0,
    held: 0,
    tipBone: [sighting.tip[0] - shift[0], sighting.tip[1] - shift[1]],
    solidContrast: sighting.bar.shaft.fullContrast,
    solidOpenContrast: sighting.bar.shaft.openContrast,
    strays: 0,
    doubts: isOpen ? 1 : 0,
    bareLevel: isOpen ? null : sidesBehind(sighting.tip, sighting.direction, sighting.widthPx, context),
    aheadLevel: isOpen ? null : levelAhead(sighting.tip, sighting.direction, context),
    openEndFrames: 0,
    backFrames: 0,
    coveredFrames: 0,
    certain: (scaleKnown || atBorder || liesOnPlan(sighting.bar, context)) && isMetal,
    comesIn: atBorder && isMetal && !cementSeen,
  };
}

/** Contrast and sharpness against what a needle at least has, and how sure the end is. */
const confidenceOf = (s: Sighting): number =>
  Math.max(0.05, Math.min(0.99, 0.5 + 0.3 * Math.min(1, s.bar.shaft.contrast / 0.6) + 0.2 * (1 - Math.min(1, s.sigmaPx / s.widthPx))));

/**
 * A needle whose edges are not found: when its place still stops what it stopped, another needle, cement or bone lies over
 * it, and it stays where the bone carries it; otherwise it stays for a few frames.
 */
export function missed(track: NeedleTrack, context: NeedleContext, detector: NeedleDetector): NeedleTrack | null {
  if (!context.shiftTrusted) return null;
  const carried: ImagePoint = [track.tipBone[0] + context.shift[0], track.tipBone[1] + context.shift[1]];
  const tip = tipOnKnownAxis(track, carried, context, detector) ?? carried;
  const level = levelBehind(tip, track.direction, context);
  const without = Math.min(track.bareLevel ?? level, sidesBehind(tip, track.direction, track.widthPx, context));
  // Cement about its end stays when it has left: what tells then is the rest of its shaft.
  const left = contrastLeft(barOnAxis(track, tip, context.pyramid.factor).shaft, context.pyramid.fine);
  const hasGone = left < restRules.goneShaftShare * track.contrast;
  // One at rest whose shaft is dark as before is there, whatever is beside its end: let go, it would be taken for cement.
  const stands = track.parked && left > restRules.standsShare * track.contrast;
  const covered = track.seenFrames >= 4 && !hasGone && (stands || level > without + restRules.coveredShare * track.contrast);
  const bare = hasGone || level < without + restRules.goneShare * track.contrast;
  const patience = !track.parked && hasGone ? 0 : track.parked && !bare ? 5 : 1;
  if (!covered && track.missedFrames >= patience) return null;
  // As far as anyone can tell it stays where it is: after four such frames it rests.
  const recent = covered ? [...track.recentAlongPx, 0].slice(-context.restFrames) : track.recentAlongPx;
  const backMm = Math.hypot(tip[0] - carried[0], tip[1] - carried[1]) * context.scale.mmPerPx;
  const confidence = covered ? Math.max(0.4, 0.9 * track.confidence) : 0.7 * track.confidence;
  return {
    ...track,
    tip,
    tipBone: [tip[0] - context.shift[0], tip[1] - context.shift[1]],
    missedFrames: covered ? 0 : track.missedFrames + 1,
    movedAt: backMm > rules.movedMm ? context.frameCount : track.movedAt,
    recentAlongPx: recent,
    coveredFrames: covered ? rules.coveredFrames : Math.max(0, track.coveredFrames - 1),
    parked: track.parked || (covered && isAtRest(recent, context.scale.mmPerPx, context.restFrames)),
    confidence,
    tipSigmaPx: Math.max(track.tipSigmaPx, 0.3 * track.widthPx),
    velocityPx: 0,
  };
}

/** The end of a needle whose edges are covered, measured along the axis that the bone carried; only taken back to where its place is bare. */
function tipOnKnownAxis(track: NeedleTrack, carried: ImagePoint, context: NeedleContext, detector: NeedleDetector): ImagePoint | null {
  if (!track.parked || track.bareLevel === null) return null;
  const [dx, dy] = track.direction;
  const view: NeedleView = { sizes: context.pyramid, tipPicture: frameAsTipPicture(context.frame, context.pyramid.ofStoredValue) };
  const found = detector.tip(view.tipPicture, view.sizes, barOnAxis(track, carried, view.sizes.factor), true);
  if (found === null) return null;
  const backMm = -found.tip.along * context.scale.mmPerPx;
  if (backMm > restRules.releaseHollowMm || !isBareBack(track, carried, backMm, track.contrast, context)) return null;
  return [carried[0] + dx * found.tip.along, carried[1] + dy * found.tip.along];
}

/** The new state after a sighting: moving needles follow the measurement, parked ones are held in the bone. */
export function followedBy(track: NeedleTrack, sighting: Sighting, context: NeedleContext): NeedleTrack {
  const { mmPerPx } = context.scale;
  const [dx, dy] = sighting.direction;
  const contrast = sighting.bar.shaft.contrast;
  const base: ImagePoint = [track.tipBone[0] + context.shift[0], track.tipBone[1] + context.shift[1]];
  const { fullContrast, openContrast } = sighting.bar.shaft;
  const { stylet, doubts, changed } = styletState(track, sighting.bar.shaft, sighting.hollow);
  const opened = track.opened || !stylet;
  const along = (sighting.tip[0] - base[0]) * dx + (sighting.tip[1] - base[1]) * dy - (opened ? sighting.flatBackPx : 0);
  // While the change is in doubt the tip is held: a stylet half out shows a point that moves.
  const hollow = !stylet || (track.stylet && doubts > 0);
  const styletOut = changed || (track.stylet && doubts > 0);
  const backMm = -along * mmPerPx;
  // A cannula that is followed on its way out is watched closer: an edge of bone across its two thin walls looks like an end.
  const isFollowed = track.bareLevel === null;
  const stands =
    hollow && backMm > (isFollowed ? restRules.standsFollowedMm : restRules.releaseHollowMm) && shaftStands(track, base, backMm, contrast, context);
  const followedStep = Math.abs(along) * mmPerPx < restRules.jumpMm && !(isFollowed && stands);
  // A cannula at rest has to be seen drawn back twice: a balloon before it makes one frame's end uncertain.
  const backFrames = hollow && !stands && isBareBack(track, base, backMm, contrast, context) ? track.backFrames + 1 : 0;
  const drawnBack = opened && !stands && isDrawnBack([...track.recentAlongPx, along], mmPerPx);
  const withdrawn = drawnBack || (hollow && (isFollowed ? followedStep : backFrames >= restRules.backFrames));
  const lastAlongMm = (track.recentAlongPx.at(-1) ?? 0) * mmPerPx;
  const ahead = levelAhead(base, sighting.direction, context);
  const openEnd = hollow && sighting.hollow && !context.cementSeen && isOpenEnd(track, along * mmPerPx, lastAlongMm, ahead);
  const openEndFrames = openEnd ? track.openEndFrames + 1 : 0;
  // Cement about its end hides where the steel ends; cement in its lumen alone does not: then the place that it left is bare.
  const isNear = backMm > 0 && backMm < restRules.releaseHollowMm;
  const hidden = opened && !hollow && track.parked && isNear && !isBareBack(track, base, backMm, contrast, context);
  const seen = {
    alongMm: along * mmPerPx,
    lastAlongMm,
    speedMm: track.velocityPx * mmPerPx,
    hollow,
    styletOut,
    clear: sighting.sigmaPx < restRules.clearTip * sighting.widthPx,
    hidden,
    stands,
  };
  const isBelieved = withdrawn || openEndFrames >= restRules.openEndFrames;
  const cameOpen = track.cameOpen && hollow && !(stylet && track.seenFrames >= restRules.cameOpenFrames);
  const settles = cameOpen && track.seenFrames < 2 * context.restFrames;
  const decision = settles
    ? { alongMm: medianEnd(track.recentAlongPx, along) * mmPerPx, parked: false, measured: true, strays: 0 }
    : isBelieved
      ? { alongMm: seen.alongMm, parked: false, measured: true, strays: 0 }
      : decide(track, seen);
  const accepted = decision.alongMm / mmPerPx;
  // Across the shaft the measurement is always better than the prediction, as long as it reaches near to the tip.
  const across = decision.measured || followedStep ? (sighting.tip[0] - base[0]) * -dy + (sighting.tip[1] - base[1]) * dx : 0;
  const tip: ImagePoint = [base[0] + dx * accepted - dy * across, base[1] + dy * accepted + dx * across];
  const recent = [...track.recentAlongPx.map((v) => v - accepted), along - accepted].slice(settles ? -2 * context.restFrames : -context.restFrames);
  const measured = decision.measured;
  // Followed until it stands for half as long as a rest takes: one quiet frame is a hand that pauses, or is slow.
  const resting = isAtRest(recent, mmPerPx, Math.ceil(context.restFrames / 2));
  const parked = decision.parked || (measured && isAtRest(recent, mmPerPx, context.restFrames) && track.seenFrames >= 3);
  const moved = Math.abs(accepted) * mmPerPx > rules.movedMm && !parked;
  const measuredSigmaPx = measured ? Math.hypot(sighting.sigmaPx, sighting.clutterPx, rules.lagShare * accepted) : track.measuredSigmaPx;
  return {
    ...track,
    tip,
    direction: sighting.direction,
    widthPx: widthAfter(track, sighting),
    onlyPoint: track.onlyPoint && sighting.bar.isPoint,
    bowPx: sighting.bowPx,
    lengthPx: sighting.lengthPx,
    tipSigmaPx: Math.hypot(measuredSigmaPx, sighting.bowPx, doubtMm((along - accepted) * mmPerPx) / mmPerPx, cameOpen ? restRules.cameOpenMm / mmPerPx : 0),
    measuredSigmaPx,
    confidence: confidenceOf(sighting),
    contrast,
    parked,
    stylet,
    opened,
    cameOpen,
    doubts,
    seenFrames: track.seenFrames + 1,
    missedFrames: 0,
    coveredFrames: Math.max(0, track.coveredFrames - 1),
    movedAt: moved ? context.frameCount : track.movedAt,
    recentAlongPx: recent,
    velocityPx: parked ? 0 : measured ? 0.5 * track.velocityPx + 0.5 * accepted : track.velocityPx,
    held: measured ? 0 : track.held + 1,
    tipBone: [tip[0] - context.shift[0], tip[1] - context.shift[1]],
    solidContrast: solidContrastAfter(track, track.solidContrast, fullContrast, hollow, changed && !stylet && track.cameOpen),
    solidOpenContrast: solidContrastAfter(track, track.solidOpenContrast, openContrast, hollow, changed && !stylet && track.cameOpen),
    strays: decision.strays,
    backFrames,
    openEndFrames,
    aheadLevel: hollow ? track.aheadLevel : ahead,
    // Once it is open, cement may lie beside it: what the bone stops was seen before.
    bareLevel: bareLevelAfter(
      track,
      hollow || opened,
      !settles && ((withdrawn && !resting) || (opened && !parked && measured) || (isFollowed && opened && !followedStep && track.held === 0)),
      sidesBehind(tip, sighting.direction, sighting.widthPx, context),
    ),
  };
}

function widthAfter(track: NeedleTrack, { bar, widthPx }: Sighting): number {
  if (bar.isPoint) return track.onlyPoint ? Math.max(track.widthPx, widthPx) : track.widthPx;
  return track.onlyPoint ? widthPx : 0.8 * track.widthPx + 0.2 * widthPx;
}

/** Whether the shaft still lies where an end seen `backMm` behind its tip says that it has left. */
function shaftStands(track: NeedleTrack, tip: ImagePoint, backMm: number, contrast: number, { pyramid, scale }: NeedleContext): boolean {
  const left = barOnAxis({ ...track, lengthPx: backMm / scale.mmPerPx }, tip, pyramid.factor);
  return contrastLeft(left.shaft, pyramid.fine) > restRules.standsShare * contrast;
}

export const asDetected = (track: NeedleTrack): DetectedNeedle => ({
  tip: track.tip,
  direction: track.direction,
  confidence: track.confidence,
  tipSigmaPx: track.tipSigmaPx,
});
