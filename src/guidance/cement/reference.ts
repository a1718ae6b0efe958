import type { VisibleField } from '../image/field.ts';
import { createGrid, type Grid, quantileInPlace } from '../image/grid.ts';

/** The picture without cement, in the coordinates of the bone, and how the present frame differs from it. */
export interface ReferencePicture {
  /** Smoothed difference present − reference, nepers; positive = darker now. Zero where nothing can be said. */
  readonly difference: Grid;
  /** Its standard deviation where nothing happens. */
  readonly sigma: number;
  /** Looks at one frame; `shift` in fine pixels: bone point b appears at b + shift. */
  compare(fine: Grid, field: VisibleField, shift: readonly [number, number], blocked: Uint8Array): void;
  /** Learns from the frame just compared: everything, but what is blocked or held. */
  learn(blocked: Uint8Array, held: Uint8Array, absorb: number): void;
  reset(): void;
}

const sampleCount = 4000;

export function createReferencePicture(width: number, height: number): ReferencePicture {
  const background = createGrid(width, height);
  const age = new Uint8Array(width * height);
  const raw = createGrid(width, height);
  const difference = createGrid(width, height);
  const rows = createGrid(width, height);
  const valid = new Uint8Array(width * height);
  const scratch = new Float32Array(sampleCount);
  let sigma = 0.02;
  let rawSigma = 0.03;

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
    for (let y = 0; y < height; y++) {
      const yy = y + iy;
      const row = y * width;
      if (yy < 0 || yy >= height - 1) {
        valid.fill(0, row, row + width);
        raw.data.fill(0, row, row + width);
        continue;
      }
      const from = yy * width;
      const fieldRow = (yy >> 1) * fieldWidth;
      for (let x = 0; x < width; x++) {
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

  /** Takes off the change of brightness of the whole picture and measures what noise is left. */
  function centre(blocked: Uint8Array): void {
    const step = Math.max(1, Math.floor((width * height) / sampleCount) | 1);
    let count = 0;
    for (let at = 0; at < raw.data.length && count < sampleCount; at += step) {
      if (valid[at] !== 0 && blocked[at] === 0) scratch[count++] = raw.data[at] ?? 0;
    }
    const offset = quantileInPlace(scratch, count, 0.5);
    if (Math.abs(offset) > 1e-6) for (let at = 0; at < raw.data.length; at++) if (valid[at] !== 0) raw.data[at] = (raw.data[at] ?? 0) - offset;
    for (let i = 0; i < count; i++) scratch[i] = Math.abs((scratch[i] ?? 0) - offset);
    rawSigma = Math.max(0.004, quantileInPlace(scratch, count, 0.5) / 0.6745);
  }

  /** 3×3 means of the raw difference. */
  function smooth(): void {
    const source = raw.data;
    for (let y = 0; y < height; y++) {
      const row = y * width;
      for (let x = 1; x < width - 1; x++) rows.data[row + x] = (source[row + x - 1] ?? 0) + (source[row + x] ?? 0) + (source[row + x + 1] ?? 0);
    }
    const horizontal = rows.data;
    for (let y = 1; y < height - 1; y++) {
      const row = y * width;
      for (let x = 1; x < width - 1; x++) {
        const at = row + x;
        difference.data[at] = ((horizontal[at - width] ?? 0) + (horizontal[at] ?? 0) + (horizontal[at + width] ?? 0)) / 9;
      }
    }
  }

  function measureSigma(blocked: Uint8Array): void {
    const step = Math.max(1, Math.floor((width * height) / sampleCount) | 1);
    let count = 0;
    for (let at = 0; at < difference.data.length && count < sampleCount; at += step) {
      if (valid[at] !== 0 && blocked[at] === 0) scratch[count++] = Math.abs(difference.data[at] ?? 0);
    }
    sigma = Math.max(0.002, quantileInPlace(scratch, count, 0.5) / 0.6745);
  }

  return {
    difference,
    get sigma() {
      return sigma;
    },
    compare(fine, field, shift, blocked) {
      warpAndSubtract(fine, field, shift, blocked);
      centre(blocked);
      smooth();
      measureSigma(blocked);
    },
    learn(blocked, held, absorb) {
      const limit = 2.5 * rawSigma;
      for (let at = 0; at < raw.data.length; at++) {
        if (valid[at] === 0 || blocked[at] !== 0 || held[at] !== 0) continue;
        const seen = age[at] ?? 0;
        const d = raw.data[at] ?? 0;
        let share = 0;
        if (d < -limit) share = 0.6;
        else if (d <= limit) share = seen < 12 ? 1 / (seen + 1) : 1 / 16;
        else share = absorb;
        background.data[at] = (background.data[at] ?? 0) + share * d;
        if (seen < 12) age[at] = seen + 1;
      }
    },
    reset() {
      age.fill(0);
      background.data.fill(0);
    },
  };
}
