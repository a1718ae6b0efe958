/** What the dark region in front of the needle is: nothing yet, something undecided, a balloon, or cement. */
export type CavityState = 'empty' | 'undecided' | 'balloon' | 'cement';

export interface CavityInput {
  readonly areaMm2: number;
  /** Sum of the difference, nepers · mm². */
  readonly mass: number;
  /** How well the region fills its own ellipse, 0 … 1. */
  readonly likeness: number;
  /** The plan says kyphoplasty: a balloon comes before the cement. */
  readonly expectsBalloon: boolean;
  readonly leastAreaMm2: number;
  readonly balloonLikeness: number;
}

/**
 * Tells a contrast-filled balloon from cement over time: a balloon comes, stays round, and goes; cement frays and never gets
 * less. Latches on cement.
 */
export interface CavityWatch {
  frame(input: CavityInput): CavityState;
  reset(): void;
}

/** A balloon has been there when this much contrast was, nepers · mm² (about 0.3 mL at 0.09 nepers a millimetre). */
const balloonMass = 20;

export function createCavityWatch(): CavityWatch {
  let peak = 0;
  let balloonGone = false;
  let lowest = Number.POSITIVE_INFINITY;
  let frayed = 0;
  let state: CavityState = 'empty';

  function afterBalloon({ areaMm2, mass, leastAreaMm2 }: CavityInput): CavityState {
    lowest = Math.min(lowest, mass);
    const grown = mass > 1.25 * lowest + 0.5;
    return areaMm2 >= leastAreaMm2 && grown ? 'cement' : 'empty';
  }

  function expectingBalloon(input: CavityInput): CavityState {
    peak = Math.max(peak, input.mass);
    if (balloonGone) return afterBalloon(input);
    if (peak > balloonMass && input.mass < 0.3 * peak) {
      balloonGone = true;
      lowest = input.mass;
      return 'empty';
    }
    return input.areaMm2 > 0 ? 'balloon' : 'empty';
  }

  /** Without a word about balloons: what is frayed for two frames, or has been there and is not round, is cement. */
  function notExpecting(input: CavityInput): CavityState {
    if (input.areaMm2 < input.leastAreaMm2) {
      frayed = 0;
      return 'empty';
    }
    frayed = input.likeness < input.balloonLikeness ? frayed + 1 : 0;
    return frayed >= 1 ? 'cement' : 'undecided';
  }

  return {
    frame(input) {
      if (state === 'cement') return state;
      state = input.expectsBalloon ? expectingBalloon(input) : notExpecting(input);
      return state;
    },
    reset() {
      peak = 0;
      balloonGone = false;
      lowest = Number.POSITIVE_INFINITY;
      frayed = 0;
      state = 'empty';
    },
  };
}
