import type { VisibleField } from '../image/field.ts';
import { type Grid, quantileInPlace } from '../image/grid.ts';
import type { Region } from '../image/motion.ts';
import type { ImageKernels, ReferenceGrids } from '../kernels/imageKernels.ts';
import { createExcursions } from './excursions.ts';

/** The picture without cement, in the coordinates of the bone, and how the present frame differs from it. */
export interface ReferencePicture {
  /** Smoothed difference present − reference, nepers; positive = darker now. Zero where nothing can be said. Valid in the region of the last `compare`. */
  readonly difference: Grid;
  /** The difference less what motion alone may make of it there, where that matters. */
  readonly evidence: Grid;
  /** What the bone looks like without cement, nepers, and for how many frames each place has been learnt (0 = nothing is known of it). */
  readonly background: Grid;
  readonly age: Uint8Array;
  /** Standard deviation of the difference where nothing happens. */
  readonly sigma: number;
  /** Looks at one frame; `shift` in fine pixels: bone point b appears at b + shift. Evidence below `leastNepers` is only told roughly. */
  compare(fine: Grid, field: VisibleField, shift: readonly [number, number], blocked: Uint8Array, region: Region, leastNepers: number): void;
  /**
   * Learns from the frame just compared: everything, but what is blocked or held; `absorb`: the share of what is darker that it takes over in an eighth of a second.
   * `patient`: what gets darker is waited for first, because it may be cement.
   */
  learn(blocked: Uint8Array, held: Uint8Array, absorb: number, intervalMs: number, patient: boolean): void;
  reset(): void;
}

const sampleCount = 2500;

/** Noise is measured on this share of the places: those that have been the least restless. */
const calmShare = 0.5;

/** Nearer to the collimator than this nothing is said, coarse pixels. */
const leastDepth = 4;

/** How far bone edges may be misplaced after alignment, fine pixels, and how much of past restlessness to expect again. */
const tolerance = { shiftPx: 0.3, restlessness: 1.1, mostRestless: 0.3 } as const;

/**
 * How fast the picture follows, whatever the frame rate: a steady place within four seconds, by the mean of sixteen looks at least; restlessness outlasts
 * half a dozen breaths (e-fold); what gets darker is bright again within a breath, or stays. Shares of what is darker are given for an eighth of a second, and are no larger for longer.
 */
const pace = { steadyMs: 4000, leastLooks: 16, restlessMs: 24_800, absorbMs: 125, breathMs: 5000 } as const;

