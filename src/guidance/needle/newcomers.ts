import type { FoundBar } from './detect.ts';
import type { NeedleContext } from './track.ts';

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
export const liesOnPlan = (bar: FoundBar, context: NeedleContext): boolean =>
  plannedLines(bar, context).some(({ acrossMm, turnedDeg }) => acrossMm < rules.plannedAcrossMm && turnedDeg < rules.plannedAngleDeg);

/** A planned line, and how the bar lies to it. */
interface PlannedLine {
  /** From entry to target, unit length. */
  readonly direction: readonly [number, number];
  /** Of the bar's middle. */
  readonly acrossMm: number;
  readonly turnedDeg: number;
}

function plannedLines(bar: FoundBar, { plan, shift, pyramid, scale }: NeedleContext): readonly PlannedLine[] {
  const [x, y] = middleOf(bar, pyramid.factor);
  return (plan?.trajectories ?? []).flatMap(({ entry, target }) => {
    const length = Math.hypot(target[0] - entry[0], target[1] - entry[1]);
    if (length < 1) return [];
    const direction: readonly [number, number] = [(target[0] - entry[0]) / length, (target[1] - entry[1]) / length];
    const [px, py] = [x - shift[0] - target[0], y - shift[1] - target[1]];
    const acrossMm = Math.abs(px * -direction[1] + py * direction[0]) * scale.mmPerPx;
    return [{ direction, acrossMm, turnedDeg: degreesBetween(direction, barDirection(bar)) }];
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
    const [x, y] = pointOn(bar, along, context.pyramid.factor);
    return Math.hypot(x - columns / 2, y - rows / 2);
  };
  return fromMiddle(bar.shaft.to) < fromMiddle(bar.shaft.from);
}

/** A point of the bar's axis, full pixels. */
const pointOn = ({ shaft }: FoundBar, along: number, factor: number): readonly [number, number] => [
  factor * (shaft.x + shaft.dx * along),
  factor * (shaft.y + shaft.dy * along),
];

export const middleOf = (bar: FoundBar, factor: number): readonly [number, number] => pointOn(bar, 0.5 * (bar.shaft.from + bar.shaft.to), factor);

/** The direction of the planned line that fits a bar best (a degree counts as half a millimetre): of two needles each has a way of its own. Null without a plan. */
function nearestPlannedLine(bar: FoundBar, context: NeedleContext): readonly [number, number] | null {
  const misfit = ({ acrossMm, turnedDeg }: PlannedLine): number => acrossMm + 0.5 * turnedDeg;
  return plannedLines(bar, context).toSorted((p, q) => misfit(p) - misfit(q))[0]?.direction ?? null;
}
