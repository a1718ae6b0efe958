import { expect, test } from 'vitest';
import { asideAndAlong, type BullsEye, bullsEyeOf, bullsEyeWords } from '../../renderer/live/bullsEye.ts';

const line = { entry: [100, 100], target: [200, 100] } as const;

test('a tip below a line that runs to the right is to its right, halfway along', () => {
  expect(asideAndAlong([150, 110], line)).toEqual({ asidePx: 10, progress: 0.5 });
  expect(asideAndAlong([150, 90], line)).toEqual({ asidePx: -10, progress: 0.5 });
});

test('progress goes on past the target and a line without length says nothing', () => {
  expect(asideAndAlong([250, 100], line)?.progress).toBe(1.5);
  expect(asideAndAlong([1, 1], { entry: [5, 5], target: [5, 5] })).toBeNull();
});

test('without frames there is no bull’s eye', () => {
  expect(bullsEyeOf({ a: null, b: null }, null)).toBeNull();
});

test('in words, a plane that does not show the tip is not known; it is never 0.0 mm', () => {
  const inA: BullsEye = { a: { plane: 'a', aside: { value: 1.24, unit: 'mm' }, progress: 0.5 }, b: null, reach: 3, unit: 'mm', progress: 0.5 };
  expect(bullsEyeWords(inA)).toBe('Tip off the planned line: 1.2 mm in plane A, not known in plane B');
  const inBoth: BullsEye = { ...inA, b: { plane: 'b', aside: { value: -0.5, unit: 'mm' }, progress: 0.4 } };
  expect(bullsEyeWords(inBoth)).toBe('Tip off the planned line: 1.2 mm in plane A, −0.5 mm in plane B');
});
