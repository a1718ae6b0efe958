import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compiledKernels, kernelsFile } from '../../packaging/kernels.ts';
import { seededRandom } from '../../src/base/random.ts';
import { createImageKernels, type ImageKernels, type ReferenceGrids } from '../../src/guidance/kernels/imageKernels.ts';

const [width, height] = [45, 33];
const size = width * height;
const box = { x0: 3, y0: 2, x1: 40, y1: 30 };

function pictures(seed: number): {
  kernels: ImageKernels;
  grids: ReferenceGrids;
  blocked: Uint8Array;
  held: Uint8Array;
  depth: Uint8Array;
  next: () => number;
} {
  const next = seededRandom(seed).next;
  const kernels = createImageKernels(400_000);
  const grid = () => {
    const made = kernels.grid(width, height);
    made.data.forEach((_, i) => {
      made.data[i] = 4 * next() - 0.5;
    });
    return made;
  };
  const bytes = (count: number, of: () => number) => {
    const made = kernels.bytes(count);
    made.forEach((_, i) => {
      made[i] = of();
    });
    return made;
  };
  const rarely = () => (next() < 0.1 ? 1 : 0);
  const grids = {
    background: grid(),
    raw: grid(),
    difference: grid(),
    evidence: grid(),
    restless: grid(),
    valid: bytes(size, () => 1 - rarely()),
    age: bytes(size, () => Math.floor(15 * next())),
  };
  const depth = bytes((width >> 1) * (height >> 1), () => Math.floor(20 * next()));
  return { kernels, grids, blocked: bytes(size, rarely), held: bytes(size, rarely), depth, next };
}

const value = (data: ArrayLike<number>, at: number): number => data[at] ?? Number.NaN;
const copyOf = ({ background, raw, difference, evidence, restless, valid, age }: ReferenceGrids) => ({
  background: background.data.slice(),
  raw: raw.data.slice(),
  difference: difference.data.slice(),
  evidence: evidence.data.slice(),
  restless: restless.data.slice(),
  valid: valid.slice(),
  age: age.slice(),
});
const places = ({ x0, y0, x1, y1 }: typeof box, step = 1): readonly (readonly [x: number, y: number, at: number])[] => {
  const all: [number, number, number][] = [];
  for (let y = y0; y < y1; y += step) for (let x = x0; x < x1; x++) all.push([x, y, y * width + x]);
  return all;
};

/** All that a kernel left behind against what a plain loop leaves: outside of the box nothing may have changed. */
function expectAlike(grids: ReferenceGrids, wanted: ReturnType<typeof copyOf>): void {
  for (const [name, made] of Object.entries(copyOf(grids))) {
    const other = wanted[name as keyof typeof wanted];
    const off = Array.from(made).findIndex((here, at) => !(Math.abs(here - value(other, at)) < 1e-5));
    expect(off < 0 ? name : `${name} at ${off}: ${value(made, off)} for ${value(other, off)}`).toBe(name);
  }
}

test('the compiled kernels in the repository are those of their source, to the byte', async () => {
  expect(readFileSync(kernelsFile, 'utf8')).toBe(await compiledKernels());
});

test('2 × 2 means of stored values lie on the straight line, values above the largest count as that (seed 1)', () => {
  const { kernels, next } = pictures(1);
  const columns = 2 * width + 1;
  const pixels = kernels.words(columns * 2 * height).map(() => Math.floor(65_536 * next()));
  const strip = kernels.words(columns * 2 * height);
  strip.set(pixels);
  const target = kernels.grid(width, height);
  const line = { base: 5, slope: -5 / 50_000, largest: 50_000 };
  kernels.shrinkByTwo(strip, columns, line, target, 4, height - 4);
  for (const [x, y, at] of places({ x0: 0, y0: 4, x1: width, y1: height })) {
    const four = [0, 1, columns, columns + 1].map((by) => Math.min(50_000, value(pixels, 2 * (y - 4) * columns + 2 * x + by)));
    expect(target.data[at]).toBeCloseTo(5 - (5 / 50_000 / 4) * four.reduce((sum, v) => sum + v, 0), 4);
  }
  expect(target.data.subarray(0, 4 * width).every((v) => v === 0)).toBe(true);
});

test('halving takes the means of 2 × 2 and leaves odd last rows and columns out (seed 2)', () => {
  const { kernels, grids } = pictures(2);
  const target = kernels.grid(width >> 1, height >> 1);
  kernels.halve(grids.raw, target);
  for (let y = 0; y < target.height; y++)
    for (let x = 0; x < target.width; x++) {
      const at = 2 * y * width + 2 * x;
      const four = [at, at + 1, at + width, at + width + 1].map((place) => value(grids.raw.data, place));
      expect(target.data[y * target.width + x]).toBeCloseTo(four.reduce((sum, v) => sum + v, 0) / 4, 5);
    }
});

