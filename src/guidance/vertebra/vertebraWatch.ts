import type { OperatorEvent, Stage } from '../../sample/index.ts';
import type { AttenuationPyramid } from '../image/attenuation.ts';
import type { VisibleField } from '../image/field.ts';
import type { BodyHeights, BodyMeasure, RestorationPhase, VertebraObservation } from '../observation.ts';
import type { ImageScale } from '../scale.ts';
import { type PlateCurve, pointOn, snapPlate, straightPlate } from './endplate.ts';

type Point = readonly [x: number, y: number];
type Endplates = Extract<OperatorEvent, { kind: 'endplates' }>;

export interface VertebraContext {
  readonly pyramid: AttenuationPyramid;
  readonly field: VisibleField;
  readonly scale: ImageScale;
  readonly noise: number;
  /** Bone's shift since the reference, full pixels. */
  readonly shiftPx: Point;
  readonly shiftTrusted: boolean;
}

/** Heights of the treated body and of its neighbour, from the endplates that the operator placed; they are followed from then on. */
export interface VertebraWatch {
  place(event: Endplates): void;
  stage(stage: Stage): void;
  /** Null as long as no endplates stand in this picture and none have been measured. */
  frame(context: VertebraContext): VertebraObservation | null;
  /** A new reference: what was at `shift` before is at zero now. */
  rebase(shift: Point): void;
  /** The C-arm was moved: the placed points mean nothing any more; what has been measured stays. */
  moved(): void;
}

const rules = {
  /** What an operator's point may be off the edge, and how far an endplate may go from one frame to the next, mm. */
  placedMm: 3,
  followMm: 1.5,
  /** Share of a new measurement in the running one. */
  share: 0.2,
  /** A phase keeps what was measured once so many frames of it agree. */
  settledFrames: 4,
} as const;

/** Both endplates of one body, bone coordinates, full pixels. */
interface Body {
  readonly superior: PlateCurve;
  readonly inferior: PlateCurve;
  readonly sigmaPx: number;
  /** How many endplates stood on an edge in the last frame. */
  readonly snapped: 0 | 1 | 2;
  readonly frames: number;
}

/** What a phase keeps. */
interface Kept {
  readonly treated: BodyMeasure;
  readonly ofReference: BodyHeights | null;
}

const shifted = ({ anterior, middle, posterior }: PlateCurve, by: (point: Point) => Point): PlateCurve => ({
  anterior: by(anterior),
  middle: by(middle),
  posterior: by(posterior),
});
const mixed = (from: PlateCurve, to: PlateCurve, share: number): PlateCurve => {
  const mix = (p: Point, q: Point): Point => [p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])];
  return { anterior: mix(from.anterior, to.anterior), middle: mix(from.middle, to.middle), posterior: mix(from.posterior, to.posterior) };
};
const distance = (p: Point, q: Point): number => Math.hypot(p[0] - q[0], p[1] - q[1]);

/** Hundredths of a pixel and of a degree are finer than any of this is known, and keep the record short. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

/** Angle between the endplates, degrees; positive when the front is lower than the back (a kyphotic wedge). */
function wedgeAngleDeg({ superior, inferior }: Body): number {
  const angle = ({ anterior, posterior }: PlateCurve) => Math.atan2(posterior[1] - anterior[1], posterior[0] - anterior[0]);
  const between = ((angle(superior) - angle(inferior)) * 180) / Math.PI;
  const size = Math.abs(between - 360 * Math.round(between / 360));
  return distance(superior.anterior, inferior.anterior) <= distance(superior.posterior, inferior.posterior) ? size : -size;
}

const scaled = ({ anterior, middle, posterior }: BodyHeights, by: number): BodyHeights => ({
  anterior: rounded(anterior * by),
  middle: rounded(middle * by),
  posterior: rounded(posterior * by),
});

function heightsPx({ superior, inferior }: Body): BodyHeights {
  return {
    anterior: distance(superior.anterior, inferior.anterior),
    middle: distance(pointOn(superior, 0.5), pointOn(inferior, 0.5)),
    posterior: distance(superior.posterior, inferior.posterior),
  };
}

function measured(body: Body, { shiftPx, scale }: VertebraContext): BodyMeasure {
  const present = (plate: PlateCurve) => {
    const inImage = ([x, y]: Point): Point => [rounded(x + shiftPx[0]), rounded(y + shiftPx[1])];
    return [inImage(plate.anterior), inImage(plate.middle), inImage(plate.posterior)] as const;
  };
  const heights = heightsPx(body);
  const bound = 1.96 * Math.SQRT2 * body.sigmaPx;
  return {
    superior: present(body.superior),
    inferior: present(body.inferior),
    heightsPx: scaled(heights, 1),
    heightsMm: scale.mmPerPx === null ? null : scaled(heights, scale.mmPerPx),
    heightBound95Px: rounded(bound),
    heightBound95Mm: scale.mmPerPx === null ? null : rounded(bound * scale.mmPerPx),
    wedgeAngleDeg: rounded(wedgeAngleDeg(body)),
    snappedPlates: body.snapped,
  };
}

