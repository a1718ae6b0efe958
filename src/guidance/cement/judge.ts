import type { Plan, PlanePlan, Stage } from '../../sample/index.ts';
import type { Grid } from '../image/grid.ts';
import type { MotionEstimate } from '../image/motion.ts';
import type { NeedleTrack } from '../needle/tracker.ts';
import { type CavityState, createCavityWatch } from './cavity.ts';
import { type DarkRegion, ellipseLikeness } from './regions.ts';
import { createSeedZone, type SeedZone } from './seeds.ts';

export interface JudgeInput {
  readonly regions: readonly DarkRegion[];
  readonly labels: Uint16Array;
  readonly blocked: Uint8Array;
  readonly difference: Grid;
  readonly low: number;
  readonly mmPerFinePx: number;
  readonly tracks: readonly NeedleTrack[];
  readonly motion: MotionEstimate;
  readonly shiftPx: readonly [number, number];
  readonly pyramid: { readonly factor: number };
  readonly plan: Plan | null;
  readonly planePlan: PlanePlan | null;
  readonly planOffsetPx: readonly [number, number];
  /** Cement so far; changed in place. */
  readonly mask: Uint8Array;
}

export interface Verdict {
  /** Whether dark regions may be cement or balloon now, and must not be learnt as background. */
  readonly claimable: boolean;
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
  /** Balloon or first cement: regions rounder than this are left alone until something else speaks for cement. */
  balloonLikeness: 0.9,
  /** A region away from the rest has to be this large and to last, mm². */
  remoteAreaMm2: 2.5,
  remoteFrames: 2,
  /** First cement, mm². */
  firstAreaMm2: 2,
} as const;

export function createCementJudge(width: number, height: number): CementJudge {
  const size = width * height;
  const previous = new Uint8Array(size);
  const zone: SeedZone = createSeedZone(width, height);
  const cavity = createCavityWatch();
  let cementSeen = false;
  let quietFrames = 0;
  let frames = 0;
  let injectionSaid = false;

  function reset(): void {
    previous.fill(0);
    cementSeen = false;
    quietFrames = 0;
    frames = 0;
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
    frames++;
    const claimable = mayClaim(input);
    if (!claimable) {
      previous.fill(0);
      return { claimable, absorb: 0.25 };
    }
    zone.update(input);
    const jumped = input.motion.jumped;
    const wanted = input.regions.filter((region) => zone.reaches(region, input.labels) || isRemote(region, input, jumped));
    const near = wanted.filter((region) => zone.reaches(region, input.labels));
    const state = cementSeen ? 'cement' : cavityState(input, near);
    remember(input);
    if (state === 'cement') {
      paint(input, cementSeen ? wanted : near);
      cementSeen = cementSeen || near.length > 0;
    }
    return { claimable, absorb: jumped ? 0.5 : 0 };
  }

  function cavityState(input: JudgeInput, near: readonly DarkRegion[]): CavityState {
    const areaMm2 = near.reduce((sum, region) => sum + region.areaPx, 0) * input.mmPerFinePx ** 2;
    const largest = [...near].sort((p, q) => q.areaPx - p.areaPx)[0];
    const likeness = largest === undefined ? 0 : ellipseLikeness(largest, width, input.labels, input.blocked);
    const mass = near.reduce((sum, region) => sum + region.mass, 0) * input.mmPerFinePx ** 2;
    const expectsBalloon = input.plan?.procedure === 'kyphoplasty' && !injectionSaid;
    return cavity.frame({ areaMm2, mass, likeness, expectsBalloon, leastAreaMm2: rules.firstAreaMm2, balloonLikeness: rules.balloonLikeness });
  }

  /** Cement apart from the rest: a leak into a vein or the canal comes up somewhere else in the projection. */
  function isRemote(region: DarkRegion, input: JudgeInput, jumped: boolean): boolean {
    if (!cementSeen || jumped || region.areaPx * input.mmPerFinePx ** 2 < rules.remoteAreaMm2) return false;
    if (!zone.isWithinReach(region)) return false;
    let seenBefore = 0;
    for (let y = region.y0; y <= region.y1; y++) {
      for (let x = region.x0; x <= region.x1; x++) {
        const at = y * width + x;
        if (input.labels[at] === region.label && (previous[at] ?? 0) >= rules.remoteFrames - 1) seenBefore++;
      }
    }
    return seenBefore > 0.4 * region.areaPx;
  }

  /** Counts for how many frames each pixel has been dark. */
  function remember({ labels }: JudgeInput): void {
    for (let at = 0; at < size; at++) previous[at] = labels[at] === 0 ? 0 : Math.min(200, (previous[at] ?? 0) + 1);
  }

  /** The regions become cement; what was cement stays as long as it is not clearly gone. */
  function paint(input: JudgeInput, regions: readonly DarkRegion[]): void {
    const { mask, labels, difference, low, blocked } = input;
    for (let at = 0; at < size; at++) {
      if (mask[at] !== 0 && blocked[at] === 0 && (difference.data[at] ?? 0) < 0.7 * low) mask[at] = 0;
    }
    for (const region of regions) {
      for (let y = region.y0; y <= region.y1; y++) {
        for (let x = region.x0; x <= region.x1; x++) {
          const at = y * width + x;
          if (labels[at] === region.label) mask[at] = 1;
        }
      }
    }
  }

  return {
    frame,
    reset,
    seen: () => cementSeen,
    stage(stage) {
      injectionSaid = stage === 'injection' || stage === 'closure';
    },
  };
}
