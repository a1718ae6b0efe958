import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clipPolyline, isOnPicture } from '../../native-bridge/export/dicom/clip.ts';

const [columns, rows] = [100, 60];

describe('an overlay that reaches beyond its picture', () => {
  test('one that lies on it stays as it is, also along an edge', () => {
    const line = [
      [0, 0],
      [50, 60],
      [100, 60],
    ] as const;
    expect(clipPolyline(line, columns, rows)).toEqual([line]);
  });

  test('is cut where it leaves, and begins again where it comes back', () => {
    const line = [
      [50, 30],
      [150, 30],
      [150, 50],
      [50, 50],
    ] as const;
    expect(clipPolyline(line, columns, rows)).toEqual([
      [
        [50, 30],
        [100, 30],
      ],
      [
        [100, 50],
        [50, 50],
      ],
    ]);
  });

  test('one that only passes by is not drawn', () => {
    expect(
      clipPolyline(
        [
          [-10, 20],
          [20, -40],
        ],
        columns,
        rows,
      ),
    ).toEqual([]);
  });

  const seed = 4;
  test(`no point is ever outside (seed ${seed})`, () => {
    const point = fc.tuple(fc.double({ min: -1e4, max: 1e4, noNaN: true }), fc.double({ min: -1e4, max: 1e4, noNaN: true }));
    fc.assert(
      fc.property(fc.array(point, { maxLength: 8 }), (points) => {
        for (const piece of clipPolyline(points, columns, rows)) {
          expect(piece.length).toBeGreaterThan(1);
          for (const corner of piece) expect(isOnPicture(corner, columns, rows)).toBe(true);
        }
      }),
      { seed },
    );
  });
});
