import type { PlanePlan } from '../../sample/index.ts';
import type { NeedleDeviation } from '../observation.ts';
import type { ImageScale } from '../scale.ts';
import type { NeedleTrack } from './track.ts';

/** How well the axis of a straight needle is known across, pixels: its fit. */
const axisSigmaPx = 0.7;

/** How well the bone, and with it the planned line, is followed, mm: soft tissue that moves over it takes part of it along. */
const boneSigmaMm = 0.1;

/**
 * How far a needle is off the nearest planned trajectory, which moves with the bone. Distances in the image plane at the scale
 * of the isocentre: a single view does not see the depth. Null without a trajectory.
 */
export function needleDeviation(track: NeedleTrack, plan: PlanePlan | null, shift: readonly [number, number], scale: ImageScale): NeedleDeviation | null {
  const options = (plan?.trajectories ?? []).flatMap(({ entry, target }) => {
    const length = Math.hypot(target[0] - entry[0], target[1] - entry[1]);
    if (length < 1) return [];
    const dx = (target[0] - entry[0]) / length;
    const dy = (target[1] - entry[1]) / length;
    const x = track.tip[0] - target[0] - shift[0];
    const y = track.tip[1] - target[1] - shift[1];
    const cosine = track.direction[0] * dx + track.direction[1] * dy;
    return [
      {
        angleDeg: (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI,
        tipToLinePx: Math.abs(x * -dy + y * dx),
        tipToTargetPx: Math.hypot(x, y),
      },
    ];
  });
  const [nearest] = options.sort((p, q) => p.tipToLinePx - q.tipToLinePx);
  if (nearest === undefined) return null;
  const { mmPerPx } = scale;
  // The tip's error runs along the shaft; across the planned line it counts with the sine of the angle between them.
  const sine = Math.sin((Math.min(90, nearest.angleDeg) * Math.PI) / 180);
  const bonePx = mmPerPx === null ? 0 : boneSigmaMm / mmPerPx;
  const sigmaPx = Math.hypot(axisSigmaPx, bonePx, track.bowPx, sine * track.tipSigmaPx);
  const boundPx = 1.96 * sigmaPx;
  return {
    ...nearest,
    tipToLineMm: mmPerPx === null ? null : nearest.tipToLinePx * mmPerPx,
    tipToTargetMm: mmPerPx === null ? null : nearest.tipToTargetPx * mmPerPx,
    tipToLineBound95: mmPerPx === null ? boundPx : boundPx * mmPerPx,
  };
}
