import { expect, test } from 'vitest';
import { isComplete, type Measure, measured, placedPoints, withMoved, withPoint } from '../../renderer/viewport/measure.ts';

const points = (kind: Measure['kind'], ...list: [number, number][]): readonly Measure[] =>
  list.reduce<readonly Measure[]>((measures, point) => withPoint(measures, 'live/a', kind, point), []);

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

test('a third click begins the next length; one left unfinished in another picture is given up', () => {
  const measures = points('length', [0, 0], [1, 1], [5, 5]);
  expect(measures.map(isComplete)).toEqual([true, false]);
  expect(withPoint(measures, 'live/b', 'angle', [2, 2]).map(({ picture, kind }) => `${picture} ${kind}`)).toEqual(['live/a length', 'live/b angle']);
  expect(withPoint(measures, 'review/a', 'length', [2, 2]).map(({ picture }) => picture)).toEqual(['live/a', 'review/a']);
});

test('a point is moved without touching the others', () => {
  const [moved] = withMoved(points('length', [0, 0], [3, 4]), 0, 1, [6, 8]);
  expect(moved?.points).toEqual([
    [0, 0],
    [6, 8],
  ]);
});

test('what a key lays is complete, about the middle, and not on top of the one before', () => {
  expect(placedPoints('length', [1000, 800], 0)).toEqual([
    [380, 400],
    [620, 400],
  ]);
  expect(placedPoints('length', [1000, 800], 1).map(([, y]) => Math.round(y))).toEqual([448, 448]);
  const angle: Measure = { picture: 'live/a', kind: 'angle', points: placedPoints('angle', [1000, 1000], 4) };
  expect(isComplete(angle)).toBe(true);
  expect(measured(angle, null)?.value).toBeCloseTo(90, 9);
});
