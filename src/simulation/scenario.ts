import { combineSeeds, seededRandom } from '../base/random.ts';
import { inputFault, ok, type Result } from '../base/result.ts';
import type { LeakSite, OperatorEvent, Plan, PlaneId } from '../sample/index.ts';
import { drawnPlan } from './drawnPlan.ts';
import type { Keyframe } from './keyframes.ts';
import { fromLocal, spineOf, treatedIndex, type Vertebra } from './spine.ts';
import { type Story, stories, storyNames } from './stories.ts';
import { add, cross, norm, type PatientMm, scale, subtract, unit } from './vector.ts';
import type { ViewSetting } from './view.ts';

/** A needle from the skin through a pedicle into the body, and what is done with it. */
export interface NeedleScript {
  readonly side: 'left' | 'right';
  readonly outerDiameterMm: number;
  readonly innerDiameterMm: number;
  readonly gauge: number;
  /** From the hub to the cannula's end. */
  readonly lengthMm: number;
  /** Where the path that is really taken meets bone, and where it points: about a millimetre off what was planned. */
  readonly entryPatientMm: PatientMm;
  readonly targetPatientMm: PatientMm;
  readonly plannedEntryPatientMm: PatientMm;
  readonly plannedTargetPatientMm: PatientMm;
  /** How far the stylet's point is (or would be) along the path, mm from the bone entry, negative outside. */
  readonly depthMm: readonly Keyframe[];
  readonly presentFromMs: number;
  readonly presentToMs: number;
  readonly styletOutAtMs: number;
  readonly cementInLumenAtMs: number | null;
}

export interface BalloonScript {
  /** Index of the needle it goes in through. */
  readonly needle: number;
  readonly inAtMs: number;
  readonly outAtMs: number;
  /** What the inflation device has delivered. */
  readonly volumeMl: readonly Keyframe[];
  readonly rupturesAtMs: number | null;
}

export interface CementScript {
  /** What has been delivered through each needle, in the order of the needles. */
  readonly volumeMl: readonly (readonly Keyframe[])[];
  readonly leak: { readonly site: LeakSite; readonly fromMl: number; readonly share: number } | null;
}

/** A whole simulated procedure as plain data: everything the virtual devices do follows from it and the time. */
export interface Scenario {
  readonly name: string;
  readonly seed: number;
  readonly durationMs: number;
  readonly procedure: 'vertebroplasty' | 'kyphoplasty';
  readonly views: Readonly<Record<PlaneId, ViewSetting>>;
  readonly look: 'detector' | 'video';
  readonly spine: readonly Vertebra[];
  readonly treated: Vertebra;
  readonly needles: readonly NeedleScript[];
  readonly balloon: BalloonScript | null;
  readonly cement: CementScript | null;
  readonly motion: {
    readonly breathingMm: PatientMm;
    readonly breathingPeriodMs: number;
    readonly breathingPhase: number;
    /** The patient starts: a quick shift that does not quite go back. */
    readonly jerks: readonly { readonly atMs: number; readonly byMm: PatientMm }[];
  };
  /** When a single C-arm turns to another view, in order; empty for a biplane. */
  readonly turns: readonly Turn[];
  /** When the beam is off; empty for continuous fluoroscopy. */
  readonly beamOff: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly operator: readonly { readonly atMs: number; readonly event: OperatorEvent }[];
}

/** A C-arm that turns: the beam is off until it stands in the view that a biplane would have as this plane. */
export interface Turn {
  readonly atMs: number;
  readonly arrivesAtMs: number;
  readonly to: PlaneId;
}

export interface ScenarioOptions {
  /** Rows = columns of both planes; pixel spacing follows so that the field stays the same. Default 1024. */
  readonly sizePx?: number;
  /** Shorter than the story: everything after it is cut. */
  readonly durationMs?: number;
  /** `video`: 8-bit display values with burned-in text and no geometry, as a frame grabber gets them. Default: the detector's own. */
  readonly look?: 'detector' | 'video';
  /** `turns`: one C-arm that is plane a and turns between frontal and lateral. Default: biplane. */
  readonly carm?: 'biplane' | 'turns';
  /** Whether the beam stops where nobody needs it, as at a real table. Default: never. */
  readonly beam?: 'continuous' | 'stops';
}

export const scenarioNames = storyNames;

const fieldMm = 204.8;

function viewSettings(seed: number, sizePx: number): Readonly<Record<PlaneId, ViewSetting>> {
  const random = seededRandom(combineSeeds(seed, 11));
  const common = { sidMm: 1000, imagerPixelSpacingMm: fieldMm / sizePx, sizePx };
  const round = (angle: number): number => Math.round(angle * 10) / 10;
  return {
    a: { ...common, sodMm: 680, primaryAngleDeg: 180, secondaryAngleDeg: round(-4 + random.gaussian() * 1.2) },
    b: { ...common, sodMm: 660, primaryAngleDeg: round(90 + random.gaussian() * 0.4), secondaryAngleDeg: 0 },
  };
}

/** A random direction square to `axis`, as long as a standard normal number times `mm`. */
function sideways(axis: PatientMm, mm: number, gaussian: () => number): PatientMm {
  const one = unit(cross(axis, [0, 0, 1]));
  const two = cross(axis, one);
  return add(scale(one, mm * gaussian()), scale(two, mm * gaussian()));
}

