import type { ImagePoint, PlanePlan } from '../../src/sample/index.ts';

/**
 * The strip of the vertebral body in which cement is to stop: from the posterior wall a quarter of the body's depth forward. The
 * depth is measured across the line through the wall's ends, as guidance does it. Null without a body or a wall.
 */
export function posteriorQuarter({ vertebralBody, posteriorWall }: PlanePlan): readonly ImagePoint[] | null {
  const [first, last] = [posteriorWall?.[0], posteriorWall?.at(-1)];
  if (!vertebralBody || !posteriorWall || !first || !last) return null;
  const length = Math.hypot(last[0] - first[0], last[1] - first[1]);
  if (length === 0) return null;
  const across: ImagePoint = [-(last[1] - first[1]) / length, (last[0] - first[0]) / length];
  const signed = ([x, y]: ImagePoint) => (x - first[0]) * across[0] + (y - first[1]) * across[1];
  const distances = vertebralBody.map(signed);
  const [least, most] = [Math.min(...distances), Math.max(...distances)];
  const quarter = (Math.abs(most) > Math.abs(least) ? most : least) / 4;
  const forward = posteriorWall.map(([x, y]): ImagePoint => [x + across[0] * quarter, y + across[1] * quarter]);
  return [...posteriorWall, ...forward.reverse()];
}

/** The planned line nearest to a tip and its foot there; null without a line. */
export function nearestOnPlan(tip: ImagePoint, plan: PlanePlan | null): ImagePoint | null {
  let best: { readonly foot: ImagePoint; readonly distance: number } | null = null;
  for (const { entry, target } of plan?.trajectories ?? []) {
    const [dx, dy] = [target[0] - entry[0], target[1] - entry[1]];
    const square = dx * dx + dy * dy;
    if (square === 0) continue;
    const share = ((tip[0] - entry[0]) * dx + (tip[1] - entry[1]) * dy) / square;
    const foot: ImagePoint = [entry[0] + share * dx, entry[1] + share * dy];
    const distance = Math.hypot(tip[0] - foot[0], tip[1] - foot[1]);
    if (!best || distance < best.distance) best = { foot, distance };
  }
  return best?.foot ?? null;
}
