import type { Stage } from '../../sample/index.ts';

/** What the dark region in front of the needle is: nothing yet, something undecided, a balloon, or cement. */
export type CavityState = 'empty' | 'undecided' | 'balloon' | 'cement';

export interface CavityInput {
  readonly areaMm2: number;
  /** Sum of the difference, nepers · mm². */
  readonly mass: number;
  /** How well the region fills its own ellipse, 0 … 1. */
  readonly likeness: number;
  /** The part of the mass in small pieces that stop more than anything but metal would at their size. */
  readonly markerMass: number;
  /** Mean difference over the least that is called dark: near one the outline is made by noise. */
  readonly clarity: number;
  /** The needle rests: cement may come. What comes before one that does not may only turn out to be a balloon. */
  readonly atRest: boolean;
}

/**
 * Tells a contrast-filled balloon from cement over time: a balloon comes after its markers, stays round, and goes; cement frays
 * and never gets less. It is judged by stages of growth, not by frames, so that the frame rate does not matter. What the plan
 * calls the procedure is not asked: plans are wrong about it. What the operator says of the stage shifts how much evidence is
 * wanted and is never needed. Latches on cement.
 */
export interface CavityWatch {
  frame(input: CavityInput): CavityState;
  stage(stage: Stage): void;
  /** Nothing has come yet, or what had come has gone. */
  isEmpty(): boolean;
  reset(): void;
}

const rules = {
  leastAreaMm2: 2,
  /** What comes has to become this much more (factor, and nepers · mm²) before it is judged, and again before it is judged once more. */
  growth: { first: 1.5, firstMass: 1, next: 1.25, nextMass: 0.5 },
  /** Votes that decide; for cement twice as many while the operator says that a cavity is being made. */
  votes: 2,
  /** Rounder than this is a balloon; after a balloon has gone, cement fills its round cavity and more is needed. */
  likeness: 0.9,
  likenessAfterBalloon: 0.93,
  /** Below this clarity an outline says nothing. */
  clarity: 2.1,
  /** A balloon has gone when this share of its peak is left. */
  goneShare: 0.3,
  /** Markers alone: nearly all of what is there; the same ones once more stop about as much as before, a trace of the needle's end does not. */
  markerShare: 0.8,
  sameMarkersShare: 0.5,
  /** What was taken for a balloon is cement when it grows on as frayed as this, at this size at least. */
  frayed: { likeness: 0.85, areaMm2: 12 },
} as const;

export function createCavityWatch(): CavityWatch {
  let state: CavityState = 'empty';
  let peak = 0;
  /** Mass of the last vote, or the least seen before the first one. */
  let base: number | null = null;
  let voted = false;
  let round = 0;
  let frayed = 0;
  let balloons = 0;
  /** The most that markers have stopped, nepers · mm²; zero as long as none were seen. */
  let markers = 0;
  let markerFrames = 0;
  let said: Stage | null = null;

  const injecting = (): boolean => said === 'injection' || said === 'closure';
  const votesForCement = (): number => (injecting() ? 1 : said === 'cavity' ? 2 * rules.votes : rules.votes);

  function startOver(): void {
    base = null;
    voted = false;
    round = 0;
    frayed = 0;
    markerFrames = 0;
  }

  /** Whether it has grown enough since it was last judged. */
  function hasGrown(mass: number): boolean {
    const { first, firstMass, next, nextMass } = rules.growth;
    if (!voted) base = Math.min(base ?? mass, mass);
    const from = base ?? mass;
    if (mass < (voted ? next * from + nextMass : first * from + firstMass)) return false;
    base = mass;
    voted = true;
    return true;
  }

  function toBalloon(mass: number): CavityState {
    startOver();
    base = mass;
    peak = mass;
    return 'balloon';
  }

  function duringBalloon(input: CavityInput): CavityState {
    peak = Math.max(peak, input.mass);
    if (input.mass < rules.goneShare * peak) {
      balloons++;
      startOver();
      return 'empty';
    }
    if (!input.atRest || !hasGrown(input.mass)) return 'balloon';
    const looksFrayed = input.areaMm2 >= rules.frayed.areaMm2 && input.likeness < rules.frayed.likeness && input.clarity >= rules.clarity;
    frayed = looksFrayed || injecting() ? frayed + 1 : 0;
    return frayed >= Math.max(2, votesForCement()) ? 'cement' : 'balloon';
  }

  function beforeCement(input: CavityInput): CavityState {
    if (input.areaMm2 < rules.leastAreaMm2) {
      startOver();
      return 'empty';
    }
    const areMarkers = input.markerMass > Math.max(rules.markerShare * input.mass, rules.sameMarkersShare * markers);
    markerFrames = areMarkers ? markerFrames + 1 : 0;
    if (!voted && !injecting() && markerFrames >= 2) {
      markers = Math.max(markers, input.markerMass);
      return toBalloon(input.mass);
    }
    if (!hasGrown(input.mass) || (input.clarity < rules.clarity && !injecting())) return 'undecided';
    // A balloon that is blown up again shows its markers before; without them it is the cavity that fills.
    const comesBare = balloons > 0 && markers > 0;
    const isRound = input.likeness >= (balloons > 0 ? rules.likenessAfterBalloon : rules.likeness) && !comesBare;
    if (!input.atRest && (!isRound || injecting())) return 'undecided';
    frayed = isRound ? 0 : frayed + 1;
    round = isRound ? round + 1 : 0;
    if (frayed >= votesForCement() || (injecting() && round >= 2)) return 'cement';
    return round >= rules.votes && !injecting() ? toBalloon(input.mass) : 'undecided';
  }

  return {
    frame(input) {
      if (state === 'cement') return state;
      state = state === 'balloon' ? duringBalloon(input) : beforeCement(input);
      return state;
    },
    stage(stage) {
      said = stage;
    },
    isEmpty: () => state === 'empty',
    reset() {
      state = 'empty';
      peak = 0;
      balloons = 0;
      markers = 0;
      startOver();
    },
  };
}
