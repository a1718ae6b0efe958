import type { LeakSite } from '../../sample/index.ts';
import type { Region } from '../image/motion.ts';
import type { CementObservation } from '../observation.ts';
import type { ZoneMap } from '../zones.ts';
import type { BoneAxis } from './blocked.ts';
import { isTold } from './bodyEdge.ts';

type LeakPart = Pick<CementObservation, 'zone' | 'leak' | 'leakSite' | 'toPosteriorWallPx' | 'toPosteriorWallMm'>;

export interface LeakInput {
  readonly zones: ZoneMap | null;
  /** The same of the outline as it lies on the bone, where that is seen: what is drawn may be wrong. Null: nothing is known of it. */
  readonly onBone: ZoneMap | null;
  /** How far each place is beyond the bone's own edge, mm, where that is clear (`edgeDistances`); null when nothing is known of it. */
  readonly edgeMm: Float32Array | null;
  /** Cement, bone coordinates of the fine grid. */
  readonly mask: Uint8Array;
  /** Where it lies; null when there is none. */
  readonly extent: Region | null;
  readonly width: number;
  readonly mmPerFinePx: number;
  readonly factor: number;
  /** Whether millimetres may be told (geometry or calibration). */
  readonly scaleKnown: boolean;
  /** Needles that move: what lies about them is their own shadow, or what they have uncovered. */
  readonly moving: readonly BoneAxis[];
  /** The frame is not to be judged: the patient has just moved or the picture does not fit. */
  readonly unsettled: boolean;
}

/** Latches: once cement has left the vertebra it stays said. */
export interface LeakWatch {
  frame(input: LeakInput): LeakPart;
  reset(): void;
}

const rules = {
  /** What an operator's outline may be wrong. */
  outlineErrorMm: 2,
  /** What is left of that once the outline has been put on the bone: the errors of single places of it. */
  fittedErrorMm: 1.5,
  /** How far a clear edge of the bone may be from its silhouette, with the blur of the cement's own rim. */
  edgeErrorMm: 1.2,
  /** So close to the drawn wall the edge may be the wall's own, and the corners of the body reach this farther behind it. */
  wall: { nearMm: 3, cornersMm: 2 },
  /** A leak as soon as so much cement is beyond that, or half of it in two frames running. */
  areaMm2: 1.2,
  /** So far to the sides of a needle that moves nothing is judged, and of its hub, which begins so far behind the tip, mm. */
  moving: { aheadMm: 4, asideMm: 5, hubMm: 22, hubAsideMm: 9 },
  posteriorShare: 0.25,
  /** So much cement in the posterior quarter is a caution. */
  posteriorAreaMm2: 0.5,
} as const;

interface Survey {
  readonly areaPx: number;
  readonly beyondPx: number;
  readonly posteriorPx: number;
  readonly beyondX: number;
  readonly beyondY: number;
  readonly beyondWallPx: number;
  /** Largest distance behind the wall, mm; negative in front. */
  readonly wallReachMm: number;
}

