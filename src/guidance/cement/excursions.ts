import type { Region } from '../image/motion.ts';

/** What the picture before cement knows of a place, all of one size. */
export interface ExcursionGrids {
  /** Difference of this frame, nepers. */
  readonly difference: Float32Array;
  /** The largest difference that a place has shown by itself; raised here when an excursion is over. */
  readonly restless: Float32Array;
  /** Places of which nothing is seen (needles). */
  readonly blocked: Uint8Array;
  /** Places that the picture does not learn from in this frame; marked here. */
  readonly spared: Uint8Array;
}

export interface ExcursionLimits {
  /** From here on a place is darker than noise makes it, nepers. */
  readonly calm: number;
  readonly mostRestless: number;
  /** For so many frames it is waited whether it gets as bright again. */
  readonly mostFrames: number;
}

/**
 * A place that gets dark has been restless only when it gets bright again: what breathes does so within a breath, cement never. Learnt at once, a leak that
 * grows slowly would teach that its own place is restless, and never be believed.
 */
export interface Excursions {
  /** Spares what is on an excursion, and marks as restless what has come back from one. */
  frame(grids: ExcursionGrids, box: Region, width: number, limits: ExcursionLimits): void;
  reset(): void;
}

export function createExcursions(size: number): Excursions {
  const peak = new Float32Array(size);
  const frames = new Uint8Array(size);
  return {
    frame({ difference, restless, blocked, spared }, box, width, { calm, mostRestless, mostFrames }) {
      for (let y = box.y0; y < box.y1; y++) {
        for (let at = y * width + box.x0; at < y * width + box.x1; at++) {
          const value = difference[at] as number;
          const lasted = frames[at] as number;
          // Nearly all places are as ever.
          if (value <= calm && lasted === 0) continue;
          if (spared[at] !== 0 || blocked[at] !== 0) continue;
          if (value > calm) {
            if (lasted >= mostFrames) continue;
            frames[at] = lasted + 1;
            if (value > (peak[at] as number)) peak[at] = value;
            spared[at] = 1;
          } else if (lasted > 0) {
            const unrest = Math.min(mostRestless, (peak[at] as number) - calm);
            if (unrest > (restless[at] as number)) restless[at] = unrest;
            frames[at] = 0;
            peak[at] = 0;
          }
        }
      }
    },
    reset() {
      peak.fill(0);
      frames.fill(0);
    },
  };
}
