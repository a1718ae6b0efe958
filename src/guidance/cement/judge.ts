import type { Stage } from '../../sample/index.ts';
import type { Grid } from '../image/grid.ts';
import type { MotionEstimate, Region } from '../image/motion.ts';
import type { NeedleTrack } from '../needle/track.ts';
import type { ZoneMap } from '../zones.ts';
import { type CavityState, createCavityWatch } from './cavity.ts';
import { type DarkRegion, ellipseLikeness, partsBeyond, type RegionBuffers, rectangleOf } from './regions.ts';
import { createSeedZone, type SeedZone } from './seeds.ts';
import { isPartOfMore } from './surroundings.ts';

export interface JudgeInput {
  readonly regions: readonly DarkRegion[];
  readonly buffers: RegionBuffers;
  readonly blocked: Uint8Array;
  readonly box: Region;
  readonly difference: Grid;
  readonly evidence: Grid;
  readonly low: number;
  readonly high: number;
  /** The bone has just gone farther than a breath takes it: a detector still shows a little of where steel was. */
  readonly starts: boolean;
  readonly mmPerFinePx: number;
  readonly tracks: readonly NeedleTrack[];
  readonly frameCount: number;
  /** How many frames make a rest at this frame rate: half a second, four at least. */
  readonly restFrames: number;
  readonly motion: MotionEstimate;
  readonly shiftPx: readonly [number, number];
  readonly pyramid: { readonly factor: number };
  /** Made only when something may be cement. */
  readonly zones: () => ZoneMap | null;
  /** Cement so far; changed in place. */
  readonly mask: Uint8Array;
}

export interface Verdict {
  /** Regions that may be cement or balloon, and must not be learnt as background. */
  readonly held: readonly DarkRegion[];
  /** Share of what is darker that the reference takes over in this frame. */
  readonly absorb: number;
}

/** Decides which dark regions are cement. */
export interface CementJudge {
  frame(input: JudgeInput): Verdict;
  stage(stage: Stage): void;
  reset(): void;
  seen(): boolean;
}

const rules = {
  /** A region away from the rest has to be this large, mm², and to last for this share of the frames that make a rest: a quarter of a second, two frames at least. */
  remoteAreaMm2: 2.5,
  remoteRestShare: 0.5,
  /** Of its darkness so much must be more than the place has shown before and misplaced edges explain: of a diaphragm that breathes deeper it was 0.41 and 0.46, of leaks 0.54 and more. */
  remoteNewShare: 0.5,
  /** What reaches in from outside of the watched region (a diaphragm, a hand) leaves a trace for ten rests, about a breath: what is still dark there is no cement. */
  foreignRests: 10,
  foreignShare: 0.3,
  /** Of the least darkness of cement so much is followed to see what a dark place belongs to. */
  faintShare: 0.35,
  /** For so many rests of a needle that moves what comes before it is not taken for background, unless it advances: by more than this, mm, beyond where it was throughout the last rest. */
  restlessRests: 5,
  advanceMm: 0.6,
  /** A ball of cement stops 0.06 nepers a millimetre of its width on average, a marker of gold or platinum three times that. */
  marker: { areaMm2: 8, nepersPerMm: 0.12 },
  /** A part of the largest region's size from which on it may belong to it. */
  partShare: 0.1,
  /** So long and so narrow is no first cement: it is a needle that is not followed, or beside one that is, mm. */
  bar: { longMm: 22, narrowMm: 5.5 },
  /** Hub and handle sit on the needle's line: from here behind the tip on, so far to its sides and from the body, mm. They move when it does: for so many frames after. */
  hub: { behindMm: 22, asideMm: 9, outsideMm: 7, drawnBackMm: 0.8, frames: 10 },
} as const;

/** Whether the needle's tip has come to where it was in no frame of the last rest. */
function isAdvancing({ recentAlongPx }: NeedleTrack, { mmPerFinePx, pyramid }: JudgeInput): boolean {
  const before = Math.max(...recentAlongPx.slice(0, -1));
  return (-before / pyramid.factor) * mmPerFinePx > rules.advanceMm;
}

