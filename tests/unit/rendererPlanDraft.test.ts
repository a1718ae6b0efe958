import { describe, expect, test } from 'vitest';
import { addPoint, clearPart, draftOf, isComplete, planOf, pointsOf, setPoint } from '../../renderer/plan/draft.ts';
import { emptyPlan, type Plan, planSchema } from '../../src/procedure/plan.ts';

const drawn: Plan = {
  version: 1,
  level: 'L1',
  needle: { gauge: 11 },
  planes: {
    a: { trajectories: [{ side: 'left', entry: [1, 2], target: [3, 4] }] },
    b: {
      vertebralBody: [
        [0, 0],
        [9, 0],
        [9, 9],
      ],
      posteriorWall: [
        [9, 0],
        [9, 9],
      ],
      calibration: { mmPerPx: 0.13 },
    },
  },
  limits: { cementVolumeMl: 6 },
};

describe('a plan being drawn', () => {
  test('gives back unchanged what was not touched', () => {
    expect(planOf(draftOf(drawn))).toEqual(drawn);
    expect(planOf(draftOf(emptyPlan))).toEqual(emptyPlan);
  });

  test('becomes a trajectory with two clicks, and a second one with two more', () => {
    const points = [
      [10, 10],
      [20, 20],
      [30, 30],
      [40, 40],
    ] as const;
    const draft = points.reduce((next, point) => addPoint(next, 'a', 'trajectory', point), draftOf(emptyPlan));
    expect(planOf(draft).planes.a?.trajectories).toEqual([
      { entry: [10, 10], target: [20, 20] },
      { entry: [30, 30], target: [40, 40] },
    ]);
    expect(planSchema.safeParse(planOf(draft)).success).toBe(true);
  });

  test('is not complete while a trajectory has no target or an outline too few points', () => {
    expect(isComplete(addPoint(draftOf(drawn), 'a', 'trajectory', [5, 5]))).toBe(false);
    expect(isComplete(addPoint(draftOf(emptyPlan), 'a', 'body', [5, 5]))).toBe(false);
    expect(isComplete(addPoint(draftOf(emptyPlan), 'b', 'wall', [5, 5]))).toBe(false);
    expect(isComplete(draftOf(drawn))).toBe(true);
  });

  test('moves one point and leaves the others', () => {
    const moved = setPoint(draftOf(drawn), 'b', { part: 'body', index: 1 }, [8, 1]);
    expect(moved.planes.b.body).toEqual([
      [0, 0],
      [8, 1],
      [9, 9],
    ]);
    expect(planOf(setPoint(draftOf(drawn), 'a', { part: 'trajectory', index: 1 }, [7.123456, 7])).planes.a?.trajectories?.[0]).toEqual({
      side: 'left',
      entry: [1, 2],
      target: [7.12, 7],
    });
  });

  test('takes a target away alone, and an entry with its target', () => {
    expect(setPoint(draftOf(drawn), 'a', { part: 'trajectory', index: 1 }, null).planes.a.trajectories[0]?.points).toEqual([[1, 2]]);
    expect(setPoint(draftOf(drawn), 'a', { part: 'trajectory', index: 0 }, null).planes.a.trajectories).toEqual([]);
  });

  test('offers every point to the keyboard', () => {
    expect(pointsOf(draftOf(drawn).planes.b)).toHaveLength(5);
    expect(pointsOf(clearPart(draftOf(drawn), 'body').planes.b)).toHaveLength(2);
  });
});
