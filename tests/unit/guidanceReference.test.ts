import { describe, expect, it } from 'vitest';
import { createReferencePicture } from '../../src/guidance/cement/reference.ts';
import { createImageKernels } from '../../src/guidance/kernels/imageKernels.ts';

const size = 64;
const box = { x0: 0, y0: 0, x1: size, y1: size };
const middle = 32 * size + 32;

/** A grey picture, watched at one frame rate; `darkerBy` is what a patch in its middle stops more, nepers. */
function watching(intervalMs: number, patient = false) {
  const kernels = createImageKernels(48 * size * size + 128 * size);
  const reference = createReferencePicture(size, size, kernels);
  const fine = kernels.grid(size, size);
  const [blocked, held] = [kernels.bytes(size * size), kernels.bytes(size * size)];
  const field = { width: size / 2, height: size / 2, depth: new Uint8Array((size * size) / 4).fill(200), share: 1 };
  const look = (darkerBy: number): number => {
    fine.data.fill(1);
    for (let y = 26; y < 38; y++) fine.data.fill(1 + darkerBy, y * size + 26, y * size + 38);
    reference.compare(fine, field, [0, 0], blocked, box, 0.01);
    const evidence = reference.evidence.data[middle] ?? Number.NaN;
    reference.learn(blocked, held, 0.15, intervalMs, patient);
    return evidence;
  };
  const lookFor = (ms: number, darkerBy: (tMs: number) => number): void => {
    for (let tMs = 0; tMs < ms; tMs += intervalMs) look(darkerBy(tMs));
  };
  return { look, lookFor };
}

describe('the reference picture', () => {
  it('remembers for as long that a place is restless at 30 frames a second as at 4: half a minute of breath makes the next one no evidence', () => {
    const breath = (tMs: number): number => 0.12 * Math.max(0, Math.sin((2 * Math.PI * tMs) / 4000));
    const left = [33, 125, 250].map((intervalMs) => {
      const { look, lookFor } = watching(intervalMs);
      lookFor(30_000, breath);
      lookFor(3000, () => 0);
      return look(0.12);
    });
    for (const evidence of left) expect(evidence).toBeLessThan(0.07);
    expect(Math.max(...left) - Math.min(...left)).toBeLessThan(0.03);
  });

  it('takes what slowly becomes darker for background at the same pace at 30 frames a second as at 8', () => {
    const shown = [33, 125].map((intervalMs) => {
      const { look, lookFor } = watching(intervalMs);
      lookFor(8000, () => 0);
      lookFor(2000, (tMs) => (0.005 * tMs) / 1000);
      return look(0.01);
    });
    expect(shown[0]).toBeCloseTo(shown[1] ?? Number.NaN, 3);
    expect(shown[0]).toBeGreaterThan(0.005);
  });

  it('waits whether what gets darker gets bright again only when a breath has been seen: begun in the middle of one, it learns from that one', () => {
    const shown = [2000, 8000].map((knownMs) => {
      const { look, lookFor } = watching(125, true);
      lookFor(knownMs, () => 0);
      lookFor(1500, (tMs) => (0.12 * tMs) / 1500);
      return look(0.12);
    });
    expect(shown[0]).toBeLessThan(0.04);
    expect(shown[1]).toBeGreaterThan(0.1);
  });
});
