import type { VisibleField } from '../image/field.ts';
import { createGrid, type Grid, quantileInPlace } from '../image/grid.ts';
import type { Region } from '../image/motion.ts';

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
  /** Learns from the frame just compared: everything, but what is blocked or held. */
  learn(blocked: Uint8Array, held: Uint8Array, absorb: number): void;
  reset(): void;
}

const sampleCount = 2500;

/** How far bone edges may be misplaced after alignment, fine pixels, and how much of past restlessness to expect again. */
const tolerance = { shiftPx: 0.3, restlessness: 1.1, mostRestless: 0.3 } as const;

export function createReferencePicture(width: number, height: number): ReferencePicture {
  const background = createGrid(width, height);
  const age = new Uint8Array(width * height);
  const raw = createGrid(width, height);
  const difference = createGrid(width, height);
  const evidence = createGrid(width, height);
  const rows = createGrid(width, height);
  /** The largest difference each place has shown by itself, slowly forgotten: diaphragm, skin line, bowel gas. */
  const restless = new Float32Array(width * height);
  const valid = new Uint8Array(width * height);
  const scratch = new Float32Array(2 * sampleCount);
  let sigma = 0.02;
  let rawSigma = 0.03;
  let turn = 0;
  let learnt = 0;
  let box: Region = { x0: 0, y0: 0, x1: width, y1: height };

  function warpAndSubtract(fine: Grid, field: VisibleField, [shiftX, shiftY]: readonly [number, number], blocked: Uint8Array): void {
    const ix = Math.floor(shiftX);
    const iy = Math.floor(shiftY);
    const fx = shiftX - ix;
    const fy = shiftY - iy;
    const w00 = (1 - fx) * (1 - fy);
    const w10 = fx * (1 - fy);
    const w01 = (1 - fx) * fy;
    const w11 = fx * fy;
    const { data } = fine;
    const { depth, width: fieldWidth } = field;
    for (let y = box.y0; y < box.y1; y++) {
      const yy = y + iy;
      const row = y * width;
      if (yy < 0 || yy >= height - 1) {
        valid.fill(0, row + box.x0, row + box.x1);
        raw.data.fill(0, row + box.x0, row + box.x1);
        continue;
      }
      const from = yy * width;
      const fieldRow = (yy >> 1) * fieldWidth;
      for (let x = box.x0; x < box.x1; x++) {
        const xx = x + ix;
        const at = row + x;
        if (xx < 0 || xx >= width - 1 || (depth[fieldRow + (xx >> 1)] ?? 0) < 4) {
          valid[at] = 0;
          raw.data[at] = 0;
          continue;
        }
        const p = from + xx;
        const value = (data[p] ?? 0) * w00 + (data[p + 1] ?? 0) * w10 + (data[p + width] ?? 0) * w01 + (data[p + width + 1] ?? 0) * w11;
        valid[at] = 1;
        if (age[at] === 0) {
          background.data[at] = value;
          raw.data[at] = 0;
          // What stands under a needle is not known yet; it counts as seen once the needle has gone.
          age[at] = blocked[at] !== 0 ? 0 : 1;
        } else raw.data[at] = value - (background.data[at] ?? 0);
      }
    }
  }

  /** Visits a sparse, even set of the region's usable places. */
  function sampled(blocked: Uint8Array, visit: (at: number) => void): void {
    const step = Math.max(1, Math.floor(Math.sqrt(((box.x1 - box.x0) * (box.y1 - box.y0)) / sampleCount)));
    for (let y = box.y0; y < box.y1; y += step) {
      for (let x = box.x0; x < box.x1; x += step) {
        const at = y * width + x;
        if (valid[at] !== 0 && blocked[at] === 0) visit(at);
      }
    }
  }

  /** Takes off the change of brightness of the whole region and measures what noise is left. */
  function centre(blocked: Uint8Array): void {
    let count = 0;
    sampled(blocked, (at) => {
      if (count < scratch.length) scratch[count++] = raw.data[at] ?? 0;
    });
    const offset = quantileInPlace(scratch, count, 0.5);
    for (let y = box.y0; y < box.y1; y++) {
      for (let at = y * width + box.x0; at < y * width + box.x1; at++) if (valid[at] !== 0) raw.data[at] = (raw.data[at] ?? 0) - offset;
    }
    for (let i = 0; i < count; i++) scratch[i] = Math.abs((scratch[i] ?? 0) - offset);
    rawSigma = Math.max(0.004, quantileInPlace(scratch, count, 0.5) / 0.6745);
  }

  /** 3×3 means of the raw difference, and the evidence left after what a misplaced edge would make. */
  function smooth(leastNepers: number): void {
    const source = raw.data;
    const horizontal = rows.data;
    for (let y = box.y0; y < box.y1; y++) {
      const row = y * width;
      for (let at = row + box.x0 + 1; at < row + box.x1 - 1; at++) horizontal[at] = (source[at - 1] ?? 0) + (source[at] ?? 0) + (source[at + 1] ?? 0);
    }
    const back = background.data;
    for (let y = box.y0 + 2; y < box.y1 - 2; y++) {
      for (let at = y * width + box.x0 + 2; at < y * width + box.x1 - 2; at++) {
        const value = ((horizontal[at - width] ?? 0) + (horizontal[at] ?? 0) + (horizontal[at + width] ?? 0)) / 9;
        // What motion and restlessness may make is only ever taken off: where too little is left anyway it need not be known.
        if (value < leastNepers) {
          difference.data[at] = value;
          evidence.data[at] = value;
          continue;
        }
        const slope = Math.abs((back[at + 2] ?? 0) - (back[at - 2] ?? 0)) + Math.abs((back[at + 2 * width] ?? 0) - (back[at - 2 * width] ?? 0));
        difference.data[at] = value;
        evidence.data[at] = value - 0.25 * tolerance.shiftPx * slope - tolerance.restlessness * (restless[at] ?? 0);
      }
    }
  }

  function measureSigma(blocked: Uint8Array): void {
    let count = 0;
    sampled(blocked, (at) => {
      if (count < scratch.length) scratch[count++] = Math.abs(difference.data[at] ?? 0);
    });
    sigma = Math.max(0.002, quantileInPlace(scratch, count, 0.5) / 0.6745);
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
      warpAndSubtract(fine, field, shift, blocked);
      centre(blocked);
      smooth(leastNepers);
      measureSigma(blocked);
    },
    learn(blocked, held, absorb) {
      const limit = 2.5 * rawSigma;
      const calm = 2.5 * sigma;
      // Once the reference is settled, every other row a frame is enough.
      turn = 1 - turn;
      const settled = learnt > 16;
      learnt++;
      for (let y = box.y0 + (settled ? turn : 0); y < box.y1; y += settled ? 2 : 1) {
        for (let at = y * width + box.x0; at < y * width + box.x1; at++) {
          if (valid[at] === 0 || blocked[at] !== 0 || held[at] !== 0) continue;
          const seen = age[at] ?? 0;
          const d = raw.data[at] ?? 0;
          let share = absorb;
          if (d < -limit) share = 0.6;
          else if (d <= limit) share = seen < 12 ? 1 / (seen + 1) : 1 / 16;
          background.data[at] = (background.data[at] ?? 0) + share * d;
          const unrest = Math.min(tolerance.mostRestless, Math.abs(difference.data[at] ?? 0) - calm);
          restless[at] = Math.max(seen < 2 ? 0 : unrest, 0.98 * (restless[at] ?? 0));
          if (seen < 12) age[at] = seen + 1;
        }
      }
    },
    reset() {
      age.fill(0);
      learnt = 0;
      background.data.fill(0);
      restless.fill(0);
      difference.data.fill(0);
      evidence.data.fill(0);
    },
  };
}
