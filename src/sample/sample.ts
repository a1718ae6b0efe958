import type { AlarmEvent } from '../alarm/alarm.ts';
import type { XrayFrame } from '../dicom/xrayFrame.ts';
import type { CementObservation, NeedleObservation, Pose, VertebraObservation } from '../guidance/observation.ts';
import type { InjectorReading } from '../injector/reading.ts';
import type { InjectorState } from '../injector/state.ts';
import type { OperatorEvent } from '../procedure/operatorEvent.ts';
import type { ProcedureState } from '../procedure/procedureState.ts';

export type PlaneId = 'a' | 'b';
export const planeIds: readonly PlaneId[] = ['a', 'b'];

/** Bytes exactly as they came from an injector. */
export interface InjectorBytes {
  readonly device: string;
  /** base64 of the bytes. */
  readonly data: string;
}

/** Something about a device rather than from it. */
export interface DeviceEvent {
  /** `injector`, `plane-a`, `plane-b`, `disk`, … */
  readonly device: string;
  readonly state: 'connected' | 'lost' | 'ended' | 'notice';
  /** Which driver decodes an injector's bytes; present on `connected` of an injector. */
  readonly driver?: string;
  /** True when a simulator stands in for the device. */
  readonly simulated?: boolean;
  readonly message: string;
}

/** Something that is missing, and why: recorded so that nothing is ever lost silently. */
export type Gap =
  /** The frame that follows in this plane is not analysed: guidance had no time for it. Replay skips it too. */
  | { readonly kind: 'analysis-skipped'; readonly plane: PlaneId }
  /** The source's own numbers say frames never arrived. */
  | { readonly kind: 'frames-missing'; readonly plane: PlaneId; readonly fromFrame: number; readonly toFrame: number }
  /** From here on the pixels of this plane's frames are not all kept; telemetry still names every frame. */
  | { readonly kind: 'frames-not-recorded'; readonly plane: PlaneId; readonly why: string };

/** Time passing, ten times a second: the only clock that `step` knows when nothing else happens. */
export interface Tick {
  readonly count: number;
}

export interface RawData {
  readonly '/operator': OperatorEvent;
  readonly '/injector/bytes': InjectorBytes;
  readonly '/plane/a/frame': XrayFrame;
  readonly '/plane/b/frame': XrayFrame;
  readonly '/device': DeviceEvent;
  readonly '/gap': Gap;
  readonly '/tick': Tick;
}

export interface DerivedData {
  readonly '/injector/reading': InjectorReading;
  readonly '/injector/state': InjectorState;
  readonly '/plane/a/needle': NeedleObservation;
  readonly '/plane/b/needle': NeedleObservation;
  readonly '/plane/a/cement': CementObservation;
  readonly '/plane/b/cement': CementObservation;
  readonly '/plane/a/vertebra': VertebraObservation;
  readonly '/plane/b/vertebra': VertebraObservation;
  readonly '/guidance/pose': Pose;
  readonly '/alarm': AlarmEvent;
  readonly '/procedure': ProcedureState;
}

export type RawTopic = keyof RawData;
export type DerivedTopic = keyof DerivedData;
export type Topic = RawTopic | DerivedTopic;

interface SampleOf<T extends Topic, D> {
  readonly topic: T;
  /** Arrival, ms since session start, by the one clock; a whole number of microseconds. */
  readonly tMs: number;
  /** The order of ingest, from 0, counted over raw samples. A derived sample carries the number of the raw sample that caused it. */
  readonly seq: number;
  readonly data: D;
}

export type RawSample = { [T in RawTopic]: SampleOf<T, RawData[T]> }[RawTopic];
export type DerivedSample = { [T in DerivedTopic]: SampleOf<T, DerivedData[T]> }[DerivedTopic];
export type Sample = RawSample | DerivedSample;

export const rawTopics: readonly RawTopic[] = ['/operator', '/injector/bytes', '/plane/a/frame', '/plane/b/frame', '/device', '/gap', '/tick'];
export const derivedTopics: readonly DerivedTopic[] = [
  '/injector/reading',
  '/injector/state',
  '/plane/a/needle',
  '/plane/b/needle',
  '/plane/a/cement',
  '/plane/b/cement',
  '/plane/a/vertebra',
  '/plane/b/vertebra',
  '/guidance/pose',
  '/alarm',
  '/procedure',
];

export const frameTopic = (plane: PlaneId): '/plane/a/frame' | '/plane/b/frame' => (plane === 'a' ? '/plane/a/frame' : '/plane/b/frame');
export const planeOfFrameTopic = (topic: '/plane/a/frame' | '/plane/b/frame'): PlaneId => (topic === '/plane/a/frame' ? 'a' : 'b');
