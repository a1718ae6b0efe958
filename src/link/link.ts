import { z } from 'zod';
import type { AlarmPriority } from '../alarm/alarm.ts';
import type { XrayFrameAttributes } from '../dicom/xrayFrame.ts';
import type { PlaneObservation, Pose } from '../guidance/observation.ts';
import type { InjectorState } from '../injector/state.ts';
import { operatorEventSchema } from '../procedure/operatorEvent.ts';
import type { PlaneId, Sample } from '../sample/index.ts';
import { type AccessServerMessage, accessClientMessages } from './accessLink.ts';
import { type DeskServerMessage, deskClientMessages } from './desk.ts';
import { type HospitalServerMessage, hospitalClientMessages } from './hospitalLink.ts';
import { type ReceivedServerMessage, receivedClientMessages } from './received.ts';

/**
 * What bridge and console say to each other. One WebSocket (`linkPath`) for everything small, one streamed HTTP response
 * per plane for frames. Both need the session cookie or `?token=`.
 */
export const linkPath = '/api/link';
export const liveStreamPath = (plane: PlaneId): string => `/api/live/${plane}`;
export const reviewStreamPath = (plane: PlaneId, review: string): string => `/api/review/${encodeURIComponent(review)}/${plane}`;

/**
 * Goes before the pixels of each streamed frame:
 * `uint32 LE bytes of what follows | uint32 LE bytes of header | header (UTF-8 JSON) | pixels (stored values, LE)`.
 */
export interface FrameHeader {
  readonly plane: PlaneId;
  readonly seq: number;
  readonly tMs: number;
  readonly attributes: XrayFrameAttributes;
  /** Computed from this very frame; null when guidance skipped it. */
  readonly observation: PlaneObservation | null;
  /** Unix time at which the bridge stamped it (live) or sent it (review), ms, by the machine's clock as it stands: a page that is opened after a step of it has the same. */
  readonly stampedEpochMs: number;
  /** Frames of this plane that this viewer was too slow for, so far. */
  readonly dropped: number;
  /** The pixels go ahead of what guidance sees in them: nothing is shown before the `FrameCompletion` that comes next. */
  readonly observationFollows?: true;
}

/** In the place of a header, without pixels: what belongs to the frame that went ahead. */
export interface FrameCompletion {
  /** The `seq` of that frame. */
  readonly completes: number;
  readonly observation: PlaneObservation | null;
}

/** What sources this session has, and whether any of them is simulated. */
export interface SessionInfo {
  readonly startedAtEpochMs: number;
  readonly softwareVersion: string;
  readonly simulated: boolean;
  readonly sources: { readonly framesA: string | null; readonly framesB: string | null; readonly injector: string | null; readonly injector2?: string };
  /** The record's folder name, not its path. */
  readonly record: string | null;
  readonly display: { readonly pressureUnit: 'psi' | 'atm' | 'bar' | 'kPa' };
}

/** Pressure and volume of one injector over the whole session, thinned to at most ten points a second; in sessions of more than two hours to fewer. */
export interface Curve {
  readonly tMs: readonly number[];
  readonly pressureKpa: readonly (number | null)[];
  readonly volumeMl: readonly (number | null)[];
  /** What each point's volume is of. */
  readonly mode: readonly ('idle' | 'balloon' | 'cement' | null)[];
}

/** One curve an injector, by its device name. */
export type Curves = Readonly<Record<string, Curve>>;

export interface PlaneStatus {
  readonly received: number;
  readonly analysisSkipped: number;
  readonly missing: number;
  readonly lastFrameAtMs: number | null;
  /** Over the last two seconds. */
  readonly framesPerSecond: number;
  readonly state: 'waiting' | 'live' | 'stale' | 'lost' | 'ended';
}

/** Twice a second; when it stops coming, the console says the link is lost. */
export interface Status {
  readonly nowMs: number;
  readonly ended: boolean;
  readonly recording: {
    readonly state: 'recording' | 'closed' | 'failed' | 'off';
    readonly freeBytes: number | null;
    readonly message: string | null;
  };
  readonly planes: Readonly<Partial<Record<PlaneId, PlaneStatus>>>;
}

export interface RecordListItem {
  readonly name: string;
  readonly startedAtEpochMs: number;
  readonly durationMs: number;
  readonly procedure: string;
  readonly closed: boolean;
  readonly simulated: boolean;
  readonly bytes: number;
  /** Null where nobody has said who it is (or the record was cut off and is in no index). */
  readonly patient: { readonly name: string; readonly id: string } | null;
  /** Treated level, `L1`; null where no plan names one. */
  readonly level: string | null;
  /** How often each condition was alarmed, in the order of the alphabet. */
  readonly alarms: readonly { readonly condition: string; readonly priority: AlarmPriority; readonly count: number }[];
}