test.each([
  [0.3, 0.6],
  [-5.25, 3.5],
  [7.75, -4.5],
  [-40, 20],
] as const)('the frame moved by %d, %d less the background: only in the field and the picture, what is new begins there (seed 3)', (shiftX, shiftY) => {
  const { kernels, grids, blocked, depth } = pictures(3);
  const frame = kernels.grid(width, height);
  frame.data.set(grids.evidence.data);
  const wanted = copyOf(grids);
  const [ix, iy] = [Math.floor(shiftX), Math.floor(shiftY)];
  const [fx, fy] = [shiftX - ix, shiftY - iy];
  for (const [x, y, at] of places(box)) {
    const [xx, yy] = [x + ix, y + iy];
    const inside = xx >= 0 && yy >= 0 && xx < width - 1 && yy < height - 1;
    const seen = inside && value(depth, (yy >> 1) * (width >> 1) + (xx >> 1)) >= 4;
    wanted.valid[at] = seen ? 1 : 0;
    wanted.raw[at] = 0;
    if (!seen) continue;
    const p = yy * width + xx;
    const [a, b, c, d] = [p, p + 1, p + width, p + width + 1].map((place) => value(frame.data, place)) as [number, number, number, number];
    const moved = a * (1 - fx) * (1 - fy) + b * fx * (1 - fy) + c * (1 - fx) * fy + d * fx * fy;
    if (wanted.age[at] === 0) {
      wanted.background[at] = moved;
      wanted.age[at] = blocked[at] === 0 ? 1 : 0;
    } else wanted.raw[at] = moved - value(wanted.background, at);
  }
  kernels.warpAndSubtract(frame, grids, blocked, depth, box, [shiftX, shiftY], 4);
  expectAlike(grids, wanted);
});

test('a change of brightness is taken off where the difference is valid (seed 4)', () => {
  const { kernels, grids } = pictures(4);
  const wanted = copyOf(grids);
  for (const [, , at] of places(box)) if (grids.valid[at] !== 0) wanted.raw[at] = value(wanted.raw, at) - 0.7;
  kernels.centre(grids, box, 0.7);
  expectAlike(grids, wanted);
});

test('3 × 3 means, and the evidence that slopes and restlessness leave of those that matter (seed 5)', () => {
  const { kernels, grids } = pictures(5);
  const wanted = copyOf(grids);
  for (const [, , at] of places(box)) {
    let sum = 0;
    for (const row of [-width, 0, width]) for (const side of [-1, 0, 1]) sum += value(grids.raw.data, at + row + side);
    const slope =
      Math.abs(value(grids.background.data, at + 2) - value(grids.background.data, at - 2)) +
      Math.abs(value(grids.background.data, at + 2 * width) - value(grids.background.data, at - 2 * width));
    wanted.difference[at] = sum / 9;
    wanted.evidence[at] = sum / 9 - (sum / 9 < 1.5 ? 0 : 0.2 * slope + 1.1 * value(grids.restless.data, at));
  }
  kernels.smooth(grids, box, 1.5, 0.2, 1.1);
  expectAlike(grids, wanted);
});

test.each([1, 2])('the background learns what is neither blocked nor held, every row of %d: young places by their mean, dark ones slowly (seed 6)', (step) => {
  const { kernels, grids, blocked, held } = pictures(6);
  const wanted = copyOf(grids);
  const rates = { limit: 0.8, calm: 0.3, mostRestless: 2, usual: 0.04, absorb: 0.15, keep: 0.97 };
  for (const [, , at] of places(box, step)) {
    if (grids.valid[at] === 0 || blocked[at] !== 0 || held[at] !== 0) continue;
    const seen = value(wanted.age, at);
    const d = value(wanted.raw, at);
    const share = d < -rates.limit ? 0.6 : d > rates.limit ? rates.absorb : seen < 12 ? 1 / (seen + 1) : rates.usual;
    wanted.background[at] = value(wanted.background, at) + share * d;
    const unrest = Math.min(rates.mostRestless, Math.abs(value(wanted.difference, at)) - rates.calm);
    wanted.restless[at] = Math.max(seen < 2 ? 0 : unrest, rates.keep * value(wanted.restless, at));
    if (seen < 12) wanted.age[at] = seen + 1;
  }
  kernels.learn(grids, blocked, held, box, step, rates);
  expectAlike(grids, wanted);
});

test('gradients are those of Sobel over eight; they have no size outside of the field (seed 7)', () => {
  const { kernels, grids, next } = pictures(7);
  const depth = kernels.bytes(size);
  for (let at = 0; at < size; at++) depth[at] = Math.floor(8 * next());
  const [gx, gy, length] = [kernels.grid(width, height), kernels.grid(width, height), kernels.grid(width, height)];
  kernels.gradients(grids.raw, depth, gx, gy, length, 3);
  const of = (at: number) => value(grids.raw.data, at);
  for (const [, , at] of places({ x0: 1, y0: 1, x1: width - 1, y1: height - 1 })) {
    const [n, s] = [at - width, at + width];
    const dx = (of(n + 1) + of(s + 1) - of(n - 1) - of(s - 1) + 2 * (of(at + 1) - of(at - 1))) / 8;
    const dy = (of(s - 1) + of(s + 1) - of(n - 1) - of(n + 1) + 2 * (of(s) - of(n))) / 8;
    expect(gx.data[at]).toBeCloseTo(dx, 4);
    expect(gy.data[at]).toBeCloseTo(dy, 4);
    expect(length.data[at]).toBeCloseTo(value(depth, at) >= 3 ? Math.hypot(dx, dy) : 0, 4);
  }
});

test('pictures of another memory are refused', () => {
  const { kernels, grids } = pictures(8);
  expect(() => createImageKernels(100_000).halve(grids.raw, kernels.grid(width >> 1, height >> 1))).toThrow('another memory');
  expect(() => createImageKernels(100_000).grid(1000, 1000)).toThrow('too small');
});