function needleScript(story: Story, index: number, treated: Vertebra, seed: number): NeedleScript {
  const part = story.needles[index];
  if (part === undefined) throw new Error(`story has no needle ${index}`);
  const random = seededRandom(combineSeeds(seed, 21, index));
  const sign = part.side === 'left' ? 1 : -1;
  const k = treated.halfWidthMm / 20.5;
  const plannedEntry = fromLocal(treated, [sign * 18.2 * k, 37, 7.5]);
  const plannedTarget = fromLocal(treated, [sign * (story.needles.length > 1 ? 6 : 2.5), -6.5, -1]);
  const axis = unit(subtract(plannedTarget, plannedEntry));
  const entry = add(plannedEntry, sideways(axis, 0.6, random.gaussian));
  const target = add(plannedTarget, sideways(axis, 0.9, random.gaussian));
  const reach = norm(subtract(target, entry));
  return {
    side: part.side,
    outerDiameterMm: story.gauge === 13 ? 2.4 : 3.2,
    innerDiameterMm: story.gauge === 13 ? 1.8 : 2.6,
    gauge: story.gauge,
    lengthMm: 125,
    entryPatientMm: entry,
    targetPatientMm: target,
    plannedEntryPatientMm: plannedEntry,
    plannedTargetPatientMm: plannedTarget,
    depthMm: part.depth(reach),
    presentFromMs: part.presentFromMs,
    presentToMs: part.presentToMs,
    styletOutAtMs: part.styletOutAtMs,
    cementInLumenAtMs: part.cementInLumenAtMs,
  };
}

function motionOf(seed: number, story: Story): Scenario['motion'] {
  const random = seededRandom(combineSeeds(seed, 31));
  const size = 0.7 + 0.6 * random.next();
  return {
    breathingMm: [0.1 * size, 0.35 * size, 0.9 * size],
    breathingPeriodMs: 3400 + 1200 * random.next(),
    breathingPhase: random.next(),
    jerks: story.jerksAtMs.map((atMs) => ({ atMs, byMm: [random.gaussian() * 0.6, random.gaussian() * 0.4, random.gaussian() * 0.9] })),
  };
}

/** How long it takes to turn the C-arm by a quarter, with the rest of the time squeezed. */
const turningMs = 1200;

/** The view that `plane` has at session time `tMs`. */
export function viewSettingAt(scenario: Pick<Scenario, 'views' | 'turns'>, plane: PlaneId, tMs: number): ViewSetting {
  const last = scenario.turns.findLast((turn) => turn.atMs <= tMs);
  return scenario.views[last === undefined ? plane : last.to];
}

/** What the operator has drawn for the view that the C-arm has turned to: it is all one plane's. */
const planAfter = (plan: Plan, turn: Turn): Plan => {
  const drawn = plan.planes[turn.to];
  return { ...plan, planes: drawn === undefined ? {} : { a: drawn } };
};

/** The scenario of this name. The same name, seed and options give the same scenario, frames and readings, to the bit. */
export function scenarioByName(name: string, seed: number, options: ScenarioOptions = {}): Result<Scenario> {
  const story = stories[name];
  if (story === undefined) return inputFault(`There is no simulated scenario "${name}"; the scenarios are ${scenarioNames.join(', ')}.`);
  const spine = spineOf(combineSeeds(seed, 1));
  const treated = spine[treatedIndex];
  if (treated === undefined) throw new Error('the phantom has no treated vertebra');
  const views = viewSettings(seed, options.sizePx ?? 1024);
  const needles = story.needles.map((_, index) => needleScript(story, index, treated, seed));
  const durationMs = Math.min(story.durationMs, options.durationMs ?? story.durationMs);
  const look = options.look ?? 'detector';
  const turns = options.carm === 'turns' ? story.turns.map((turn) => ({ ...turn, arrivesAtMs: turn.atMs + turningMs })) : [];
  let script: Scenario['operator'] | null = null;
  const operatorScript = (): Scenario['operator'] => {
    const plan = drawnPlan({ views, look, treated, needles, procedure: story.procedure, seed: combineSeeds(seed, 41) });
    const drawn = turns.length === 0 ? plan : { ...plan, planes: plan.planes.a === undefined ? {} : { a: plan.planes.a } };
    const redrawn = turns.map((turn) => ({ atMs: turn.atMs, event: { kind: 'plan' as const, plan: planAfter(plan, turn) } }));
    return [{ atMs: 0, event: { kind: 'plan' as const, plan: drawn } }, ...story.operator, ...redrawn]
      .filter((one) => one.atMs <= durationMs)
      .toSorted((a, b) => a.atMs - b.atMs);
  };
  return ok({
    name,
    seed,
    durationMs,
    procedure: story.procedure,
    views,
    look,
    spine,
    treated,
    needles,
    balloon: story.balloon,
    cement: story.cement,
    motion: motionOf(seed, story),
    turns,
    beamOff: [...(options.beam === 'stops' ? story.beamOff : []), ...turns.map((turn) => ({ fromMs: turn.atMs, toMs: turn.arrivesAtMs }))],
    // Pictures and injector open the scenario too, and have no use for what is drawn on it.
    get operator() {
      script ??= operatorScript();
      return script;
    },
  });
}
