import { type AlarmsFold, alarmsStep, initialAlarms } from '../alarm/alarms.ts';
import {
  calibrateVolume,
  cementAtDepth,
  followedTip,
  type PlaneSighting,
  poseFromPlanes,
  uncalibratedVolume,
  type VolumeCalibration,
  withBothPlanes,
} from '../guidance/fusion.ts';
import type { CementObservation, PlaneObservation, Pose } from '../guidance/observation.ts';
import { type InjectorsFold, initialInjectors, injectorsStep } from '../injector/injectors.ts';
import type { InjectorSettings } from '../injector/settings.ts';
import { foldProcedure, initialProcedure } from '../procedure/procedure.ts';
import type { ProcedureState } from '../procedure/procedureState.ts';
import { type DerivedData, type DerivedSample, type DerivedTopic, type PlaneId, planeOfFrameTopic, type RawSample } from '../sample/sample.ts';

/** What a plane last showed of needles, and when. */
interface TimedSighting extends PlaneSighting {
  readonly tMs: number;
}

/** Everything the session knows; plain readonly data. */
export interface SessionState {
  readonly procedure: ProcedureState;
  readonly injectors: InjectorsFold;
  readonly alarms: AlarmsFold;
  /** By plane: how its seen volume relates to the injector's. */
  readonly volumes: Readonly<Partial<Record<PlaneId, VolumeCalibration>>>;
  /** By plane: what its newest frame showed of cement by attenuation, mL. */
  readonly seenVolumes: Readonly<Partial<Record<PlaneId, { readonly volumeMl: number; readonly tMs: number }>>>;
  /** By plane: the newest frame's needles that have not made a pose yet. */
  readonly sightings: Readonly<Partial<Record<PlaneId, TimedSighting>>>;
  /** Where the needle's tip has been lately, from both planes. */
  readonly tipPatientMm: Pose['tipPatientMm'] | null;
}

/** Before the first sample. `settings` are the site's: a replay must be given the record's own. */
export function initialSessionState(settings?: InjectorSettings): SessionState {
  return {
    procedure: initialProcedure,
    injectors: initialInjectors(settings),
    alarms: initialAlarms,
    volumes: {},
    seenVolumes: {},
    sightings: {},
    tipPatientMm: null,
  };
}

/** Breathing moves the spine by about 1.5 mm in a second: frames of the two planes further apart than this make no pose. */
const poseWithinMs = 100;

/** Cement takes longer than this to become noticeably more: volumes of the two planes may be so far apart. */
const volumesWithinMs = 300;

type FrameSample = Extract<RawSample, { topic: '/plane/a/frame' | '/plane/b/frame' }>;

/** Cement delivered by the session's injectors, mL; null when none of them has delivered any or can say. */
function injectedCementMl(injectors: InjectorsFold): number | null {
  const delivering = Object.values(injectors.devices).filter((device) => device.purpose === 'cement' || device.cement.totalMl > 0);
  return delivering.length === 0 ? null : delivering.reduce((sum, device) => sum + device.cement.totalMl, 0);
}

/** Volumes are given to the microlitre: what lies below is noise. */
const toMicrolitre = (volumeMl: number): number => Math.round(volumeMl * 1000) / 1000;

function calibrated(
  before: VolumeCalibration | undefined,
  cement: CementObservation,
  injectors: InjectorsFold,
  otherVolumeMl: number | null,
): { readonly cement: CementObservation; readonly state: VolumeCalibration | undefined } {
  if (cement.volumeMl === null) return { cement, state: before };
  const known = calibrateVolume(before ?? uncalibratedVolume, cement.volumeMl, injectedCementMl(injectors));
  const { state, volumeFrom, boundShare, unseenMl } = known;
  const seen = withBothPlanes(cement, otherVolumeMl);
  const volumeMl = boundShare === null ? (seen.volumeMl ?? known.volumeMl) : known.volumeMl;
  const boundMl = boundShare === null ? seen.volumeBound95Ml : boundShare * volumeMl;
  const scaled = { ...cement, volumeMl: toMicrolitre(volumeMl), volumeFrom, ...(boundMl === undefined ? {} : { volumeBound95Ml: toMicrolitre(boundMl) }) };
  return { cement: unseenMl === null ? scaled : { ...scaled, unseenMl: toMicrolitre(unseenMl) }, state };
}

