import type { CementObservation, PlaneObservation } from '../guidance/observation.ts';
import type { CementClock } from '../injector/cementClock.ts';
import type { InjectorState } from '../injector/state.ts';
import { type DeviceEvent, type OperatorEvent, type Plan, type PlaneId, planeIds, planeOfFrameTopic, type RawSample, type Stage } from '../sample/index.ts';

/** What alarms need to know of one plane. */
export interface PlaneSurroundings {
  readonly device: 'live' | 'lost' | 'ended';
  /** When it was connected or last gave a frame. */
  readonly heardAtMs: number;
  readonly cement: CementObservation | null;
  /** When guidance last looked at a frame of it; `null` when it never did. */
  readonly seenAtMs: number | null;
}

/** What alarms are judged by besides the injectors: a fold over raw samples, plain data. */
export interface Surroundings {
  readonly planes: Readonly<Partial<Record<PlaneId, PlaneSurroundings>>>;
  readonly stage: Stage;
  readonly limits: Plan['limits'];
  /** Planes on which the plan has a vertebral body: what a leak is seen against. */
  readonly bodies: readonly PlaneId[];
  /** What is wrong with the disk; `null` when nothing is. */
  readonly diskTrouble: string | null;
}

export const initialSurroundings: Surroundings = { planes: {}, stage: 'access', limits: undefined, bodies: [], diskTrouble: null };

/** Everything at one moment: what the conditions of the alarm table are evaluated on. */
export interface AlarmInputs extends Surroundings {
  readonly tMs: number;
  readonly injectors: readonly InjectorState[];
  readonly cementClock: CementClock | null;
}

const withPlane = (before: Surroundings, plane: PlaneId, change: Partial<PlaneSurroundings>, tMs: number): Surroundings => {
  const known: PlaneSurroundings = before.planes[plane] ?? { device: 'live', heardAtMs: tMs, cement: null, seenAtMs: null };
  return { ...before, planes: { ...before.planes, [plane]: { ...known, ...change } } };
};

function foldDevice(before: Surroundings, event: DeviceEvent, tMs: number): Surroundings {
  if (event.device === 'disk') return { ...before, diskTrouble: event.state === 'connected' ? null : event.message };
  const plane = event.device === 'plane-a' ? 'a' : event.device === 'plane-b' ? 'b' : null;
  if (plane === null) return before;
  switch (event.state) {
    case 'connected':
      return withPlane(before, plane, { device: 'live', heardAtMs: tMs }, tMs);
    case 'lost':
    case 'ended':
      return withPlane(before, plane, { device: event.state }, tMs);
    case 'notice':
      return before;
  }
}

function foldOperator(before: Surroundings, event: OperatorEvent): Surroundings {
  if (event.kind === 'plan')
    return { ...before, limits: event.plan.limits, bodies: planeIds.filter((plane) => event.plan.planes[plane]?.vertebralBody !== undefined) };
  return event.kind === 'stage' ? { ...before, stage: event.stage } : before;
}

/** `observation`: what guidance saw in this frame; `null` keeps what it saw last. */
export function foldSurroundings(before: Surroundings, raw: RawSample, observation: PlaneObservation | null): Surroundings {
  switch (raw.topic) {
    case '/plane/a/frame':
    case '/plane/b/frame': {
      const plane = planeOfFrameTopic(raw.topic);
      const seen = observation === null ? {} : { cement: observation.cement, seenAtMs: raw.tMs };
      // A picture that comes again is no new one: a held image is as old as when it was new.
      const heard = raw.data.attributes.unchangedForMs === undefined ? { heardAtMs: raw.tMs } : {};
      return withPlane(before, plane, { device: 'live', ...heard, ...seen }, raw.tMs);
    }
    case '/device':
      return foldDevice(before, raw.data, raw.tMs);
    case '/operator':
      return foldOperator(before, raw.data);
    case '/gap':
      return raw.data.kind === 'frames-not-recorded' ? { ...before, diskTrouble: raw.data.why } : before;
    default:
      return before;
  }
}
