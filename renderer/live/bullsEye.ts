import type { PlaneObservation } from '../../src/guidance/observation.ts';
import { type ImagePoint, type Plan, type PlaneId, planeIds } from '../../src/sample/index.ts';
import { fixed } from '../app/format.ts';
import { text } from '../text.ts';
import type { GuidedLength, ShownGuidance } from './guidanceNumbers.ts';

/** Where the tip is against a planned line in one plane. */
export interface OnTrajectory {
  readonly plane: PlaneId;
  /** Signed: positive to the right of the line as one looks from entry to target in the picture. */
  readonly aside: GuidedLength;
  /** 0 at the entry, 1 at the target; beyond 1 past it. */
  readonly progress: number;
}

interface Line {
  readonly entry: ImagePoint;
  readonly target: ImagePoint;
}

/** Signed distance from the line and the way along it, in pixels. */
export function asideAndAlong(tip: ImagePoint, { entry, target }: Line): { readonly asidePx: number; readonly progress: number } | null {
  const [dx, dy] = [target[0] - entry[0], target[1] - entry[1]];
  const length = Math.hypot(dx, dy);
  if (length === 0) return null;
  const [px, py] = [tip[0] - entry[0], tip[1] - entry[1]];
  return { asidePx: (dx * py - dy * px) / length, progress: (dx * px + dy * py) / (length * length) };
}

function inPlane(plane: PlaneId, observation: PlaneObservation | null, plan: Plan | null): OnTrajectory | null {
  const needle = observation?.needle;
  const tip = needle?.needle?.tip;
  if (!needle || !tip) return null;
  const lines = plan?.planes[plane]?.trajectories ?? [];
  // With two needles planned, the one whose line the tip is nearest to.
  const nearest = lines.flatMap((line) => asideAndAlong(tip, line) ?? []).sort((p, q) => Math.abs(p.asidePx) - Math.abs(q.asidePx))[0];
  if (!nearest) return null;
  const { mmPerPx } = needle;
  const aside: GuidedLength = mmPerPx === null ? { value: nearest.asidePx, unit: 'px' } : { value: nearest.asidePx * mmPerPx, unit: 'mm' };
  return { plane, aside, progress: nearest.progress };
}

export interface BullsEye {
  readonly a: OnTrajectory | null;
  readonly b: OnTrajectory | null;
  /** Of the outermost ring, in the unit of the offsets. */
  readonly reach: number;
  readonly unit: 'mm' | 'px';
  /** The lesser of the planes: a foreshortened line looks reached too early. */
  readonly progress: number;
}

const reaches: Readonly<Record<'mm' | 'px', readonly number[]>> = { mm: [3, 6, 12, 24], px: [20, 40, 80, 160] };

/** The planned line seen end on: the centre is the line, the dot is the tip, one axis a plane. Null without a plan and a needle. */
export function bullsEyeOf(frames: ShownGuidance, plan: Plan | null): BullsEye | null {
  const a = inPlane('a', frames.a, plan);
  const b = inPlane('b', frames.b, plan);
  const both = [a, b].filter((each) => each !== null);
  const unit = both[0]?.aside.unit;
  // Two planes in different units have no common picture.
  if (!unit || both.some((each) => each.aside.unit !== unit)) return null;
  const most = Math.hypot(a?.aside.value ?? 0, b?.aside.value ?? 0);
  const reach = reaches[unit].find((each) => each >= most) ?? reaches[unit].at(-1) ?? 1;
  return { a, b, reach, unit, progress: Math.min(...both.map((each) => each.progress)) };
}

/** The bull's eye in words. Where a plane says nothing, that is said: the tip need not be on the line there. */
export function bullsEyeWords(eye: BullsEye): string {
  const words = text.trajectory;
  const inWords = (plane: PlaneId, seen: OnTrajectory | null) =>
    seen ? words.offIn(`${fixed(seen.aside.value, 1)} ${seen.aside.unit}`, plane.toUpperCase()) : words.unknownIn(plane.toUpperCase());
  return words.describe(planeIds.map((plane) => inWords(plane, eye[plane])));
}