export function createVertebraWatch(): VertebraWatch {
  const bodies: { treated: Body | null; reference: Body | null } = { treated: null, reference: null };
  let placed: Endplates[] = [];
  let phase: RestorationPhase = 'before';
  let cavityMade = false;
  const kept: Partial<Record<RestorationPhase, Kept>> = {};
  let latest: VertebraObservation | null = null;

  function follow(body: Body, context: VertebraContext, reachMm: number, share: number): Body {
    const { pyramid, field, noise, shiftPx, scale } = context;
    const centre = (pyramid.factor - 1) / 2;
    const toFine = ([x, y]: Point): Point => [(x + shiftPx[0] - centre) / pyramid.factor, (y + shiftPx[1] - centre) / pyramid.factor];
    const toBone = ([x, y]: Point): Point => [x * pyramid.factor + centre - shiftPx[0], y * pyramid.factor + centre - shiftPx[1]];
    const reach = Math.max(4, reachMm / (scale.workingMmPerPx * pyramid.factor));
    const snap = (plate: PlateCurve, other: PlateCurve) => snapPlate(pyramid.fine, field, shifted(plate, toFine), toFine(other.middle), reach, noise);
    const superior = snap(body.superior, body.inferior);
    const inferior = snap(body.inferior, body.superior);
    const sigmas = [superior, inferior].flatMap((plate) => (plate === null ? [] : [plate.sigmaPx * pyramid.factor]));
    const drawnSigma = rules.placedMm / 3 / scale.workingMmPerPx;
    return {
      superior: superior === null ? body.superior : mixed(body.superior, shifted(superior.curve, toBone), share),
      inferior: inferior === null ? body.inferior : mixed(body.inferior, shifted(inferior.curve, toBone), share),
      sigmaPx: sigmas.length === 2 ? Math.max(...sigmas) : drawnSigma,
      snapped: sigmas.length === 2 ? 2 : sigmas.length === 1 ? 1 : 0,
      frames: sigmas.length === 2 ? body.frames + 1 : body.frames,
    };
  }

  function place({ superior, inferior }: Endplates, context: VertebraContext): Body {
    const { shiftPx } = context;
    const toBone = ([x, y]: Point): Point => [x - shiftPx[0], y - shiftPx[1]];
    const drawn: Body = {
      superior: shifted(straightPlate(superior[0], superior[1]), toBone),
      inferior: shifted(straightPlate(inferior[0], inferior[1]), toBone),
      sigmaPx: 0,
      snapped: 0,
      frames: 0,
    };
    // Once from what was drawn, once more from what was found: a hand's line is straight, an endplate is not.
    const found = follow(drawn, context, rules.placedMm, 1);
    return follow(found, context, rules.followMm, 1);
  }

  return {
    place(event) {
      placed = [...placed.filter((other) => other.body !== event.body), event];
    },
    stage(stage) {
      if (stage === 'cavity') cavityMade = true;
      phase = stage === 'closure' ? 'after-cement' : cavityMade ? 'after-cavity' : 'before';
    },
    frame(context) {
      if (!context.shiftTrusted) return latest;
      for (const name of ['treated', 'reference'] as const) {
        const event = placed.find((other) => other.body === name);
        const body = bodies[name];
        if (event !== undefined) bodies[name] = place(event, context);
        else if (body !== null) bodies[name] = follow(body, context, rules.followMm, rules.share);
      }
      placed = [];
      const treated = bodies.treated === null ? null : measured(bodies.treated, context);
      const reference = bodies.reference === null ? null : measured(bodies.reference, context);
      const ofReference = ratios(treated, reference);
      if (treated !== null && (bodies.treated?.frames ?? 0) >= rules.settledFrames && treated.snappedPlates === 2) kept[phase] = { treated, ofReference };
      if (treated === null && reference === null && Object.keys(kept).length === 0) return null;
      latest = { treated, reference, ofReference, phase, phases: phaseHeights(kept) };
      return latest;
    },
    rebase([x, y]) {
      const by = (point: Point): Point => [point[0] + x, point[1] + y];
      for (const name of ['treated', 'reference'] as const) {
        const body = bodies[name];
        if (body !== null) bodies[name] = { ...body, superior: shifted(body.superior, by), inferior: shifted(body.inferior, by) };
      }
    },
    moved() {
      bodies.treated = null;
      bodies.reference = null;
    },
  };
}

function ratios(treated: BodyMeasure | null, reference: BodyMeasure | null): BodyHeights | null {
  if (treated === null || reference === null) return null;
  const share = (of: number, by: number) => (by > 0 ? rounded(of / by) : 0);
  const [t, r] = [treated.heightsPx, reference.heightsPx];
  return { anterior: share(t.anterior, r.anterior), middle: share(t.middle, r.middle), posterior: share(t.posterior, r.posterior) };
}

function phaseHeights(kept: Partial<Record<RestorationPhase, Kept>>): VertebraObservation['phases'] {
  return (['before', 'after-cavity', 'after-cement'] as const).flatMap((phase) => {
    const at = kept[phase];
    if (at === undefined) return [];
    const { heightsPx, heightsMm, wedgeAngleDeg } = at.treated;
    return [{ phase, heightsPx, heightsMm, ...(at.ofReference === null ? {} : { ofReference: at.ofReference }), wedgeAngleDeg }];
  });
}
