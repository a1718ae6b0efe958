import type { XrayFrameAttributes } from '../../../src/dicom/xrayFrame.ts';
import type { CementObservation, NeedleObservation, VertebraObservation } from '../../../src/guidance/observation.ts';
import type { Stage } from '../../../src/procedure/operatorEvent.ts';
import type { PlaneId } from '../../../src/sample/sample.ts';
import type { LeakFact, PlaneFact } from './facts.ts';

/** A longer pause between two pictures is no fluoroscopy. */
const longestPauseMs = 1000;

type Growing<T> = { -readonly [K in keyof T]: T[K] };

interface PlaneSoFar extends Growing<PlaneFact> {
  lastFrame: { readonly seq: number; readonly tMs: number } | null;
  dose: number | null;
  leakSeen: boolean;
}

/** Gathers what each plane's frames and guidance say. */
export function collectPlanes() {
  const planes = new Map<PlaneId, PlaneSoFar>();
  const leaks: LeakFact[] = [];
  const of = (plane: PlaneId): PlaneSoFar => {
    const found = planes.get(plane) ?? begin(plane);
    planes.set(plane, found);
    return found;
  };
  return {
    frame(plane: PlaneId, seq: number, tMs: number, attributes: XrayFrameAttributes): void {
      const now = of(plane);
      now.frames++;
      ({ rows: now.rows, columns: now.columns, bitsStored: now.bitsStored } = attributes);
      const pauseMs = now.lastFrame ? tMs - now.lastFrame.tMs : 0;
      if (pauseMs <= longestPauseMs) now.pictureMs += pauseMs;
      now.lastFrame = { seq, tMs };
      addTechnique(now, attributes);
    },
    needle(plane: PlaneId, tMs: number, stage: Stage, { deviation, scaleFrom }: NeedleObservation): void {
      const now = of(plane);
      now.scaleFrom = scaleFrom;
      if (!deviation || (stage !== 'access' && now.needle)) return;
      now.needle = { tMs, angleDeg: deviation.angleDeg, tipToTargetMm: deviation.tipToTargetMm, tipToTargetPx: deviation.tipToTargetPx };
    },
    cement(plane: PlaneId, tMs: number, { areaPx, areaMm2, volumeMl, volumeFrom, zone, leak, leakSite }: CementObservation): void {
      const now = of(plane);
      if (areaPx > 0) now.cement = { areaPx, areaMm2, volumeMl, volumeFrom, zone };
      if (leak && !now.leakSeen) leaks.push({ tMs, site: leakSite ?? 'unknown', by: plane });
      now.leakSeen = leak;
    },
    vertebra(plane: PlaneId, { phases }: VertebraObservation): void {
      of(plane).vertebra = phases;
    },
    missing(plane: PlaneId, frames: number): void {
      of(plane).missing += frames;
    },
    skipped(plane: PlaneId): void {
      of(plane).skipped++;
    },
    lastFrame: (plane: PlaneId) => planes.get(plane)?.lastFrame ?? null,
    leaks: (): readonly LeakFact[] => leaks,
    result: (): readonly PlaneFact[] => [...planes.values()].sort((p, q) => p.plane.localeCompare(q.plane)),
  };
}

function begin(plane: PlaneId): PlaneSoFar {
  return {
    plane,
    frames: 0,
    rows: 0,
    columns: 0,
    bitsStored: 0,
    missing: 0,
    skipped: 0,
    pictureMs: 0,
    doseAreaProductGyCm2: null,
    tubeVoltageKv: null,
    scaleFrom: null,
    needle: null,
    vertebra: [],
    cement: null,
    lastFrame: null,
    dose: null,
    leakSeen: false,
  };
}

/** A run says its dose area product on each of its frames: it counts once, when it changes. */
function addTechnique(now: PlaneSoFar, { technique }: XrayFrameAttributes): void {
  const dose = technique?.doseAreaProductGyCm2 ?? null;
  if (dose !== null && dose !== now.dose) now.doseAreaProductGyCm2 = (now.doseAreaProductGyCm2 ?? 0) + dose;
  now.dose = dose;
  const kv = technique?.tubeVoltageKv ?? null;
  if (kv !== null) now.tubeVoltageKv = { least: Math.min(now.tubeVoltageKv?.least ?? kv, kv), most: Math.max(now.tubeVoltageKv?.most ?? kv, kv) };
}
