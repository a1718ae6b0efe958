import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRunLengths, encodeRunLengths } from '../../src/base/runLength.ts';
import { type ArrivalMap, maskOfRuns, withArrivals } from '../../src/guidance/cement/arrival.ts';

const rows = 12;
const columns = 15;
const seed = 20_261;

const maskOf = (on: (x: number, y: number) => boolean) =>
  encodeRunLengths(
    Uint8Array.from({ length: rows * columns }, (_, i) => Number(on(i % columns, Math.floor(i / columns)))),
    rows,
    columns,
  );

describe('arrival of cement', () => {
  it('is the first time at each place, in bands, and stays when a place leaves the mask', () => {
    let map: ArrivalMap | null = null;
    map = withArrivals(
      map,
      maskOf((x, y) => x === 5 && y < 4),
      100,
      [0, 0],
    );
    map = withArrivals(
      map,
      maskOf((x, y) => (x === 5 || x === 6) && y < 2),
      900,
      [0, 0],
    );
    map = withArrivals(
      map,
      maskOf((x, y) => x > 4 && x < 9 && y < 2),
      2500,
      [0, 0],
    );
    expect(map.bands.map(({ fromMs }) => fromMs)).toEqual([0, 2000]);
    const [first, second] = map.bands.map(({ runs }) => decodeRunLengths(maskOfRuns(runs, [rows, columns])));
    expect(first?.reduce((sum, on) => sum + on, 0)).toBe(6);
    expect(second?.reduce((sum, on) => sum + on, 0)).toBe(4);
    expect(
      withArrivals(
        map,
        maskOf((x, y) => x === 7 && y === 1),
        9000,
        [0, 0],
      ),
    ).toBe(map);
  });

  it('moves with the bone: what only moved did not arrive again', () => {
    const before = withArrivals(
      null,
      maskOf((x, y) => x > 4 && x < 9 && y > 3 && y < 7),
      0,
      [0, 0],
    );
    const moved = maskOf((x, y) => x > 6 && x < 11 && y > 2 && y < 6);
    expect(withArrivals(before, moved, 5000, [2, -1])).toBe(before);
  });

  it(`says for any masks what a plain map of first times says (seed ${seed})`, () => {
    const frame = fc.record({
      bits: fc.uint8Array({ minLength: rows * columns, maxLength: rows * columns, max: 1 }),
      dx: fc.integer({ min: -3, max: 3 }),
      dy: fc.integer({ min: -3, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), (frames) => {
        const plain = new Int16Array(rows * columns).fill(-1);
        let map: ArrivalMap | null = null;
        frames.forEach(({ bits, dx, dy }, band) => {
          map = withArrivals(map, encodeRunLengths(bits, rows, columns), band * 1000, [dx, dy]);
          bits.forEach((on, i) => {
            const x = (i % columns) - dx;
            const y = Math.floor(i / columns) - dy;
            if (on !== 0 && x >= 0 && y >= 0 && x < columns && y < rows && plain[y * columns + x] === -1) plain[y * columns + x] = band;
          });
        });
        const found = new Int16Array(rows * columns).fill(-1);
        for (const { fromMs, runs } of (map as ArrivalMap | null)?.bands ?? []) for (const [from, to] of runs) found.fill(fromMs / 1000, from, to);
        expect([...found]).toEqual([...plain]);
      }),
      { seed, numRuns: 150 },
    );
  });
});
