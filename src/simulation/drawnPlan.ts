import { type Random, seededRandom } from '../base/random.ts';
import type { ImagePoint, Plan, PlaneId, PlanePlan } from '../sample/index.ts';
import type { NeedleScript } from './scenario.ts';
import { bodySurface, fromLocal, posteriorWall, type Vertebra } from './spine.ts';
import type { PatientMm } from './vector.ts';
import { project, type View, type ViewSetting, viewOf } from './view.ts';

/** Standard deviation of one drawn point, mm at the isocentre. */
const handErrorMm = 0.6;

const rounded = (value: number): number => Math.round(value * 10) / 10;

function byHand(view: View, random: Random): (point: ImagePoint) => ImagePoint {
  const sigmaPx = handErrorMm / view.mmPerPxAtIsocentre;
  return ([x, y]) => [rounded(x + sigmaPx * random.gaussian()), rounded(y + sigmaPx * random.gaussian())];
}

/** The silhouette of the vertebral body: the farthest projected surface point in each of `sectors` directions from the middle. */
export function bodyOutlinePx(view: View, vertebra: Vertebra, sectors: number): readonly ImagePoint[] {
  const points = bodySurface(vertebra).map((local) => project(view, fromLocal(vertebra, local)));
  const cx = points.reduce((sum, p) => sum + p[0], 0) / points.length;
  const cy = points.reduce((sum, p) => sum + p[1], 0) / points.length;
  const farthest = new Array<{ r: number; point: ImagePoint } | undefined>(sectors).fill(undefined);
  for (const point of points) {
    const angle = Math.atan2(point[1] - cy, point[0] - cx);
    const sector = Math.floor(((angle + Math.PI) / (2 * Math.PI)) * sectors) % sectors;
    const r = Math.hypot(point[0] - cx, point[1] - cy);
    if (r > (farthest[sector]?.r ?? 0)) farthest[sector] = { r, point };
  }
  return farthest.flatMap((one) => (one === undefined ? [] : [one.point]));
}

/** The posterior wall as a lateral view shows it, bottom to top. */
export const posteriorWallPx = (view: View, vertebra: Vertebra): readonly ImagePoint[] =>
  posteriorWall(vertebra).map((local: PatientMm) => project(view, fromLocal(vertebra, local)));

/** Looks across the patient rather than along front and back. */
export const isLateral = (setting: ViewSetting): boolean => Math.abs(Math.sin((setting.primaryAngleDeg * Math.PI) / 180)) > 0.9;

function planePlan(setting: ViewSetting, look: 'detector' | 'video', treated: Vertebra, needles: readonly NeedleScript[], random: Random): PlanePlan {
  const view = viewOf(setting);
  const draw = byHand(view, random);
  const outline = bodyOutlinePx(view, treated, 26).map(draw);
  const trajectories = needles.map((needle) => ({
    side: needle.side,
    entry: draw(project(view, needle.plannedEntryPatientMm)),
    target: draw(project(view, needle.plannedTargetPatientMm)),
  }));
  const wall = isLateral(setting) ? { posteriorWall: posteriorWallPx(view, treated).map(draw) } : {};
  // Video says nothing of its scale: the operator calibrates on something of known size, within a few percent.
  const calibration = look === 'video' ? { calibration: { mmPerPx: Math.round(view.mmPerPxAtIsocentre * (1 + 0.02 * random.gaussian()) * 1e4) / 1e4 } } : {};
  return { ...(trajectories.length > 0 ? { trajectories } : {}), vertebralBody: outline, ...wall, ...calibration };
}

/** What an operator would draw on the first frame of each plane: the truth with about a millimetre of human error. */
export function drawnPlan(of: {
  readonly views: Readonly<Record<PlaneId, ViewSetting>>;
  readonly look: 'detector' | 'video';
  readonly treated: Vertebra;
  readonly needles: readonly NeedleScript[];
  readonly procedure: 'vertebroplasty' | 'kyphoplasty';
  readonly seed: number;
}): Plan {
  const random = seededRandom(of.seed);
  const first = of.needles[0];
  return {
    version: 1,
    level: of.treated.level,
    procedure: of.procedure,
    ...(first === undefined ? {} : { needle: { gauge: first.gauge, outerDiameterMm: first.outerDiameterMm } }),
    planes: { a: planePlan(of.views.a, of.look, of.treated, of.needles, random), b: planePlan(of.views.b, of.look, of.treated, of.needles, random) },
    limits: { pressureKpa: 2758, balloonVolumeMl: 4, cementVolumeMl: 6 },
  };
}