function isBar(region: DarkRegion, mmPerFinePx: number): boolean {
  const { lengthPx, widthPx } = rectangleOf(region);
  return lengthPx * mmPerFinePx > rules.bar.longMm && widthPx * mmPerFinePx < rules.bar.narrowMm;
}

const reachesRim = (region: DarkRegion, box: Region): boolean =>
  region.x0 <= box.x0 + 3 || region.y0 <= box.y0 + 3 || region.x1 >= box.x1 - 4 || region.y1 >= box.y1 - 4;

/** One frame less for each place that is waited for. */
function countDown(frames: Uint8Array, box: Region, width: number): void {
  for (let y = box.y0; y < box.y1; y++) {
    for (let at = y * width + box.x0; at < y * width + box.x1; at++) if (frames[at] !== 0) frames[at] = (frames[at] as number) - 1;
  }
}

export function createCementJudge(width: number, height: number): CementJudge {
  const size = width * height;
  const previous = new Uint8Array(size);
  /** For how many frames more a place outside of the body is not believed. */
  const foreign = new Uint8Array(size);
  const zone: SeedZone = createSeedZone(width, height);
  const cavity = createCavityWatch();
  let cementSeen = false;
  let quietFrames = 0;
  let restlessFrames = 0;

  function reset(): void {
    previous.fill(0);
    foreign.fill(0);
    cementSeen = false;
    quietFrames = 0;
    restlessFrames = 0;
    cavity.reset();
  }

  /** Cement can only come when a needle rests in the bone; without any needle in view only after a while of watching. */
  function mayClaim({ tracks }: JudgeInput): boolean {
    if (cementSeen) return true;
    const parked = tracks.length > 0 && tracks.every((track) => track.parked);
    quietFrames = parked ? quietFrames + 1 : 0;
    return quietFrames >= 2;
  }

  function frame(input: JudgeInput): Verdict {
    if (!mayClaim(input)) return whileMoving(input);
    restlessFrames = 0;
    zone.update(input);
    if (cementSeen) markForeign(input);
    const near = input.regions.filter((region) => zone.reaches(region, input.buffers.labels) && (cementSeen || !isBar(region, input.mmPerFinePx)));
    const others = cementSeen && !input.motion.jumped ? input.regions.filter((region) => !near.includes(region) && mayBeRemote(region, input)) : [];
    const state = cementSeen ? 'cement' : cavityState(input, near, true);
    if (state === 'cement') {
      const grown = cementSeen ? grownFrom(near, input) : [];
      paint(input, [...near, ...grown, ...others.filter((region) => hasLasted(region, input))]);
      cementSeen = cementSeen || near.length > 0;
    }
    remember(input);
    return { held: [...near, ...others], absorb: input.motion.jumped ? 0.5 : 0.15 };
  }

  /**
   * What an advancing needle darkens is background. One that is drawn back, or only seems to move, darkens nothing before its tip: what comes
   * there may be a balloon that follows close upon the cannula's way back, and no cement yet.
   */
  function whileMoving(input: JudgeInput): Verdict {
    previous.fill(0);
    if (input.regions.length === 0) restlessFrames = 0;
    const nothingIs = input.regions.length === 0 || input.tracks.some((track) => isAdvancing(track, input));
    if (cavity.isEmpty() && nothingIs) return { held: [], absorb: 0.25 };
    zone.update(input);
    const near = input.regions.filter((region) => zone.reaches(region, input.buffers.labels) && !isBar(region, input.mmPerFinePx));
    const state = input.tracks.length > 0 ? cavityState(input, near, false) : 'undecided';
    restlessFrames = state === 'undecided' && near.length > 0 ? restlessFrames + 1 : 0;
    return { held: restlessFrames > rules.restlessRests * input.restFrames ? [] : near, absorb: 0.25 };
  }

  function cavityState(input: JudgeInput, near: readonly DarkRegion[], atRest: boolean): CavityState {
    const mm2 = input.mmPerFinePx ** 2;
    const areaMm2 = near.reduce((sum, region) => sum + region.areaPx, 0) * mm2;
    const mass = near.reduce((sum, region) => sum + region.mass, 0) * mm2;
    return cavity.frame({
      areaMm2,
      mass,
      likeness: roundness(near, input),
      markerMass: near.reduce((sum, region) => sum + (isMarker(region, mm2) ? region.mass : 0), 0) * mm2,
      clarity: areaMm2 > 0 ? mass / areaMm2 / input.low : 0,
      atRest,
    });
  }

  /** Of the largest region, or of all that are not much smaller, which a shaft across them may have parted: whichever is rounder. */
  function roundness(near: readonly DarkRegion[], { buffers: { labels }, blocked }: JudgeInput): number {
    const most = near.reduce((area, region) => Math.max(area, region.areaPx), 0);
    const largest = near.find((region) => region.areaPx === most);
    if (largest === undefined) return 0;
    const parts = near.filter((region) => region.areaPx >= rules.partShare * most);
    const alone = ellipseLikeness([largest], width, labels, blocked);
    return parts.length > 1 ? Math.max(alone, ellipseLikeness(parts, width, labels, blocked)) : alone;
  }

  /** Metal of the size of a balloon's marker: small, and stopping more a millimetre of its own width than any cement does. */
  function isMarker(region: DarkRegion, mm2: number): boolean {
    const areaMm2 = region.areaPx * mm2;
    const meanPerWidth = region.mass / region.areaPx / (2 * Math.sqrt(areaMm2 / Math.PI));
    return areaMm2 <= rules.marker.areaMm2 && meanPerWidth > rules.marker.nepersPerMm;
  }

  /**
   * What of dark regions next to cement is farther from it than it can have come in one frame: it counts unless it is a part of something larger that only
   * touches cement (a fold of bowel, a diaphragm). That is not believed for a rest.
   */
  function grownFrom(near: readonly DarkRegion[], input: JudgeInput): readonly DarkRegion[] {
    const { evidence, blocked, box, low, high, buffers, mmPerFinePx, restFrames } = input;
    const { labels } = buffers;
    const parts = partsBeyond(near, (at) => zone.covers(at), evidence, blocked, box, low, high, buffers);
    return parts.filter((part) => {
      if (part.areaPx * mmPerFinePx ** 2 < rules.remoteAreaMm2) return true;
      if (!isBar(part, mmPerFinePx) && !reachesRim(part, box) && !belongsElsewhere(part, input)) return true;
      for (let y = part.y0; y <= part.y1; y++) {
        for (let at = y * width + part.x0; at <= y * width + part.x1; at++) if (labels[at] === part.label) foreign[at] = Math.max(foreign[at] ?? 0, restFrames);
      }
      return false;
    });
  }

  function belongsElsewhere(region: DarkRegion, input: JudgeInput): boolean {
    const isTaken = (at: number): boolean => input.blocked[at] !== 0 || input.mask[at] !== 0 || zone.covers(at);
    return isPartOfMore(region, {
      ...input,
      labels: input.buffers.labels,
      isTaken,
      leastNepers: rules.faintShare * input.low,
      mostPx: rules.bar.longMm / input.mmPerFinePx,
    });
  }

  /** Cement apart from the rest: a leak into a vein or the canal comes up somewhere else in the projection. */
  function mayBeRemote(region: DarkRegion, input: JudgeInput): boolean {
    if (input.tracks.some((track) => isOnHub(region, track, input))) return false;
    const { mmPerFinePx, box } = input;
    if (region.areaPx * mmPerFinePx ** 2 < rules.remoteAreaMm2 || reachesRim(region, box) || isBar(region, mmPerFinePx)) return false;
    const isNew = region.mass > rules.remoteNewShare * sumOver(region, input, (at) => input.difference.data[at] ?? 0);
    if (!isNew || sumOver(region, input, (at) => (foreign[at] === 0 ? 0 : 1)) >= rules.foreignShare * region.areaPx) return false;
    return !belongsElsewhere(region, input);
  }

  function sumOver({ label, x0, y0, x1, y1 }: DarkRegion, { buffers: { labels } }: JudgeInput, valueAt: (at: number) => number): number {
    let sum = 0;
    for (let y = y0; y <= y1; y++) {
      for (let at = y * width + x0; at <= y * width + x1; at++) if (labels[at] === label) sum += valueAt(at);
    }
    return sum;
  }

  /** What is dark outside of the body, joined to the rim of the watched region and away from cement has come from there. */
  function markForeign({ regions, buffers: { labels }, box, mask, restFrames, zones }: JudgeInput): void {
    const outlineMm = zones()?.outlineMm;
    const frames = Math.min(255, rules.foreignRests * restFrames);
    countDown(foreign, box, width);
    for (const region of regions) {
      if (!reachesRim(region, box)) continue;
      for (let y = region.y0; y <= region.y1; y++) {
        for (let at = y * width + region.x0; at <= y * width + region.x1; at++) {
          if (labels[at] === region.label && mask[at] === 0 && !zone.covers(at) && (outlineMm?.[at] ?? 1) > 0) foreign[at] = frames;
        }
      }
    }
  }

  /** What gets dark where the hub is while a needle is drawn back is the hub. */
  function isOnHub(region: DarkRegion, track: NeedleTrack, { shiftPx, pyramid, mmPerFinePx, frameCount, zones }: JudgeInput): boolean {
    const drawnBackMm = (-(track.recentAlongPx.at(-1) ?? 0) / pyramid.factor) * mmPerFinePx;
    const moves = drawnBackMm > rules.hub.drawnBackMm || track.missedFrames > 0 || frameCount - track.movedAt <= rules.hub.frames;
    if (!moves) return false;
    const x = region.centreX - (track.tip[0] - shiftPx[0]) / pyramid.factor;
    const y = region.centreY - (track.tip[1] - shiftPx[1]) / pyramid.factor;
    const [dx, dy] = track.direction;
    const behindMm = -(x * dx + y * dy) * mmPerFinePx;
    const outlineMm = zones()?.outlineMm[Math.round(region.centreY) * width + Math.round(region.centreX)] ?? rules.hub.outsideMm;
    return behindMm > rules.hub.behindMm && Math.abs(x * dy - y * dx) * mmPerFinePx < rules.hub.asideMm && outlineMm >= rules.hub.outsideMm;
  }

  function hasLasted(region: DarkRegion, input: JudgeInput): boolean {
    const before = Math.ceil(rules.remoteRestShare * input.restFrames) - 1;
    let seenBefore = 0;
    for (let y = region.y0; y <= region.y1; y++) {
      for (let x = region.x0; x <= region.x1; x++) {
        const at = y * width + x;
        if (input.buffers.labels[at] === region.label && (previous[at] ?? 0) >= before) seenBefore++;
      }
    }
    return seenBefore > 0.4 * region.areaPx;
  }

  /** Counts for how many frames each pixel has been dark. */
  function remember({ buffers: { labels }, box }: JudgeInput): void {
    for (let y = box.y0; y < box.y1; y++) {
      for (let at = y * width + box.x0; at < y * width + box.x1; at++) previous[at] = labels[at] === 0 ? 0 : Math.min(200, (previous[at] ?? 0) + 1);
    }
  }

  /**
   * The regions become cement; what was cement stays as long as it is not clearly gone. When the bone has just started, the shadow that steel leaves
   * behind joins cement to the hub: then only what is next to cement, or where it can come from, is taken.
   */
  function paint(input: JudgeInput, regions: readonly DarkRegion[]): void {
    const { mask, buffers, difference, low, blocked, box, starts } = input;
    const { labels } = buffers;
    for (let y = box.y0; y < box.y1; y++) {
      for (let at = y * width + box.x0; at < y * width + box.x1; at++) {
        if (mask[at] !== 0 && blocked[at] === 0 && (difference.data[at] ?? 0) < 0.7 * low) mask[at] = 0;
      }
    }
    for (const region of regions) {
      for (let y = region.y0; y <= region.y1; y++) {
        for (let x = region.x0; x <= region.x1; x++) {
          const at = y * width + x;
          if (labels[at] === region.label && foreign[at] === 0 && (!starts || zone.covers(at))) mask[at] = 1;
        }
      }
    }
  }

  return {
    frame,
    reset,
    seen: () => cementSeen,
    stage: (stage) => cavity.stage(stage),
  };
}
