import { describe, expect, it } from 'vitest';
import { createRegionBuffers, darkRegions, partsBeyond } from '../../src/guidance/cement/regions.ts';
import { isPartOfMore } from '../../src/guidance/cement/surroundings.ts';
import { createGrid } from '../../src/guidance/image/grid.ts';

const size = 200;
const box = { x0: 10, y0: 10, x1: 190, y1: 190 };
const [low, high] = [0.09, 0.15];

function picture(darknessAt: (x: number, y: number) => number) {
  const difference = createGrid(size, size);
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) difference.data[y * size + x] = darknessAt(x, y);
  const buffers = createRegionBuffers(size * size);
  const blocked = new Uint8Array(size * size);
  return { difference, buffers, blocked, regions: darkRegions(difference, blocked, box, low, high, 10, buffers) };
}

const partOfMore = ({ difference, buffers, regions }: ReturnType<typeof picture>): boolean[] =>
  regions.map((region) => isPartOfMore(region, { labels: buffers.labels, difference, box, isTaken: () => false, leastNepers: 0.3 * low, mostPx: 80 }));

describe('what a dark place belongs to', () => {
  it('is itself when it ends where it ends, as cement does', () => {
    expect(partOfMore(picture((x, y) => (Math.hypot(x - 100, y - 100) < 10 ? 0.2 : 0)))).toEqual([false]);
  });

  it('is a diaphragm when a fainter band goes on from it to the rim, or farther than new cement reaches', () => {
    const band = (toX: number) => picture((x, y) => (Math.abs(y - 100) > 6 || x < 50 || x > toX ? 0 : Math.abs(x - 100) < 12 ? 0.2 : 0.085));
    expect(partOfMore(band(200))).toEqual([true]);
    expect(partOfMore(band(150))).toEqual([true]);
    expect(partOfMore(band(115))).toEqual([false]);
  });
});

describe('parts of dark regions beyond a base', () => {
  it('are connected pieces with labels of their own; the base keeps its label', () => {
    const { difference, buffers, blocked, regions } = picture((x, y) => (Math.abs(y - 100) < 5 && Math.abs(x - 100) < 30 ? 0.2 : 0));
    const isBase = (at: number): boolean => Math.abs((at % size) - 100) < 10;
    const parts = partsBeyond(regions, isBase, difference, blocked, box, low, high, buffers);
    expect(parts).toHaveLength(2);
    expect(new Set(parts.map(({ label }) => label)).size).toBe(2);
    expect(buffers.labels[100 * size + 100]).toBe(regions[0]?.label);
    expect(parts.map(({ centreX }) => Math.floor(centreX)).sort((p, q) => p - q)).toEqual([80, 119]);
  });
});
