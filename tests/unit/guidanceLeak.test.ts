import { describe, expect, it } from 'vitest';
import { createLeakWatch, type LeakInput } from '../../src/guidance/cement/leak.ts';

const size = 100;
const mmPerFinePx = 0.25;
/** The drawn body ends at column 40; everything to the right of it is outside, and behind the wall where there is one. */
const drawnEnd = 40;
const beyondDrawn = (at: number): number => ((at % size) - drawnEnd) * mmPerFinePx;
const mapOf = (distanceMm: (at: number) => number): Float32Array => Float32Array.from({ length: size * size }, (_, at) => distanceMm(at));

/** Cement over 6 mm of height that reaches `reachMm` beyond the drawn outline. */
function cementTo(reachMm: number, more: Partial<LeakInput> = {}): LeakInput {
  const x1 = drawnEnd + Math.round(reachMm / mmPerFinePx);
  const mask = new Uint8Array(size * size);
  for (let y = 40; y < 64; y++) mask.fill(1, y * size + 20, y * size + x1);
  const zones = {
    box: { x0: 0, y0: 0, x1: size, y1: size },
    outlineMm: mapOf(beyondDrawn),
    wallMm: null,
    depthMm: 0,
    centre: [20, 50] as const,
    outline: [],
    wall: null,
  };
  const extent = { x0: 20, y0: 40, x1, y1: 64 };
  return { zones, onBone: null, edgeMm: null, mask, extent, width: size, mmPerFinePx, factor: 2, scaleKnown: true, moving: [], unsettled: false, ...more };
}

/** The bone's own edge is seen so far outside of what was drawn, mm. */
const edgeAt = (outsideMm: number) => ({ edgeMm: mapOf((at) => beyondDrawn(at) - outsideMm) });
const isLeak = (input: LeakInput): boolean => createLeakWatch().frame(input).leak;

describe('leak of cement', () => {
  it('is told 2 mm outside of a drawn outline, which may be as wrong as that, where no edge of the bone is seen', () => {
    expect(isLeak(cementTo(1.75))).toBe(false);
    expect(isLeak(cementTo(3))).toBe(true);
  });

  it('is told from the bone’s own edge on where that is seen: sooner when the outline was drawn too wide', () => {
    expect(isLeak(cementTo(0.5, edgeAt(-1.5)))).toBe(true);
  });

  it('is not told of cement that is still inside the bone’s own edge when the outline was drawn too narrow', () => {
    expect(isLeak(cementTo(3, edgeAt(2.25)))).toBe(false);
    expect(isLeak(cementTo(4.25, edgeAt(2.25)))).toBe(true);
  });

  it('is told from where the outline lies on the bone, when that is known, and never inside of what was drawn', () => {
    const onBone = (outsideMm: number): Partial<LeakInput> => {
      const { zones } = cementTo(0);
      return { onBone: zones && { ...zones, outlineMm: mapOf((at) => beyondDrawn(at) - outsideMm) } };
    };
    expect(isLeak(cementTo(3, onBone(2)))).toBe(false);
    expect(isLeak(cementTo(5, onBone(2)))).toBe(true);
    expect(isLeak(cementTo(1, onBone(-2)))).toBe(true);
    expect(isLeak(cementTo(0, onBone(-4)))).toBe(false);
  });

  it('is not judged while the patient starts, and stays said once it was', () => {
    const watch = createLeakWatch();
    expect(watch.frame(cementTo(4, { unsettled: true })).leak).toBe(false);
    expect(watch.frame(cementTo(4)).leak).toBe(true);
    expect(watch.frame(cementTo(0)).leak).toBe(true);
  });
});