/** Which records to list: those that fit every field that is given. */
export const recordQuerySchema = z.strictObject({
  /** Part of the patient's name or id. */
  patient: z.string().max(200).optional(),
  /** The whole level, such as `L1`; upper and lower case are one. */
  level: z.string().max(16).optional(),
  /** Started at or after, and before, Unix ms. */
  fromEpochMs: z.number().optional(),
  beforeEpochMs: z.number().optional(),
  /** A condition that was alarmed, such as `cement-leak`; `any` for whichever. */
  alarm: z.string().max(64).optional(),
});
export type RecordQuery = z.infer<typeof recordQuerySchema>;

/** Whether a record is one of those asked for; the console and the bridge decide it the same way. */
export function recordFits(item: RecordListItem, query: RecordQuery): boolean {
  const { patient, level, fromEpochMs, beforeEpochMs, alarm } = query;
  const part = patient?.trim().toLocaleLowerCase() ?? '';
  if (part !== '' && !`${item.patient?.name ?? ''}\n${item.patient?.id ?? ''}`.toLocaleLowerCase().includes(part)) return false;
  if (level !== undefined && item.level?.toLowerCase() !== level.trim().toLowerCase()) return false;
  if (fromEpochMs !== undefined && item.startedAtEpochMs < fromEpochMs) return false;
  if (beforeEpochMs !== undefined && item.startedAtEpochMs >= beforeEpochMs) return false;
  return alarm === undefined || item.alarms.some(({ condition }) => alarm === 'any' || condition === alarm);
}

/** A record opened for review; its events and curve follow as `review-part`. */
export interface ReviewOpened {
  readonly review: string;
  readonly record: string;
  readonly session: SessionInfo;
  readonly durationMs: number;
  readonly closed: boolean;
  /** Session times of the frames of each plane, in order. */
  readonly frames: Readonly<Partial<Record<PlaneId, readonly number[]>>>;
}

/** A further part of an opened record, until `fraction` is 1. */
export interface ReviewPart {
  readonly kind: 'review-part';
  readonly review: string;
  /** Operator events, device events, gaps, alarms and procedure states, about in order. */
  readonly samples: readonly Sample[];
  /** The points that follow those of the part before. */
  readonly curves: Curves;
  readonly fraction: number;
}

export interface ReviewState {
  readonly review: string;
  readonly positionMs: number;
  readonly playing: boolean;
  readonly speed: number;
  /** What stands at the position: the last of each at or before it. */
  readonly injectors: readonly InjectorState[];
  readonly pose: { readonly tMs: number; readonly pose: Pose } | null;
}

export type ServerMessage =
  | {
      readonly kind: 'hello';
      readonly session: SessionInfo | null;
      readonly curves: Curves;
      readonly samples: readonly Sample[];
      readonly status: Status | null;
    }
  /** Small samples as they happen: operator, device, gap, injector reading and state, pose, alarm, procedure. */
  | { readonly kind: 'samples'; readonly samples: readonly Sample[] }
  | { readonly kind: 'status'; readonly status: Status }
  | { readonly kind: 'records'; readonly records: readonly RecordListItem[] }
  | { readonly kind: 'review-opened'; readonly opened: ReviewOpened }
  | { readonly kind: 'review-state'; readonly state: ReviewState }
  | ReviewPart
  | HospitalServerMessage
  | ReceivedServerMessage
  | AccessServerMessage
  | DeskServerMessage
  /** Something asked for could not be done; `message` is for the person. */
  | { readonly kind: 'refused'; readonly message: string };

const review = z.string().max(64);

/** What the console may ask for; checked by the bridge on arrival. */
export const clientMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('operator'), event: operatorEventSchema }),
  z.strictObject({ kind: z.literal('list-records'), query: recordQuerySchema.optional() }),
  z.strictObject({ kind: z.literal('open-review'), record: z.string().max(255) }),
  z.strictObject({ kind: z.literal('close-review'), review }),
  z.strictObject({ kind: z.literal('play'), review, speed: z.number().min(0.1).max(16) }),
  z.strictObject({ kind: z.literal('pause'), review }),
  z.strictObject({ kind: z.literal('seek'), review, positionMs: z.number().nonnegative() }),
  /** Forward or back by whole frames of one plane. */
  z.strictObject({ kind: z.literal('step-frame'), review, plane: z.enum(['a', 'b']), by: z.number().int().min(-100).max(100) }),
  ...hospitalClientMessages,
  ...receivedClientMessages,
  ...accessClientMessages,
  ...deskClientMessages,
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;