/** The newest frame of each plane make one pose when they were taken close enough to each other; each frame makes one at most. */
function paired(sightings: SessionState['sightings']): { readonly pose: Pose | null; readonly sightings: SessionState['sightings'] } {
  const { a, b } = sightings;
  return a && b && Math.abs(a.tMs - b.tMs) <= poseWithinMs ? { pose: poseFromPlanes(a, b), sightings: {} } : { pose: null, sightings };
}

/** What one raw sample made. */
export interface Stepped {
  readonly state: SessionState;
  readonly derived: readonly DerivedSample[];
  /** The plane's observation as its derived samples have it: with the volume calibrated by the injector. */
  readonly seen: PlaneObservation | null;
}

/**
 * The fold. `observation` is what the plane's guidance said of this frame: present for frames that were analysed, `null`
 * for everything else. The same raw samples give the same derived samples, in this order: the procedure, the injectors, what is
 * seen (needle, cement, vertebra), the alarms that follow from all of it.
 */
export function step(before: SessionState, raw: RawSample, observation: PlaneObservation | null): Stepped {
  const derived: DerivedSample[] = [];
  const emit = <T extends DerivedTopic>(topic: T, data: DerivedData[T]): void => {
    derived.push({ topic, tMs: raw.tMs, seq: raw.seq, data } as DerivedSample);
  };

  const procedure = raw.topic === '/operator' ? foldProcedure(before.procedure, raw.data, raw.tMs) : before.procedure;
  if (procedure !== before.procedure) emit('/procedure', procedure);

  const injected = injectorsStep(before.injectors, raw);
  for (const reading of injected.readings) emit('/injector/reading', reading);
  for (const state of injected.states) emit('/injector/state', state);

  let { volumes, seenVolumes, sightings, tipPatientMm } = before;
  let seen = observation;
  if (observation !== null && (raw.topic === '/plane/a/frame' || raw.topic === '/plane/b/frame')) {
    const plane = planeOfFrameTopic(raw.topic);
    const cement = cementAtDepth(observation.cement, raw.data.attributes, tipPatientMm);
    const other = seenVolumes[plane === 'a' ? 'b' : 'a'];
    const isFresh = other !== undefined && raw.tMs - other.tMs <= volumesWithinMs;
    const volume = calibrated(volumes[plane], cement, injected.fold, isFresh ? other.volumeMl : null);
    if (cement.volumeMl !== null) seenVolumes = { ...seenVolumes, [plane]: { volumeMl: cement.volumeMl, tMs: raw.tMs } };
    if (volume.state) volumes = { ...volumes, [plane]: volume.state };
    seen = { ...observation, cement: volume.cement };
    emit(`/plane/${plane}/needle`, seen.needle);
    emit(`/plane/${plane}/cement`, seen.cement);
    if (seen.vertebra) emit(`/plane/${plane}/vertebra`, seen.vertebra);
    const pair = paired({ ...sightings, [plane]: sightingOf(raw, seen) });
    sightings = pair.sightings;
    if (pair.pose !== null) {
      tipPatientMm = followedTip(tipPatientMm, pair.pose);
      emit('/guidance/pose', pair.pose);
    }
  }

  const alarms = alarmsStep(before.alarms, raw, seen, injected.fold);
  for (const event of alarms.events) emit('/alarm', event);

  return { state: { procedure, injectors: injected.fold, alarms: alarms.fold, volumes, seenVolumes, sightings, tipPatientMm }, derived, seen };
}

const sightingOf = (raw: FrameSample, seen: PlaneObservation): TimedSighting => ({
  needle: seen.needle,
  attributes: raw.data.attributes,
  frame: raw.seq,
  tMs: raw.tMs,
});
