import { expect, test } from 'vitest';
import { isComplete, type Measure, measured, withMoved, withPoint } from '../../renderer/viewport/measure.ts';

const points = (kind: Measure['kind'], ...list: [number, number][]): readonly Measure[] =>
  list.reduce<readonly Measure[]>((measures, point) => withPoint(measures, 'a', kind, point), []);

test('a length is in millimetres only where something says how large a pixel is', () => {
  const [length] = points('length', [0, 0], [30, 40]);
  expect(length && measured(length, 0.2)).toEqual({ value: 10, unit: 'mm' });
  expect(length && measured(length, null)).toEqual({ value: 50, unit: 'px' });
});

test('an angle has its vertex in the second point and needs no scale', () => {
  const [angle] = points('angle', [10, 0], [0, 0], [0, 7]);
  const result = angle && measured(angle, null);
  expect(result?.unit).toBe('°');
  expect(result?.value).toBeCloseTo(90, 9);
});

test('a third click begins the next length; one left unfinished in another plane is given up', () => {
  const measures = points('length', [0, 0], [1, 1], [5, 5]);
  expect(measures.map(isComplete)).toEqual([true, false]);
  expect(withPoint(measures, 'b', 'angle', [2, 2]).map(({ plane, kind }) => `${plane} ${kind}`)).toEqual(['a length', 'b angle']);
});

test('a point is moved without touching the others', () => {
  const [moved] = withMoved(points('length', [0, 0], [3, 4]), 0, 1, [6, 8]);
  expect(moved?.points).toEqual([
    [0, 0],
    [6, 8],
  ]);
});
