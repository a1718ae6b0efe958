import { expect, test } from 'vitest';
import { asideAndAlong, bullsEyeOf } from '../../renderer/live/bullsEye.ts';

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
