import type { ImagePoint, Plan, PlaneId, PlanePlan } from '../../src/sample/index.ts';

/** What is being drawn. */
export type PlanPart = 'trajectory' | 'body' | 'wall';

/** A trajectory under construction: no point, the entry, or entry and target. */
export interface DraftTrajectory {
  readonly side?: 'left' | 'right';
  readonly points: readonly ImagePoint[];
}

/** One plane of a plan while it is drawn: every part may be unfinished. */
export interface DraftPlane {
  readonly trajectories: readonly DraftTrajectory[];
  readonly body: readonly ImagePoint[];
  readonly wall: readonly ImagePoint[];
  readonly mmPerPx: number | null;
}

export interface PlanDraft {
  readonly base: Plan;
  readonly planes: Readonly<Record<PlaneId, DraftPlane>>;
}

/** Which point: the `index`th of a part; trajectories count entry and target, then those of the next. */
export interface PointRef {
  readonly part: PlanPart;
  readonly index: number;
}

const maxTrajectories = 8;
const maxOutlinePoints = 500;
const pointsPerTrajectory = 2;

const draftPlane = (plan: PlanePlan | undefined): DraftPlane => ({
  trajectories: (plan?.trajectories ?? []).map(({ side, entry, target }) => ({ ...(side && { side }), points: [entry, target] })),
  body: plan?.vertebralBody ?? [],
  wall: plan?.posteriorWall ?? [],
  mmPerPx: plan?.calibration?.mmPerPx ?? null,
});

export const draftOf = (plan: Plan): PlanDraft => ({ base: plan, planes: { a: draftPlane(plan.planes.a), b: draftPlane(plan.planes.b) } });

export const withPlane = (draft: PlanDraft, plane: PlaneId, change: Partial<DraftPlane>): PlanDraft => ({
  ...draft,
  planes: { ...draft.planes, [plane]: { ...draft.planes[plane], ...change } },
});

function addTrajectoryPoint(trajectories: readonly DraftTrajectory[], point: ImagePoint): readonly DraftTrajectory[] {
  const last = trajectories.at(-1);
  if (last && last.points.length < pointsPerTrajectory) return [...trajectories.slice(0, -1), { ...last, points: [...last.points, point] }];
  return trajectories.length < maxTrajectories ? [...trajectories, { points: [point] }] : trajectories;
}

/** The next point of the part that is being drawn. */
export function addPoint(draft: PlanDraft, plane: PlaneId, part: PlanPart, point: ImagePoint): PlanDraft {
  const { trajectories, [part === 'trajectory' ? 'body' : part]: outline } = draft.planes[plane];
  if (part === 'trajectory') return withPlane(draft, plane, { trajectories: addTrajectoryPoint(trajectories, point) });
  return outline.length < maxOutlinePoints ? withPlane(draft, plane, { [part]: [...outline, point] }) : draft;
}

/** Replaces one point, or takes it away when `to` is null. An entry takes its target with it: neither means anything alone. */
export function setPoint(draft: PlanDraft, plane: PlaneId, { part, index }: PointRef, to: ImagePoint | null): PlanDraft {
  const { trajectories, body, wall } = draft.planes[plane];
  if (part !== 'trajectory') {
    const outline = part === 'body' ? body : wall;
    return withPlane(draft, plane, { [part]: to ? outline.map((point, i) => (i === index ? to : point)) : outline.filter((_, i) => i !== index) });
  }
  const which = Math.floor(index / pointsPerTrajectory);
  const within = index % pointsPerTrajectory;
  const changed = trajectories.flatMap((trajectory, i): DraftTrajectory[] => {
    if (i !== which) return [trajectory];
    if (to) return [{ ...trajectory, points: trajectory.points.map((point, k) => (k === within ? to : point)) }];
    return within === 0 ? [] : [{ ...trajectory, points: trajectory.points.slice(0, 1) }];
  });
  return withPlane(draft, plane, { trajectories: changed });
}

export const clearPart = (draft: PlanDraft, part: PlanPart): PlanDraft =>
  (['a', 'b'] as const).reduce((next, plane) => withPlane(next, plane, part === 'trajectory' ? { trajectories: [] } : { [part]: [] }), draft);

/** Every point of a plane with what it is, in the order of the tab key. */
export function pointsOf(plane: DraftPlane): readonly { readonly ref: PointRef; readonly point: ImagePoint }[] {
  const outline = (part: 'body' | 'wall') => plane[part].map((point, index) => ({ ref: { part, index }, point }));
  const trajectory = plane.trajectories.flatMap(({ points }, i) =>
    points.map((point, k) => ({ ref: { part: 'trajectory' as const, index: i * pointsPerTrajectory + k }, point })),
  );
  return [...trajectory, ...outline('body'), ...outline('wall')];
}

/** Nothing half-drawn: outlines have enough points, trajectories both ends. */
export const isComplete = (draft: PlanDraft): boolean =>
  Object.values(draft.planes).every(
    ({ trajectories, body, wall }) =>
      body.length !== 1 && body.length !== 2 && wall.length !== 1 && trajectories.every(({ points }) => points.length === pointsPerTrajectory),
  );

const round = ([x, y]: ImagePoint): ImagePoint => [Math.round(x * 100) / 100, Math.round(y * 100) / 100];

function planPlane({ trajectories, body, wall, mmPerPx }: DraftPlane): PlanePlan {
  const whole = trajectories.flatMap(({ side, points: [entry, target] }) =>
    entry && target ? [{ ...(side && { side }), entry: round(entry), target: round(target) }] : [],
  );
  return {
    ...(whole.length > 0 && { trajectories: whole }),
    ...(body.length > 0 && { vertebralBody: body.map(round) }),
    ...(wall.length > 0 && { posteriorWall: wall.map(round) }),
    ...(mmPerPx !== null && { calibration: { mmPerPx } }),
  };
}

/** The plan to be recorded; everything of the plan before that is not drawn stays. Points to a hundredth of a pixel. */
export function planOf(draft: PlanDraft): Plan {
  const planes = { a: planPlane(draft.planes.a), b: planPlane(draft.planes.b) };
  return {
    ...draft.base,
    planes: { ...(Object.keys(planes.a).length > 0 && { a: planes.a }), ...(Object.keys(planes.b).length > 0 && { b: planes.b }) },
  };
}
