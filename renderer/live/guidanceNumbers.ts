import type { PlaneObservation } from '../../src/guidance/observation.ts';
import type { PlaneId } from '../../src/sample/index.ts';

/** A length as guidance can give it: millimetres where something says how large a pixel is, else pixels. */
export interface GuidedLength {
  readonly value: number;
  readonly unit: 'mm' | 'px';
}

const lengthOf = (mm: number | null, px: number): GuidedLength => (mm === null ? { value: px, unit: 'px' } : { value: mm, unit: 'mm' });

/** What guidance says of the frames shown right now. */
export type ShownGuidance = Readonly<Record<PlaneId, PlaneObservation | null>>;

const observed = (frames: ShownGuidance) =>
  (['a', 'b'] as const).flatMap((plane) => {
    const observation = frames[plane];
    return observation ? [{ plane, observation }] : [];
  });

/** Cement to the posterior wall: the least of the planes that show the wall. */
export function wallDistance(frames: ShownGuidance): GuidedLength | null {
  const lengths = observed(frames).flatMap(({ observation: { cement } }) =>
    cement.toPosteriorWallPx === null ? [] : [lengthOf(cement.toPosteriorWallMm, cement.toPosteriorWallPx)],
  );
  return lengths.sort((p, q) => p.value - q.value)[0] ?? null;
}

export interface OffPlan {
  readonly plane: PlaneId;
  readonly angleDeg: number;
  readonly off: GuidedLength;
  readonly bound95: number;
  readonly toTarget: GuidedLength;
}

/** How far off plan the needle is, by the plane where it is worse. */
export function offPlan(frames: ShownGuidance): OffPlan | null {
  const each = observed(frames).flatMap(({ plane, observation: { needle } }): OffPlan[] => {
    const d = needle.deviation;
    if (!d || !needle.needle) return [];
    return [
      {
        plane,
        angleDeg: d.angleDeg,
        off: lengthOf(d.tipToLineMm, d.tipToLinePx),
        bound95: d.tipToLineBound95,
        toTarget: lengthOf(d.tipToTargetMm, d.tipToTargetPx),
      },
    ];
  });
  return each.sort((p, q) => q.off.value - p.off.value)[0] ?? null;
}

/** Cement volume as the pictures show it, and whether the injector's own has calibrated it. */
export interface SeenVolume {
  readonly volumeMl: number;
  readonly calibrated: boolean;
  /** 95 % bound, where the record tells one. */
  readonly bound95Ml: number | null;
}

/** From the plane that gives a volume, the larger of two. */
export function seenVolume(frames: ShownGuidance): SeenVolume | null {
  const volumes = observed(frames).flatMap(({ observation: { cement } }): SeenVolume[] =>
    cement.volumeMl === null ? [] : [{ volumeMl: cement.volumeMl, calibrated: cement.volumeFrom === 'injector', bound95Ml: cement.volumeBound95Ml ?? null }],
  );
  return volumes.sort((p, q) => q.volumeMl - p.volumeMl)[0] ?? null;
}

export const anyCement = (frames: ShownGuidance): boolean => observed(frames).some(({ observation }) => observation.cement.areaPx > 0);
export const anyNeedle = (frames: ShownGuidance): boolean => observed(frames).some(({ observation }) => observation.needle.needle !== null);

/** What is delivered now: as the device says, else as the stage of the procedure suggests. */
export function deliveryPhase(mode: 'idle' | 'balloon' | 'cement' | null, stage: string | null): 'balloon' | 'cement' | 'unknown' {
  if (mode === 'balloon' || mode === 'cement') return mode;
  if (stage === 'cavity') return 'balloon';
  return stage === 'mixing' || stage === 'injection' || stage === 'closure' ? 'cement' : 'unknown';
}

/** Anterior height of the treated body, and what it has gained since before. */
export interface HeightNow {
  /** A share of the neighbour's height, in per cent, where nothing says how large a pixel is. */
  readonly value: number;
  readonly unit: 'mm' | '%' | 'px';
  readonly bound95: number | null;
  readonly gained: number | null;
  readonly wedgeAngleDeg: number;
}

/** From the plane in which endplates were placed; null while there is none. */
export function heightNow(frames: ShownGuidance): HeightNow | null {
  for (const { observation } of observed(frames)) {
    const { vertebra } = observation;
    if (!vertebra?.treated) continue;
    const { heightsMm, heightsPx, heightBound95Mm, heightBound95Px, wedgeAngleDeg } = vertebra.treated;
    const before = vertebra.phases.find(({ phase }) => phase === 'before');
    if (heightsMm) {
      const gained = before?.heightsMm ? heightsMm.anterior - before.heightsMm.anterior : null;
      return { value: heightsMm.anterior, unit: 'mm', bound95: heightBound95Mm, gained, wedgeAngleDeg };
    }
    if (vertebra.ofReference) {
      const gained = before?.ofReference ? 100 * (vertebra.ofReference.anterior - before.ofReference.anterior) : null;
      return { value: 100 * vertebra.ofReference.anterior, unit: '%', bound95: null, gained, wedgeAngleDeg };
    }
    const gained = before ? heightsPx.anterior - before.heightsPx.anterior : null;
    return { value: heightsPx.anterior, unit: 'px', bound95: heightBound95Px, gained, wedgeAngleDeg };
  }
  return null;
}
