import type { FoundBar } from './detect.ts';
import type { NeedleContext } from './tracker.ts';

/** What a bar of no known needle has to show, millimetres and degrees. */
const rules = { freeLengthMm: 9, plannedLengthMm: 4, plannedAcrossMm: 8, plannedAngleDeg: 25 } as const;

export const degreesBetween = (a: readonly [number, number], b: readonly [number, number]): number =>
  (Math.acos(Math.min(1, Math.abs(a[0] * b[0] + a[1] * b[1]))) * 180) / Math.PI;

export const barDirection = (bar: FoundBar): readonly [number, number] => [bar.shaft.dx, bar.shaft.dy];
/**
 * Whether a bar that belongs to no needle yet may be one: it comes in from the border, or is long, or lies on a planned
 * trajectory (a needle seen nearly end-on is short).
 */
export function mayBeNew(bar: FoundBar, context: NeedleContext): boolean {
  if (bar.startsAtBorder || bar.endsAtBorder) return true;
  if (context.cementSeen) return false;
  if (bar.lengthMm >= rules.freeLengthMm) return true;
  return bar.lengthMm >= rules.plannedLengthMm && liesOnPlan(bar, context);
}

/** Whether a bar lies on a planned trajectory, as far as a hand is from it before it corrects. */
export function liesOnPlan(bar: FoundBar, { plan, shift, pyramid, scale }: NeedleContext): boolean {
  const middle = 0.5 * (bar.shaft.from + bar.shaft.to);
  const x = pyramid.factor * (bar.shaft.x + bar.shaft.dx * middle) - shift[0];
  const y = pyramid.factor * (bar.shaft.y + bar.shaft.dy * middle) - shift[1];
  return (plan?.trajectories ?? []).some(({ entry, target }) => {
    const length = Math.hypot(target[0] - entry[0], target[1] - entry[1]);
    if (length < 1) return false;
    const line: readonly [number, number] = [(target[0] - entry[0]) / length, (target[1] - entry[1]) / length];
    const across = Math.abs((x - target[0]) * -line[1] + (y - target[1]) * line[0]) * scale.mmPerPx;
    return across < rules.plannedAcrossMm && degreesBetween(line, barDirection(bar)) < rules.plannedAngleDeg;
  });
}

/**
 * Which end of a new bar is the tip: not the one at the border, else as on the planned line that it lies on, else the one nearer to the
 * middle. Null when both ends leave the field.
 */
export function forwardOfNew(bar: FoundBar, context: NeedleContext): boolean | null {
  if (bar.startsAtBorder && bar.endsAtBorder) return null;
  if (bar.startsAtBorder !== bar.endsAtBorder) return bar.startsAtBorder;
  const planned = nearestPlannedLine(bar, context);
  if (planned !== null) return planned[0] * bar.shaft.dx + planned[1] * bar.shaft.dy > 0;
  const { rows, columns } = context.frame.attributes;
  const fromMiddle = (along: number): number => {
    const [x, y] = pointOn(bar, along, context);
    return Math.hypot(x - columns / 2, y - rows / 2);
  };
  return fromMiddle(bar.shaft.to) < fromMiddle(bar.shaft.from);
}

/** A point of the bar's axis, full pixels. */
const pointOn = ({ shaft }: FoundBar, along: number, { pyramid }: NeedleContext): readonly [number, number] => [
  pyramid.factor * (shaft.x + shaft.dx * along),
  pyramid.factor * (shaft.y + shaft.dy * along),
];

/** The direction of the planned line that fits a bar best (a degree counts as half a millimetre): of two needles each has a way of its own. Null without a plan. */
function nearestPlannedLine(bar: FoundBar, context: NeedleContext): readonly [number, number] | null {
  const [x, y] = pointOn(bar, 0.5 * (bar.shaft.from + bar.shaft.to), context);
  const lines = (context.plan?.trajectories ?? []).flatMap(({ entry, target }) => {
    const length = Math.hypot(target[0] - entry[0], target[1] - entry[1]);
    if (length < 1) return [];
    const line: readonly [number, number] = [(target[0] - entry[0]) / length, (target[1] - entry[1]) / length];
    const [px, py] = [x - context.shift[0] - target[0], y - context.shift[1] - target[1]];
    const acrossMm = Math.abs(px * -line[1] + py * line[0]) * context.scale.mmPerPx;
    return [{ line, misfit: acrossMm + 0.5 * degreesBetween(line, barDirection(bar)) }];
  });
  return lines.sort((p, q) => p.misfit - q.misfit)[0]?.line ?? null;
}
