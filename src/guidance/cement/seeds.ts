import type { Region } from '../image/motion.ts';
import type { NeedleTrack } from '../needle/track.ts';
import type { ZoneMap } from '../zones.ts';
import { markedExtent } from './maskImage.ts';
import type { DarkRegion } from './regions.ts';

export interface SeedInput {
  readonly tracks: readonly NeedleTrack[];
  readonly zones: () => ZoneMap | null;
  readonly shiftPx: readonly [number, number];
  readonly pyramid: { readonly factor: number };
  readonly mmPerFinePx: number;
  readonly mask: Uint8Array;
  readonly box: Region;
}

/** Where cement can come from: in front of a needle's tip, and next to cement that is there already. */
export interface SeedZone {
  update(input: SeedInput): void;
  reaches(region: DarkRegion, labels: Uint16Array): boolean;
  covers(at: number): boolean;
}

/** Millimetres: around the tip; in front of it, where a cavity may lie; around present cement. */
const reachMm = { tip: 5, ahead: 24, aside: 9, cement: 1.6, aroundBody: 2 } as const;

export function createSeedZone(width: number, height: number): SeedZone {
  const zone = new Uint8Array(width * height);
  let mmPerFinePx = 0.25;

  /** A zone in front of the tip only counts inside the vertebra (and 2 mm around it), when it was drawn. */
  function paintTip(track: NeedleTrack, { shiftPx, pyramid, zones }: SeedInput): void {
    const outlineMm = zones()?.outlineMm;
    const tx = (track.tip[0] - shiftPx[0]) / pyramid.factor;
    const ty = (track.tip[1] - shiftPx[1]) / pyramid.factor;
    const [dx, dy] = track.direction;
    const far = reachMm.ahead / mmPerFinePx;
    const aside = reachMm.aside / mmPerFinePx;
    const around = (reachMm.tip / mmPerFinePx) ** 2;
    for (let y = Math.max(0, Math.floor(ty - far)); y < Math.min(height, ty + far); y++) {
      const row = y * width;
      const v = y - ty;
      const last = Math.min(width, tx + far);
      for (let x = Math.max(0, Math.floor(tx - far)); x < last; x++) {
        const u = x - tx;
        const along = u * dx + v * dy;
        const across = v * dx - u * dy;
        const isNear = u * u + v * v < around || (along > 0 && along < far && across < aside && across > -aside);
        if (isNear && (outlineMm === undefined || (outlineMm[row + x] ?? 0) <= reachMm.aroundBody)) zone[row + x] = 1;
      }
    }
  }

  return {
    update(input) {
      mmPerFinePx = input.mmPerFinePx;
      zone.fill(0);
      for (const track of input.tracks) paintTip(track, input);
      const near = Math.ceil(reachMm.cement / mmPerFinePx);
      const extent = markedExtent(input.mask, width, input.box);
      if (extent === null) return;
      const [x0, x1] = [Math.max(near, extent.x0), Math.min(width - near, extent.x1)];
      for (let y = Math.max(near, extent.y0); y < Math.min(height - near, extent.y1); y++) {
        for (let x = x0, at = y * width + x; x < x1; x++, at++) {
          if (input.mask[at] === 0) continue;
          const isEdge = input.mask[at - 1] === 0 || input.mask[at + 1] === 0 || input.mask[at - width] === 0 || input.mask[at + width] === 0;
          if (!isEdge) zone[at] = 1;
          else for (let dy = -near; dy <= near; dy++) zone.fill(1, at + dy * width - near, at + dy * width + near + 1);
        }
      }
    },
    covers: (at) => zone[at] !== 0,
    reaches(region, labels) {
      for (let y = region.y0; y <= region.y1; y++) {
        for (let x = region.x0; x <= region.x1; x++) {
          const at = y * width + x;
          if (zone[at] !== 0 && labels[at] === region.label) return true;
        }
      }
      return false;
    },
  };
}