export function createLeakWatch(): LeakWatch {
  let leak = false;
  let site: LeakSite | null = null;
  let before = 0;

  function survey({ zones, onBone, edgeMm, mask, extent, width, mmPerFinePx, moving }: LeakInput): Survey | null {
    if (zones === null) return null;
    const { outlineMm, wallMm, depthMm } = zones;
    const { x0, y0, x1, y1 } = extent ?? { x0: 0, y0: 0, x1: 0, y1: 0 };
    let areaPx = 0;
    let beyondPx = 0;
    let posteriorPx = 0;
    let beyondWallPx = 0;
    let sumX = 0;
    let sumY = 0;
    let wallReachMm = Number.NEGATIVE_INFINITY;
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        const at = y * width + x;
        if (mask[at] === 0) continue;
        areaPx++;
        const behindWall = wallMm === null ? -1e3 : (wallMm[at] ?? 0);
        const outside = outlineMm[at] ?? 0;
        if (behindWall > wallReachMm) wallReachMm = behindWall;
        if (behindWall > -rules.posteriorShare * depthMm) posteriorPx++;
        const nearWall = behindWall > -rules.wall.nearMm;
        const edge = edgeMm?.[at];
        // Behind the wall the silhouette of the body goes on (its posterolateral corners): there the wall alone decides, drawn or seen.
        const wallLeak = isBeyondDrawn(behindWall, onBone?.wallMm?.[at]) || (nearWall && edge !== undefined && isTold(edge) && edge > rules.wall.cornersMm);
        if (!wallLeak && !isBeyond(outside, onBone?.outlineMm[at], nearWall ? undefined : edge)) continue;
        if (moving.some((axis) => isAbout(axis, x, y, mmPerFinePx))) continue;
        beyondPx++;
        if (wallLeak) beyondWallPx++;
        sumX += x;
        sumY += y;
      }
    }
    return { areaPx, beyondPx, posteriorPx, beyondX: sumX / Math.max(1, beyondPx), beyondY: sumY / Math.max(1, beyondPx), beyondWallPx, wallReachMm };
  }

  /** Beyond the bone's edge where the picture shows it, be that inside or outside of what was drawn; elsewhere beyond all that an outline may be wrong. */
  const isBeyond = (outsideMm: number, outsideOnBoneMm: number | undefined, edgeMm: number | undefined): boolean =>
    edgeMm !== undefined && isTold(edgeMm) ? edgeMm > rules.edgeErrorMm : isBeyondDrawn(outsideMm, outsideOnBoneMm);

  /** Beyond all that a line drawn by hand may be wrong; where it lies on the bone is known, beyond it there, and outside of what was drawn as well. */
  const isBeyondDrawn = (drawnMm: number, onBoneMm: number | undefined): boolean =>
    onBoneMm === undefined ? drawnMm > rules.outlineErrorMm : onBoneMm > rules.fittedErrorMm && drawnMm > 0;

  function isAbout(axis: BoneAxis, x: number, y: number, mmPerFinePx: number): boolean {
    const behindMm = ((x - axis.x) * axis.dx + (y - axis.y) * axis.dy) * mmPerFinePx;
    const asideMm = Math.abs((x - axis.x) * axis.dy - (y - axis.y) * axis.dx) * mmPerFinePx;
    return behindMm > -rules.moving.aheadMm && asideMm < (behindMm > rules.moving.hubMm ? rules.moving.hubAsideMm : rules.moving.asideMm);
  }

  /** Where the part outside lies, as seen: behind the wall, above, below, or to a side. The head is at the top of the picture. */
  function siteOf(found: Survey, zones: ZoneMap): LeakSite {
    if (found.beyondWallPx > 0.5 * found.beyondPx) return 'epidural';
    const dx = found.beyondX - zones.centre[0];
    const dy = found.beyondY - zones.centre[1];
    if (Math.abs(dy) > Math.abs(dx)) return dy < 0 ? 'disc-superior' : 'disc-inferior';
    return zones.wallMm === null ? 'paravertebral' : 'venous-anterior';
  }

  function frame(input: LeakInput): LeakPart {
    const found = survey(input);
    if (found === null || input.zones === null) return { zone: 'none', leak, leakSite: site, toPosteriorWallPx: null, toPosteriorWallMm: null };
    const mm2 = input.mmPerFinePx ** 2;
    const beyondMm2 = found.beyondPx * mm2;
    if (!input.unsettled) {
      if (beyondMm2 >= rules.areaMm2 || Math.min(beyondMm2, before) >= 0.5 * rules.areaMm2) {
        leak = true;
        site ??= siteOf(found, input.zones);
      }
      before = beyondMm2;
    }
    const posterior = input.zones.wallMm !== null && found.posteriorPx * mm2 >= rules.posteriorAreaMm2;
    const toWallMm = input.zones.wallMm !== null && found.areaPx > 0 ? -found.wallReachMm : null;
    return {
      zone: found.areaPx === 0 ? 'none' : leak ? 'outside' : posterior ? 'posterior-quarter' : 'body',
      leak,
      leakSite: site,
      toPosteriorWallPx: toWallMm === null ? null : (toWallMm / input.mmPerFinePx) * input.factor,
      toPosteriorWallMm: toWallMm === null || !input.scaleKnown ? null : toWallMm,
    };
  }

  return {
    frame,
    reset() {
      leak = false;
      site = null;
      before = 0;
    },
  };
}
