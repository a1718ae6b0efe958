import { describe, expect, it } from 'vitest';
import { edgeLetters, isOfAnother, lengthOf, newLength, panned, wholeSlice, zoomed } from '../../renderer/reference/sliceView.ts';

const axial = { right: 'L', down: 'P', deeper: 'H' };

describe('a slice of a prior series', () => {
  it('says at its edges where it points, in all three cuts of an axial volume', () => {
    expect(edgeLetters(axial, 'stack')).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
    expect(edgeLetters(axial, 'coronal')).toEqual({ left: 'R', right: 'L', top: 'H', bottom: 'F' });
    expect(edgeLetters(axial, 'sagittal')).toEqual({ left: 'A', right: 'P', top: 'H', bottom: 'F' });
  });

  it('says nothing where the files do not', () => {
    expect(edgeLetters(null, 'stack')).toBeNull();
    expect(edgeLetters({ ...axial, deeper: null }, 'coronal')).toBeNull();
  });

  it('is never smaller than whole, and never leaves the view', () => {
    expect(zoomed(wholeSlice, -3)).toEqual(wholeSlice);
    const close = panned(zoomed(wholeSlice, 4), 9, -9);
    expect([close.panX, close.panY]).toEqual([close.zoom / 2, -close.zoom / 2]);
    expect(zoomed(close, -40)).toEqual(wholeSlice);
    expect(zoomed(wholeSlice, 400).zoom).toBe(16);
  });

  it('keeps its middle in the middle while it is enlarged', () => {
    const before = panned(zoomed(wholeSlice, 2), 0.3, 0);
    const after = zoomed(before, 2);
    expect(after.panX / after.zoom).toBeCloseTo(before.panX / before.zoom);
  });

  it('measures in millimetres by the size of its pixels, in pixels without', () => {
    const length = {
      ...newLength('stack', 3, { width: 30, height: 20 }),
      ends: [
        [0, 0],
        [3, 4],
      ] as const,
    };
    expect(lengthOf(length, [0.5, 1])).toEqual({ value: Math.hypot(1.5, 4), unit: 'mm' });
    expect(lengthOf(length, null)).toEqual({ value: 5, unit: 'px' });
  });

  it('is of another patient only where both say who they are', () => {
    expect(isOfAnother('P1', 'P2')).toBe(true);
    expect(isOfAnother('P1', 'P1')).toBe(false);
    expect(isOfAnother(null, 'P2')).toBe(false);
    expect(isOfAnother('P1', null)).toBe(false);
  });
});
