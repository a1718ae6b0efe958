import { describe, expect, it } from 'vitest';
import { createExcursions } from '../../src/guidance/cement/excursions.ts';

const [width, height] = [8, 8];
const box = { x0: 0, y0: 0, x1: width, y1: height };
const limits = { calm: 0.05, mostRestless: 0.3, mostFrames: 6 };
const at = 3 * width + 4;

/** Shows one place these differences, frame by frame; gives how restless it is and whether it was spared from learning after each. */
function shown(differences: readonly number[]): { readonly restless: number; readonly spared: boolean }[] {
  const excursions = createExcursions(width * height);
  const restless = new Float32Array(width * height);
  return differences.map((value) => {
    const difference = new Float32Array(width * height);
    difference[at] = value;
    const spared = new Uint8Array(width * height);
    excursions.frame({ difference, restless, blocked: new Uint8Array(width * height), spared }, box, width, limits);
    return { restless: restless[at] ?? Number.NaN, spared: spared[at] === 1 };
  });
}

describe('excursions of a place', () => {
  it('make it restless by as much as they reached, but only once it is bright again', () => {
    const seen = shown([0, 0.1, 0.2, 0.1, 0.01]);
    expect(seen.map(({ spared }) => spared)).toEqual([false, true, true, true, false]);
    expect(seen.slice(0, 4).every(({ restless }) => restless === 0)).toBe(true);
    expect(seen[4]?.restless).toBeCloseTo(0.15);
  });

  it('never make it restless when they only grow, as a leak does', () => {
    expect(shown([0.06, 0.07, 0.09, 0.12, 0.15]).at(-1)).toEqual({ restless: 0, spared: true });
  });

  it('are learnt as background when they last longer than a breath', () => {
    expect(shown(Array.from({ length: 8 }, () => 0.1)).map(({ spared }) => spared)).toEqual([true, true, true, true, true, true, false, false]);
  });
});
