import type { ImagePoint } from '../../sample/index.ts';
import { sampleGrid } from '../image/grid.ts';
import { restRules } from './rest.ts';
import type { NeedleContext, NeedleTrack } from './track.ts';

/**
 * Balloon and cement only add to what the shaft stops: where its last `backMm` are as bright as the bare bone, the shaft has
 * left them. Once drawn back it is followed until it rests again.
 */
export function isBareBack(track: NeedleTrack, tip: ImagePoint, backMm: number, contrast: number, context: NeedleContext): boolean {
  if (track.bareLevel === null || backMm < restRules.leastBackMm) return false;
  const level = meanBehind(tip, track.direction, 0.15 * backMm, 0, context, 0.7 * backMm);
  const shaft = Math.min(contrast, Math.max(0.5 * contrast, contrastBehind(tip, track.direction, track.widthPx, context)));
  return level < track.bareLevel + restRules.bareShare * shaft;
}

/** Mean attenuation along a line parallel to the axis, `asidePx` from it, from `fromMm` behind a point on over `overMm`. */
function meanBehind(
  tip: ImagePoint,
  [dx, dy]: readonly [number, number],
  fromMm: number,
  asidePx: number,
  { pyramid, scale }: NeedleContext,
  overMm = 3,
): number {
  const { factor, fine } = pyramid;
  const shift = (factor - 1) / 2;
  let sum = 0;
  for (let i = 0; i < 12; i++) {
    const back = (fromMm + ((i + 0.5) * overMm) / 12) / scale.mmPerPx;
    sum += sampleGrid(fine, (tip[0] - dx * back - dy * asidePx - shift) / factor, (tip[1] - dy * back + dx * asidePx - shift) / factor);
  }
  return sum / 12;
}

export const levelBehind = (tip: ImagePoint, direction: readonly [number, number], context: NeedleContext): number => meanBehind(tip, direction, 1, 0, context);

/** What stands in front of the tip, where a balloon or cement would come first. */
export const levelAhead = (tip: ImagePoint, direction: readonly [number, number], context: NeedleContext): number =>
  meanBehind(tip, direction, -4.5, 0, context);

/** What the bone beside the last millimetres stops: what their place would stop without the needle. */
export function sidesBehind(tip: ImagePoint, direction: readonly [number, number], widthPx: number, context: NeedleContext): number {
  const aside = 0.5 * widthPx + 0.9 / context.scale.mmPerPx;
  return Math.min(meanBehind(tip, direction, 1, aside, context), meanBehind(tip, direction, 1, -aside, context));
}

/** What the shaft itself stops a little farther back, where it stays when the stylet leaves. */
function contrastBehind(tip: ImagePoint, direction: readonly [number, number], widthPx: number, context: NeedleContext): number {
  const aside = 0.5 * widthPx + 0.9 / context.scale.mmPerPx;
  const sides = Math.min(meanBehind(tip, direction, 5, aside, context), meanBehind(tip, direction, 5, -aside, context));
  return meanBehind(tip, direction, 5, 0, context) - sides;
}
