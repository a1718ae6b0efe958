import type { ImagePoint } from '../../sample/index.ts';
import type { PictureSizes } from '../image/attenuation.ts';
import { type Grid, sampleGrid } from '../image/grid.ts';
import type { FoundBar, NeedleDetector } from './detect.ts';
import { barDirection, degreesBetween, middleOf } from './newcomers.ts';
import { restRules, stopsLess } from './rest.ts';
import type { Beside } from './restingScene.ts';
import type { Shaft } from './shaft.ts';
import type { TipPicture } from './tip.ts';
import type { NeedleContext, NeedleTrack } from './track.ts';

/** A picture that needles are looked for in: the frame's own, or what is left of it when the needle at rest is taken out. */
export interface NeedleView {
  readonly sizes: PictureSizes;
  readonly tipPicture: TipPicture;
}

/** One needle as one frame shows it, full image pixels. */
export interface Sighting {
  readonly bar: FoundBar;
  readonly tip: ImagePoint;
  /** How far back the end lies if it is an open cannula's: cement in its lumen looks like a stylet, but makes no point. */
  readonly flatBackPx: number;
  readonly direction: readonly [dx: number, dy: number];
  readonly sigmaPx: number;
  /** What stands before the tip adds to that: told, but no reason to disbelieve it. */
  readonly clutterPx: number;
  readonly widthPx: number;
  readonly bowPx: number;
  readonly lengthPx: number;
  readonly hollow: boolean;
}

/** A bar farther off its needle's axis than this, or turned more, is another one. A point alone does not tell its direction well. */
const association = { acrossMm: 5, angleDeg: 12, pointAngleDeg: 25, restingTipMm: 3, clearlyMm: 0.6 } as const;

/** A needle does not change its width by more than this from one frame to the next. */
const mergedWidthShare = 0.2;

/** Standard deviation of the end of a needle of which nothing but the point is seen: what the shaft behind it stops is not known. Share of its width. */
const pointDoubtShare = 0.2;

/** How far behind the tip of one needle another one is when it comes into view over it, mm. */
const newcomerBehindMm = 10;

const isForward = (bar: FoundBar, direction: readonly [number, number]): boolean => bar.shaft.dx * direction[0] + bar.shaft.dy * direction[1] > 0;

/** How far off a bar lies from where the track's shaft is expected now, mm (a degree counts as half a millimetre); null when it is another. */
function misfitMm(bar: FoundBar, track: NeedleTrack, context: NeedleContext): number | null {
  const turnedDeg = degreesBetween(barDirection(bar), track.direction);
  if (turnedDeg > (track.onlyPoint ? association.pointAngleDeg : association.angleDeg)) return null;
  const [x, y] = middleOf(bar, context.pyramid.factor);
  const [px, py] = predictedTip(track, context);
  const acrossMm = Math.abs((x - px) * -track.direction[1] + (y - py) * track.direction[0]) * context.scale.mmPerPx;
  if (acrossMm >= association.acrossMm) return null;
  // What rests in the bone may be turned at its handle, but stays where it is at its tip.
  const [dx, dy] = barDirection(bar);
  const atTipMm = Math.abs((x - px) * -dy + (y - py) * dx) * context.scale.mmPerPx;
  return track.parked && context.shiftTrusted && atTipMm > association.restingTipMm ? null : acrossMm + 0.5 * turnedDeg;
}

export const belongsTo = (bar: FoundBar, track: NeedleTrack, context: NeedleContext): boolean => misfitMm(bar, track, context) !== null;

/** Whether a bar fits another needle clearly better: a needle whose own shaft is covered does not take the one beside it. */
export function belongsToAnother(bar: FoundBar, track: NeedleTrack, tracks: readonly NeedleTrack[], context: NeedleContext): boolean {
  const own = misfitMm(bar, track, context);
  if (own === null) return false;
  return tracks.some((other) => {
    const misfit = other === track || other.seenFrames < 3 ? null : misfitMm(bar, other, context);
    return misfit !== null && misfit + association.clearlyMm < own;
  });
}

