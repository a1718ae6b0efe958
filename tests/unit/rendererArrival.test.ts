import { describe, expect, test } from 'vitest';
import { arrivalRamp, boundingBox, createArrivalMap, polygonLookup, rasterPolygon } from '../../renderer/viewport/arrival.ts';
import { encodeRunLengths } from '../../src/base/runLength.ts';

const maskOf = (rows: readonly string[]) =>
  encodeRunLengths(
    Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0)),
    rows.length,
    rows[0]?.length ?? 0,
  );

const small = maskOf(['......', '..##..', '......', '......']);
const grown = maskOf(['......', '.####.', '..##..', '......']);

describe('the arrival map', () => {
  test('keeps for each pixel the time cement was first seen there', () => {
    const arrival = createArrivalMap();
    arrival.add(small, 100);
    arrival.add(grown, 200);
    expect(arrival.at(2, 1)).toBe(100);
    expect(arrival.at(1, 1)).toBe(200);
    expect(arrival.at(0, 0)).toBeNull();
  });

  test('keeps the time of a pixel that flickers out of the mask and back', () => {
    const arrival = createArrivalMap();
    arrival.add(grown, 100);
    arrival.add(small, 200);
    arrival.add(grown, 300);
    expect(arrival.at(1, 1)).toBe(100);
  });

  test('forgets what came later after a jump back in a record', () => {
    const arrival = createArrivalMap();
    arrival.add(small, 100);
    arrival.add(grown, 200);
    arrival.add(small, 150);
    expect(arrival.at(1, 1)).toBeNull();
    expect(arrival.at(2, 1)).toBe(100);
  });

  test('starts anew when the frames change their size', () => {
    const arrival = createArrivalMap();
    arrival.add(small, 100);
    arrival.add(maskOf(['#.', '..']), 200);
    expect(arrival.at(0, 0)).toBe(200);
  });

  test('paints only the box around the cement, first arrivals in the first colour and last in the last', () => {
    const arrival = createArrivalMap();
    arrival.add(small, 100);
    arrival.add(grown, 200);
    const picture = arrival.paint(grown, null);
    expect(picture?.box).toEqual({ x0: 1, y0: 1, x1: 5, y1: 3 });
    const words = new Uint32Array(picture?.rgba.buffer ?? new ArrayBuffer(0));
    expect(words[1]).toBe(arrivalRamp[0]);
    expect(words[0]).toBe(arrivalRamp.at(-1));
    expect(words[4]).toBe(0);
  });

  test('shows cement outside the body in another colour than any arrival', () => {
    const arrival = createArrivalMap();
    arrival.add(small, 0);
    const words = new Uint32Array(arrival.paint(small, (x) => x === 3)?.rgba.buffer ?? new ArrayBuffer(0));
    expect(arrivalRamp).not.toContain(words[1]);
    expect(arrivalRamp).toContain(words[0]);
  });

  test('has nothing to paint without cement', () => {
    expect(createArrivalMap().paint(maskOf(['..', '..']), null)).toBeNull();
    expect(boundingBox(maskOf(['..', '..']))).toBeNull();
  });
});

test('a polygon holds the pixels whose centres are inside it', () => {
  const raster = rasterPolygon(
    [
      [0.5, 0.5],
      [3.5, 0.5],
      [3.5, 2.5],
      [0.5, 2.5],
    ],
    4,
    5,
  );
  expect([...raster]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
});

test('a polygon is looked up in the matrix of the frame, also after that has changed', () => {
  const square = [
    [0.5, 0.5],
    [2.5, 0.5],
    [2.5, 2.5],
    [0.5, 2.5],
  ] as const;
  const inside = polygonLookup(square);
  const small = inside(4, 4);
  expect(inside(4, 4)).toBe(small);
  // As many pixels, in rows of another length: the same places of the list are other pixels.
  expect([...inside(2, 8)]).toEqual([...rasterPolygon(square, 2, 8)]);
  expect([...inside(4, 4)]).toEqual([...small]);
});
