/** What the dark region in front of the needle is: nothing yet, something undecided, a balloon, or cement. */
export type CavityState = 'empty' | 'undecided' | 'balloon' | 'cement';

export interface CavityInput {
  readonly areaMm2: number;
  /** Sum of the difference, nepers · mm². */
  readonly mass: number;
  /** How well the region fills its own ellipse, 0 … 1. */
  readonly likeness: number;
}

/**
 * Tells a contrast-filled balloon from cement over time: a balloon comes, stays round, and goes; cement frays and never gets
 * less. What the plan calls the procedure is not asked: plans are wrong about it. Latches on cement.
 */
export interface CavityWatch {
  frame(input: CavityInput): CavityState;
  /** The operator says that cement is being injected. */
  expectCement(): void;
  reset(): void;
}

const rules = {
  leastAreaMm2: 2,
  /** What comes has to become this much more (factor, and nepers · mm²) before it is judged. */
  growth: 1.5,
  growthMass: 1,
  /** Rounder than this is a balloon; after a balloon has gone, cement fills its round cavity and more is needed. */
  likeness: 0.9,
  likenessAfterBalloon: 0.93,
  /** A balloon has gone when this share of its peak is left. */
  goneShare: 0.3,
  /** A balloon that is no longer round for so many frames was none. */
  frayedFrames: 5,
  frayedLikeness: 0.75,
  frayedAreaMm2: 40,
  /** Markers: area, mm², and mean attenuation, nepers, at first sight. */
  markerAreaMm2: 14,
  markerDensity: 0.35,
} as const;

export function createCavityWatch(): CavityWatch {
  let state: CavityState = 'empty';
  let peak = 0;
  let firstMass: number | null = null;
  let balloons = 0;
  let frayed = 0;
  let round = 0;
  let injectionSaid = false;

  function duringBalloon(input: CavityInput): CavityState {
    peak = Math.max(peak, input.mass);
    const large = input.areaMm2 >= rules.frayedAreaMm2 && input.mass > 0.9 * peak;
    frayed = large && input.likeness < rules.frayedLikeness ? frayed + 1 : 0;
    if (frayed >= rules.frayedFrames) return 'cement';
    if (input.mass >= rules.goneShare * peak) return 'balloon';
    balloons++;
    firstMass = null;
    frayed = 0;
    round = 0;
    return 'empty';
  }

  /** Markers of a balloon stand still: only what grows since it came is judged, by its shape, two frames running. */
  function beforeCement(input: CavityInput): CavityState {
    if (input.areaMm2 < rules.leastAreaMm2) {
      firstMass = null;
      frayed = 0;
      round = 0;
      return 'empty';
    }
    // Cement begins thin; what is dense and small from the start is metal: the markers of a balloon, or another instrument.
    if (firstMass === null && input.areaMm2 <= rules.markerAreaMm2 && input.mass > rules.markerDensity * input.areaMm2 && !injectionSaid) {
      peak = input.mass;
      return 'balloon';
    }
    firstMass = Math.min(firstMass ?? input.mass, input.mass);
    if (input.mass < rules.growth * firstMass + rules.growthMass) return 'undecided';
    const isRound = input.likeness >= (balloons > 0 ? rules.likenessAfterBalloon : rules.likeness);
    frayed = isRound ? 0 : frayed + 1;
    round = isRound ? round + 1 : 0;
    if (frayed >= 2 || (frayed >= 1 && injectionSaid)) return 'cement';
    if (round >= 2 && !injectionSaid) {
      peak = input.mass;
      frayed = 0;
      return 'balloon';
    }
    return 'undecided';
  }

  return {
    frame(input) {
      if (state === 'cement') return state;
      state = state === 'balloon' ? duringBalloon(input) : beforeCement(input);
      return state;
    },
    expectCement() {
      injectionSaid = true;
    },
    reset() {
      state = 'empty';
      peak = 0;
      firstMass = null;
      balloons = 0;
      frayed = 0;
      round = 0;
    },
  };
}