/** Index of the bar that fits a track best; −1 when none does. */
export function nearestBar(bars: readonly FoundBar[], track: NeedleTrack, context: NeedleContext): number {
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
function sightingOfTrack(track: NeedleTrack, found: FoundBar | undefined, context: NeedleContext, view: NeedleView, detector: NeedleDetector): Sighting | null {
  const seen = found === undefined ? null : sightingOf(found, isForward(found, track.direction), view, detector);
  const expected = predictedTip(track, context);
  const awayMm = ({ tip }: Sighting): number => Math.hypot(tip[0] - expected[0], tip[1] - expected[1]) * context.scale.mmPerPx;
  if ((seen !== null && awayMm(seen) < restRules.jumpMm) || !context.shiftTrusted) return seen;
  const bar = detector.barAt(view.sizes, context.field, { ...track, tip: expected }, context.scale);
  const measured = bar === null || !belongsTo(bar, track, context) ? null : sightingOf(bar, isForward(bar, track.direction), view, detector);
  return measured !== null && (seen === null || awayMm(measured) < awayMm(seen)) ? measured : seen;
}

function predictedTip(track: NeedleTrack, { shift }: NeedleContext): ImagePoint {
  const advance = track.parked ? 0 : track.velocityPx;
  return [track.tipBone[0] + shift[0] + track.direction[0] * advance, track.tipBone[1] + shift[1] + track.direction[1] * advance];
}

/** A needle's shaft where it is known to lie, with its tip at `tip`. */
export function barOnAxis(track: NeedleTrack, tip: ImagePoint, factor: number): FoundBar {
  const centre = (factor - 1) / 2;
  const shaft = {
    x: (tip[0] - centre) / factor,
    y: (tip[1] - centre) / factor,
    dx: track.direction[0],
    dy: track.direction[1],
    from: -track.lengthPx / factor,
    to: 0,
    width: track.widthPx / factor,
    edge: 0,
    contrast: track.contrast,
    fullContrast: track.solidContrast,
    openContrast: track.solidOpenContrast,
    coverage: 1,
    crookednessPx: 0,
    endOffPx: 0,
    widthSpreadPx: 0,
  };
  return { shaft, startsAtBorder: false, endsAtBorder: false, lengthMm: 0, isPoint: false };
}

/** Where a needle ends on the axis it had: for a picture with nothing else in it, where its edges are too noisy to be measured. */
function sightingOnAxis(track: NeedleTrack, context: NeedleContext, view: NeedleView, detector: NeedleDetector): Sighting | null {
  const expected = predictedTip(track, context);
  const bar = barOnAxis(track, expected, view.sizes.factor);
  const found = detector.tip(view.tipPicture, view.sizes, bar, true);
  if (found === null || Math.abs(found.tip.along) * context.scale.mmPerPx > restRules.jumpMm) return null;
  const { direction, widthPx } = track;
  const contrast = contrastOnAxis(bar.shaft, view.sizes.fine, 0.5);
  const fullContrast = contrastOnAxis(bar.shaft, view.sizes.fine, 0.75);
  const openContrast = alongShaft(bar.shaft, view.sizes.fine, middleOfShaft, Math.min, 0.75);
  const tip: ImagePoint = [expected[0] + direction[0] * found.tip.along, expected[1] + direction[1] * found.tip.along];
  const measured = { ...bar, shaft: { ...bar.shaft, contrast, fullContrast, openContrast } };
  return {
    bar: measured,
    tip,
    flatBackPx: found.tip.along - found.tip.flatAlong,
    direction,
    sigmaPx: found.tip.sigmaPx,
    clutterPx: found.tip.clutterPx,
    widthPx,
    bowPx: track.bowPx,
    lengthPx: track.lengthPx + found.tip.along,
    hollow: false,
  };
}

/** What the shaft stops beyond its sides, nepers: a quantile of places along it, the part near the tip left out. */
const contrastOnAxis = (shaft: Shaft, fine: Grid, share: number): number => alongShaft(shaft, fine, middleOfShaft, Math.max, share);

/** The same with both walls, against the brighter of both sides: what is left of it at most, whatever stands beside it. */
export const contrastLeft = (shaft: Shaft, fine: Grid): number => alongShaft(shaft, fine, wallsAndMiddle, Math.min, 0.5);

/** Places across a shaft, in widths from its axis. */
const middleOfShaft = [-0.2, 0, 0.2] as const;
const wallsAndMiddle = [-0.42, -0.2, 0, 0.2, 0.42] as const;

function alongShaft(shaft: Shaft, fine: Grid, places: readonly number[], ofSides: (left: number, right: number) => number, share: number): number {
  const stations = Array.from({ length: 15 }, (_, i) => {
    const along = shaft.from + (shaft.to - shaft.from) * (0.1 + 0.04 * i);
    const level = (across: number): number => {
      let sum = 0;
      for (const aside of places) {
        const off = (across + aside) * shaft.width;
        sum += sampleGrid(fine, shaft.x + shaft.dx * along - shaft.dy * off, shaft.y + shaft.dy * along + shaft.dx * off);
      }
      return sum / places.length;
    };
    return level(0) - ofSides(level(-1), level(1));
  });
  return stations.toSorted((p, q) => p - q)[Math.floor(share * stations.length)] ?? 0;
}

/** A needle beside one at rest that stops clearly less than it did: a stylet has left one of the two, and nobody can tell which. */
const lostContrast = (track: NeedleTrack, sighting: Sighting): boolean => track.seenFrames >= 3 && stopsLess(track, sighting.bar.shaft);

/** The end of a parabola is farther off the line fitted to all of it than its root mean square by this (√5). */
const bowShare = Math.sqrt(5);

/** Where a bar ends as a needle; `forward` says which end is the tip. */
export function sightingOf(bar: FoundBar, forward: boolean, { sizes, tipPicture }: NeedleView, detector: NeedleDetector): Sighting {
  const { factor } = sizes;
  const widthPx = factor * bar.shaft.width;
  const found = detector.tip(tipPicture, sizes, bar, forward);
  const sign = forward ? 1 : -1;
  const direction: readonly [number, number] = [sign * bar.shaft.dx, sign * bar.shaft.dy];
  const end = forward ? bar.shaft.to : bar.shaft.from;
  const edgeTip: ImagePoint = [factor * (bar.shaft.x + bar.shaft.dx * end) + (factor - 1) / 2, factor * (bar.shaft.y + bar.shaft.dy * end) + (factor - 1) / 2];
  const tip: ImagePoint = found === null ? edgeTip : [found.axis.x + found.axis.dx * found.tip.along, found.axis.y + found.axis.dy * found.tip.along];
  return {
    bar,
    tip,
    flatBackPx: found === null ? 0 : found.tip.along - found.tip.flatAlong,
    direction,
    sigmaPx: Math.max(found?.tip.sigmaPx ?? widthPx, bar.isPoint ? pointDoubtShare * widthPx : 0),
    clutterPx: found?.tip.clutterPx ?? 0,
    widthPx,
    bowPx: factor * Math.max(bowShare * bar.shaft.crookednessPx, bar.shaft.endOffPx),
    lengthPx: factor * (bar.shaft.to - bar.shaft.from),
    hollow: found?.tip.hollow ?? false,
  };
}

/** Two needles over each other make one bar that is too wide for either: its middle line belongs to none of them. */
const isMerged = (track: NeedleTrack, sighting: Sighting): boolean =>
  track.seenFrames >= 4 && !track.onlyPoint && !sighting.bar.isPoint && Math.abs(sighting.widthPx / track.widthPx - 1) > mergedWidthShare;

/** How a needle is looked for where it is expected, given the bar that was found there. */
type Look = (track: NeedleTrack, found: FoundBar | undefined, context: NeedleContext, view: NeedleView, detector: NeedleDetector) => Sighting | null;

/** Null when it is not seen there, or is one bar with another. */
const unmergedSighting: Look = (track, ...where) => {
  const seen = sightingOfTrack(track, ...where);
  return seen === null || isMerged(track, seen) ? null : seen;
};

/**
 * The needle in the frame as it is; null where it is one bar with another. One that is on its way has its end looked for on the axis that
 * it had, as long as its shaft stands there: the end in front is not merged.
 */
export const aloneSighting: Look = (track, found, context, view, detector) => {
  const seen = unmergedSighting(track, found, context, view, detector);
  if (seen !== null) return seen;
  if (track.parked || !track.stylet || track.seenFrames < 3 || !context.shiftTrusted) return null;
  const ahead = sightingOnAxis(track, context, view, detector);
  return ahead === null || lostContrast(track, ahead) || ahead.sigmaPx > restRules.clearTip * track.widthPx ? null : ahead;
};

/** The needle in what is left of the frame when another one is taken out. */
export const besideSighting: Look = (track, found, context, view, detector) => {
  const sighting = unmergedSighting(track, found, context, view, detector) ?? sightingOnAxis(track, context, view, detector);
  return sighting === null || lostContrast(track, sighting) ? null : sighting;
};

/** The needle that was taken out itself: under what came only its end may still be seen, on the axis that it had. */
export const hostSighting = ({ host, endIsClear }: Beside, context: NeedleContext, frameView: NeedleView, detector: NeedleDetector): Sighting | null => {
  const sighting = endIsClear ? sightingOnAxis(host, context, frameView, detector) : null;
  return sighting === null
    ? null
    : {
        ...sighting,
        bar: {
          ...sighting.bar,
          shaft: { ...sighting.bar.shaft, contrast: host.contrast, fullContrast: host.solidContrast, openContrast: host.solidOpenContrast },
        },
      };
};

/**
 * Whether a bar that is left when a needle is taken out may be a second one, seen for the first time: it comes in from the border, and
 * its end is still far behind the first one's. What else is left is that needle itself, which has gone on.
 */
export function comesBeside(host: NeedleTrack, bar: FoundBar, { pyramid, scale }: NeedleContext): boolean {
  if (bar.startsAtBorder === bar.endsAtBorder) return false;
  const end = bar.startsAtBorder ? bar.shaft.to : bar.shaft.from;
  const [dx, dy] = host.direction;
  const x = pyramid.factor * (bar.shaft.x + bar.shaft.dx * end) - host.tip[0];
  const y = pyramid.factor * (bar.shaft.y + bar.shaft.dy * end) - host.tip[1];
  return -(x * dx + y * dy) * scale.mmPerPx > newcomerBehindMm;
}
