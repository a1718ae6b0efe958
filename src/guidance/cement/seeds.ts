import type { PlanePlan } from '../../sample/index.ts';
import type { NeedleTrack } from '../needle/tracker.ts';
import { boundsOf, insidePolygon } from '../zones.ts';
import type { DarkRegion } from './regions.ts';

export interface SeedInput {
  readonly tracks: readonly NeedleTrack[];
  readonly planePlan: PlanePlan | null;
  readonly planOffsetPx: readonly [number, number];
  readonly shiftPx: readonly [number, number];
  readonly pyramid: { readonly factor: number };
  readonly mmPerFinePx: number;
  readonly mask: Uint8Array;
}

/** Where cement can come from: in front of a needle's tip, and next to cement that is there already. */
export interface SeedZone {
  update(input: SeedInput): void;
  reaches(region: DarkRegion, labels: Uint16Array): boolean;
  /** Near enough to the vertebra or its cement to be a leak of it. */
  isWithinReach(region: DarkRegion): boolean;
}

/** Millimetres: around the tip; in front of it, where a cavity may lie; around present cement; how far a leak may surface. */
const reachMm = { tip: 5, ahead: 24, aside: 9, cement: 1.6, leak: 28 } as const;

export function createSeedZone(width: number, height: number): SeedZone {
  const zone = new Uint8Array(width * height);
  let box = { x0: 0, y0: 0, x1: width, y1: height };
  let mmPerFinePx = 0.25;

  function paintTip(track: NeedleTrack, { shiftPx, pyramid }: SeedInput): void {
    const tx = (track.tip[0] - shiftPx[0]) / pyramid.factor;
    const ty = (track.tip[1] - shiftPx[1]) / pyramid.factor;
    const [dx, dy] = track.direction;
    const far = Math.ceil(reachMm.ahead / mmPerFinePx);
    for (let y = Math.max(0, Math.floor(ty - far)); y < Math.min(height, ty + far); y++) {
      for (let x = Math.max(0, Math.floor(tx - far)); x < Math.min(width, tx + far); x++) {
        const along = ((x - tx) * dx + (y - ty) * dy) * mmPerFinePx;
        const across = Math.abs(-(x - tx) * dy + (y - ty) * dx) * mmPerFinePx;
        const around = Math.hypot(along, across) < reachMm.tip;
        if (around || (along > 0 && along < reachMm.ahead && across < reachMm.aside)) zone[y * width + x] = 1;
      }
    }
  }

  /** A zone in front of the tip only counts inside the vertebra (and 2 mm around it), when it was drawn. */
  function clipToBody({ planePlan, planOffsetPx, pyramid }: SeedInput): void {
    const body = planePlan?.vertebralBody;
    if (body === undefined) return;
    const polygon = body.map(([x, y]) => [(x + planOffsetPx[0]) / pyramid.factor, (y + planOffsetPx[1]) / pyramid.factor] as const);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        if (zone[at] !== 0 && !insidePolygon(polygon, x, y)) zone[at] = 0;
      }
    }
  }

  return {
    update(input) {
      mmPerFinePx = input.mmPerFinePx;
      zone.fill(0);
      for (const track of input.tracks) paintTip(track, input);
      clipToBody(input);
      box = reachBox(input, width, height);
      const near = Math.ceil(reachMm.cement / mmPerFinePx);
      for (let y = near; y < height - near; y++) {
        for (let x = near, at = y * width + near; x < width - near; x++, at++) {
          if (input.mask[at] === 0) continue;
          const isEdge = input.mask[at - 1] === 0 || input.mask[at + 1] === 0 || input.mask[at - width] === 0 || input.mask[at + width] === 0;
          if (!isEdge) zone[at] = 1;
          else for (let dy = -near; dy <= near; dy++) zone.fill(1, at + dy * width - near, at + dy * width + near + 1);
        }
      }
    },
    reaches(region, labels) {
      for (let y = region.y0; y <= region.y1; y++) {
        for (let x = region.x0; x <= region.x1; x++) {
          const at = y * width + x;
          if (zone[at] !== 0 && labels[at] === region.label) return true;
        }
      }
      return false;
    },
    isWithinReach: (region) => region.centreX >= box.x0 && region.centreX <= box.x1 && region.centreY >= box.y0 && region.centreY <= box.y1,
  };
}

/** The vertebra (or the needle's tip) and the distance within which a leak may come up. */
function reachBox({ planePlan, planOffsetPx, tracks, shiftPx, pyramid, mmPerFinePx }: SeedInput, width: number, height: number) {
  const points = [
    ...(planePlan?.vertebralBody ?? []).map(([x, y]) => [x + planOffsetPx[0], y + planOffsetPx[1]] as const),
    ...tracks.map((track) => [track.tip[0] - shiftPx[0], track.tip[1] - shiftPx[1]] as const),
  ];
  if (points.length === 0) return { x0: 0, y0: 0, x1: width, y1: height };
  const bounds = boundsOf(points);
  const margin = reachMm.leak / mmPerFinePx;
  return {
    x0: bounds.x0 / pyramid.factor - margin,
    y0: bounds.y0 / pyramid.factor - margin,
    x1: bounds.x1 / pyramid.factor + margin,
    y1: bounds.y1 / pyramid.factor + margin,
  };
}