/** `blocked` and `held`, given later, are bytes of the same kernels, as is the frame. */
export function createReferencePicture(width: number, height: number, kernels: ImageKernels): ReferencePicture {
  const grids: ReferenceGrids = {
    background: kernels.grid(width, height),
    raw: kernels.grid(width, height),
    difference: kernels.grid(width, height),
    evidence: kernels.grid(width, height),
    /** The largest difference each place has shown by itself, slowly forgotten: diaphragm, skin line, bowel gas. */
    restless: kernels.grid(width, height),
    valid: kernels.bytes(width * height),
    age: kernels.bytes(width * height),
  };
  const { background, raw, difference, evidence, restless, valid, age } = grids;
  const spared = kernels.bytes(width * height);
  const excursions = createExcursions(width * height);
  const depth = kernels.bytes((width >> 1) * (height >> 1));
  const scratch = new Float32Array(2 * sampleCount);
  const places = new Int32Array(2 * sampleCount);
  /** Where cement or balloon was in the frame before. */
  const taken = new Uint8Array(width * height);
  let sigma = 0.02;
  let rawSigma = 0.03;
  let turn = 0;
  let learnt = 0;
  let learntMs = 0;
  let box: Region = { x0: 0, y0: 0, x1: width, y1: height };

  /** Places of a sparse, even set of the region that may be judged, the calmer half of them: what breathes and cement that has come are no noise. */
  function sampled(blocked: Uint8Array): Int32Array {
    const step = Math.max(1, Math.floor(Math.sqrt(((box.x1 - box.x0) * (box.y1 - box.y0)) / sampleCount)));
    let count = 0;
    for (let y = box.y0; y < box.y1; y += step) {
      for (let x = box.x0; x < box.x1 && count < places.length; x += step) {
        const at = y * width + x;
        if (valid[at] === 0 || blocked[at] !== 0 || taken[at] !== 0) continue;
        scratch[count] = restless.data[at] ?? 0;
        places[count++] = at;
      }
    }
    const calm = quantileInPlace(scratch, count, calmShare);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const at = places[i] as number;
      if ((restless.data[at] as number) <= calm) places[kept++] = at;
    }
    return places.subarray(0, kept);
  }

  const medianOver = (at: Int32Array, values: Float32Array): number => {
    for (let i = 0; i < at.length; i++) scratch[i] = values[at[i] as number] as number;
    return quantileInPlace(scratch, at.length, 0.5);
  };

  const medianSizeOver = (at: Int32Array, values: Float32Array): number => {
    for (let i = 0; i < at.length; i++) scratch[i] = Math.abs(values[at[i] as number] as number);
    return quantileInPlace(scratch, at.length, 0.5);
  };

  /** Takes off the change of brightness of the whole region and measures what noise is left. */
  function centre(calm: Int32Array): void {
    const offset = medianOver(calm, raw.data);
    kernels.centre(grids, box, offset);
    rawSigma = Math.max(0.004, medianSizeOver(calm, raw.data) / 0.6745);
  }

  function measureSigma(calm: Int32Array): void {
    sigma = Math.max(0.002, medianSizeOver(calm, difference.data) / 0.6745);
  }

  /** What gets darker is learnt when it has got bright again, or has stayed for a breath. */
  function spareExcursions(blocked: Uint8Array, { calm, mostRestless }: { readonly calm: number; readonly mostRestless: number }, intervalMs: number): void {
    const mostFrames = Math.min(255, Math.ceil(pace.breathMs / Math.max(1, intervalMs)));
    excursions.frame({ difference: difference.data, restless: restless.data, blocked, spared }, box, width, { calm, mostRestless, mostFrames });
  }

  return {
    difference,
    evidence,
    background,
    age,
    get sigma() {
      return sigma;
    },
    compare(fine, field, shift, blocked, region, leastNepers) {
      box = region;
      depth.set(field.depth);
      kernels.warpAndSubtract(fine, grids, blocked, depth, box, shift, leastDepth);
      const calm = sampled(blocked);
      centre(calm);
      const inner = { x0: box.x0 + 2, y0: box.y0 + 2, x1: box.x1 - 2, y1: box.y1 - 2 };
      // What motion and restlessness may make is only ever taken off: where too little is left anyway it need not be known.
      kernels.smooth(grids, inner, leastNepers, 0.25 * tolerance.shiftPx, tolerance.restlessness);
      measureSigma(calm);
    },
    learn(blocked, held, absorb, intervalMs, patient) {
      // Once the reference is settled, every other row a frame is enough.
      turn = 1 - turn;
      const settled = learnt > 16;
      learnt++;
      const rowStep = settled ? 2 : 1;
      const sinceLookMs = rowStep * intervalMs;
      const rates = {
        limit: 2.5 * rawSigma,
        calm: 2.5 * sigma,
        usual: Math.min(1 / pace.leastLooks, sinceLookMs / pace.steadyMs),
        absorb: 1 - (1 - absorb) ** Math.min(1, intervalMs / pace.absorbMs),
        mostRestless: tolerance.mostRestless,
        keep: Math.exp(-sinceLookMs / pace.restlessMs),
      };
      taken.set(held);
      spared.set(held);
      learntMs += intervalMs;
      // Before a whole breath has been seen nothing is known of what breathes: what gets darker then teaches it at once.
      if (patient && learntMs > pace.breathMs) spareExcursions(blocked, rates, intervalMs);
      else excursions.reset();
      kernels.learn(grids, blocked, spared, settled ? { ...box, y0: box.y0 + turn } : box, rowStep, rates);
    },
    reset() {
      age.fill(0);
      taken.fill(0);
      excursions.reset();
      learnt = 0;
      learntMs = 0;
      background.data.fill(0);
      grids.restless.data.fill(0);
      difference.data.fill(0);
      evidence.data.fill(0);
    },
  };
}
