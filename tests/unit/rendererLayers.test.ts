import { describe, expect, test } from 'vitest';
import { allHidden, anyShown, defaultLayers, withLayer } from '../../renderer/viewport/layers.ts';
import { nearestOnPlan, posteriorQuarter } from '../../renderer/viewport/planShapes.ts';

describe('layers', () => {
  test('each has a switch and an opacity that never makes it vanish unsaid', () => {
    const next = withLayer(defaultLayers, 'cement', { opacity: 0 });
    expect(next.cement).toEqual({ shown: true, opacity: 0.1 });
    expect(next.plan).toBe(defaultLayers.plan);
  });

  test('all can be hidden with their opacities kept', () => {
    const hidden = allHidden(withLayer(defaultLayers, 'needle', { opacity: 0.5 }));
    expect(anyShown(hidden)).toBe(false);
    expect(hidden.needle.opacity).toBe(0.5);
  });
});

describe('shapes of the plan', () => {
  const vertebralBody = [
    [0, 0],
    [40, 0],
    [40, 30],
    [0, 30],
  ] as const;

  test('the posterior quarter lies before the wall, a quarter of the depth of the body', () => {
    const posteriorWall = [
      [40, 0],
      [40, 30],
    ] as const;
    const plan = { vertebralBody: [...vertebralBody], posteriorWall: [...posteriorWall] };
    expect(posteriorQuarter(plan)).toEqual([
      [40, 0],
      [40, 30],
      [30, 30],
      [30, 0],
    ]);
    expect(posteriorQuarter({ ...plan, posteriorWall: [...posteriorWall].reverse() })?.slice(2)).toEqual([
      [30, 0],
      [30, 30],
    ]);
  });

  test('there is none without a wall or a body', () => {
    expect(posteriorQuarter({ vertebralBody: [...vertebralBody] })).toBeNull();
  });

  test('of two planned lines the nearer one counts', () => {
    const plan = {
      trajectories: [
        { entry: [0, 0] as const, target: [100, 0] as const },
        { entry: [0, 50] as const, target: [100, 50] as const },
      ],
    };
    expect(nearestOnPlan([30, 40], plan)).toEqual([30, 50]);
    expect(nearestOnPlan([30, 40], null)).toBeNull();
  });
});
