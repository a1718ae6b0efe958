import { describe, expect, it } from 'vitest';
import { type CavityInput, createCavityWatch } from '../../src/guidance/cement/cavity.ts';
import { createRegionBuffers, darkRegions, ellipseLikeness } from '../../src/guidance/cement/regions.ts';
import { createGrid } from '../../src/guidance/image/grid.ts';
import { decide } from '../../src/guidance/needle/rest.ts';
import type { NeedleTrack } from '../../src/guidance/needle/track.ts';

const size = 160;
type Shape = (x: number, y: number) => boolean;

/** How round a shape looks of which a shaft hides a part. */
function likenessOf(shape: Shape, hides: Shape): number {
  const difference = createGrid(size, size);
  const blocked = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      difference.data[y * size + x] = shape(x, y) ? 0.5 : 0;
      blocked[y * size + x] = hides(x, y) ? 1 : 0;
    }
  }
  const buffers = createRegionBuffers(size * size);
  const regions = darkRegions(difference, blocked, { x0: 0, y0: 0, x1: size, y1: size }, 0.1, 0.2, 20, buffers);
  return ellipseLikeness(regions, size, buffers.labels, blocked);
}

const balloon: Shape = (x, y) => ((x - 80) / 42) ** 2 + ((y - 80) / 26) ** 2 <= 1;
/** Three lobes that meet in the middle. */
const cement: Shape = (x, y) =>
  [
    [62, 70],
    [98, 68],
    [80, 100],
  ].some(([cx = 0, cy = 0]) => (x - cx) ** 2 + (y - cy) ** 2 <= 22 ** 2);
const nothing: Shape = () => false;
const bar =
  (offset: number, turned: number): Shape =>
  (x, y) =>
    Math.abs((x - 80) * Math.sin(turned) + (y - 80) * Math.cos(turned) - offset) < 7;

describe('how round a region is', () => {
  it.each([
    { where: 'none', hides: nothing },
    { where: 'one through its middle', hides: bar(0, 0.4) },
    { where: 'one across it that parts it', hides: bar(6, 1.4) },
    { where: 'one along its rim', hides: bar(18, 0.1) },
    { where: 'two', hides: (x: number, y: number) => bar(4, 0.3)(x, y) || bar(-8, 1.2)(x, y) },
  ])('of a balloon is at least 0.95, shafts that hide a part of it: $where', ({ hides }) => {
    expect(likenessOf(balloon, hides)).toBeGreaterThan(0.95);
  });

  it.each([
    { where: 'none', hides: nothing },
    { where: 'one through its middle', hides: bar(0, 0.4) },
    { where: 'one along its rim', hides: bar(18, 0.1) },
  ])('of cement in lobes is below 0.9, shafts that hide a part of it: $where', ({ hides }) => {
    expect(likenessOf(cement, hides)).toBeLessThan(0.9);
  });
});

const nothingThere: CavityInput = { areaMm2: 0, mass: 0, likeness: 0, markerMass: 0, clarity: 0, atRest: true };
const markers = (mass: number): CavityInput => ({ areaMm2: 6, mass, likeness: 0.7, markerMass: mass, clarity: 4, atRest: true });
const filling = (mass: number, likeness: number): CavityInput => ({ areaMm2: 20 * mass, mass, likeness, markerMass: 0, clarity: 5, atRest: true });

describe('what fills the cavity', () => {
  /** Markers, a balloon that grows, is let down and gone. */
  function afterBalloon() {
    const watch = createCavityWatch();
    for (const input of [nothingThere, markers(3), markers(3), filling(8, 0.97), filling(14, 0.98), filling(18, 0.98), filling(4, 0.9)]) watch.frame(input);
    return watch;
  }

  it('is cement though a trace at the end of the needle looks like a small marker', () => {
    const watch = afterBalloon();
    for (let i = 0; i < 3; i++) watch.frame(markers(0.8));
    const states = [2, 4, 7, 10, 14].map((mass) => watch.frame(filling(mass, 0.86)));
    expect(states.at(-1)).toBe('cement');
  });

  it('is a balloon again when its markers are there as before', () => {
    const watch = afterBalloon();
    for (let i = 0; i < 3; i++) watch.frame(markers(2.8));
    const states = [5, 8, 12, 16].map((mass) => watch.frame(filling(mass, 0.97)));
    expect(states).toEqual(['balloon', 'balloon', 'balloon', 'balloon']);
  });

  it('is cement though it was taken for a balloon, when it grows on frayed', () => {
    const watch = createCavityWatch();
    for (const input of [nothingThere, markers(2), markers(2)]) watch.frame(input);
    const states = [4, 6, 9, 12].map((mass) => watch.frame(filling(mass, 0.8)));
    expect(states.at(-1)).toBe('cement');
  });

  it('is no cement as long as the needle before it moves, and is told for what it is once it rests', () => {
    const frayed = [2, 4, 7, 10, 14, 18, 23, 29].map((mass) => filling(mass, 0.7));
    const watch = createCavityWatch();
    watch.frame(nothingThere);
    expect(frayed.slice(0, 5).map((input) => watch.frame({ ...input, atRest: false }))).not.toContain('cement');
    expect(
      frayed
        .slice(5)
        .map((input) => watch.frame(input))
        .at(-1),
    ).toBe('cement');
  });

  it('is a balloon already when its markers come in while the cannula before them still moves', () => {
    const watch = createCavityWatch();
    const states = [nothingThere, markers(3), markers(3)].map((input) => watch.frame({ ...input, atRest: false }));
    expect(states.at(-1)).toBe('balloon');
  });
});

describe('an end seen far behind the tip of an open cannula', () => {
  const track = { parked: true, strays: 5, opened: true, seenFrames: 20 } as NeedleTrack;
  const seen = { alongMm: -30, lastAlongMm: -30.2, speedMm: 0, hollow: true, styletOut: false, clear: true, hidden: false };

  it('is believed after six frames when the shaft has left its place', () => {
    expect(decide(track, { ...seen, stands: false })).toMatchObject({ alongMm: -30, measured: true });
  });

  it('is not believed as long as the shaft stands there: another needle crosses it', () => {
    expect(decide(track, { ...seen, stands: true })).toMatchObject({ alongMm: 0, parked: true, measured: false });
  });
});
