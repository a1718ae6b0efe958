import { z } from 'zod';
import { hospitalSiteSchema } from '../procedure/hospitalSite.ts';
import type { WorklistItem } from '../procedure/worklistItem.ts';

/** Today's scheduled procedures, or in one sentence why there are none. */
export interface WorklistAnswer {
  readonly items: readonly WorklistItem[];
  readonly askedAtEpochMs: number;
  readonly message: string | null;
}

/** Something on its way to a hospital system. */
export interface OutboxJob {
  readonly id: string;
  readonly kind: 'store' | 'performed-step';
  /** The record's name; never the patient's. */
  readonly subject: string;
  /** Name of the archive, or `mpps`. */
  readonly to: string;
  readonly state: 'waiting' | 'working' | 'awaiting-commitment' | 'done' | 'failed';
  /** Instances that have arrived (committed where the archive commits), and all of them. */
  readonly done: number;
  readonly total: number;
  readonly attempts: number;
  /** When it is tried again; null when it is not. */
  readonly nextAttemptAtEpochMs: number | null;
  /** What went wrong last, and what to do; null when nothing did. */
  readonly message: string | null;
}

/** A study of the patient that an archive has. */
export interface PriorStudy {
  readonly studyInstanceUid: string;
  /** `YYYY-MM-DD`, or null. */
  readonly date: string | null;
  readonly description: string;
  readonly modalities: readonly string[];
  readonly instances: number | null;
}

/** How one hospital system answered an echo; `message` is for the person. */
export interface HospitalTestResult {
  /** `worklist`, `performed steps`, `archive NAME`. */
  readonly name: string;
  readonly works: boolean;
  readonly message: string;
}

export type HospitalServerMessage =
  | { readonly kind: 'worklist'; readonly worklist: WorklistAnswer }
  /** In answer to `list-outbox`, and whenever something of it changes. */
  | { readonly kind: 'outbox'; readonly jobs: readonly OutboxJob[] }
  | { readonly kind: 'hospital-test'; readonly results: readonly HospitalTestResult[] }
  | { readonly kind: 'priors'; readonly studies: readonly PriorStudy[]; readonly message: string | null }
  /** A prior study has been fetched into `folder`, or could not be. */
  | { readonly kind: 'prior-fetched'; readonly study: string; readonly folder: string | null; readonly files: number; readonly message: string | null };

const key = z.string().min(1).max(128);

/** What a console may ask of the hospital's systems. */
export const hospitalClientMessages = [
  z.strictObject({ kind: z.literal('list-worklist') }),
  /** The patient of an item of the last `worklist` comes into the session; `corrects` as in the operator's `patient` event. */
  z.strictObject({ kind: z.literal('assign-patient'), item: key, corrects: z.number().int().nonnegative().optional() }),
  /** An echo to every system of a configuration that need not be saved yet. */
  z.strictObject({ kind: z.literal('test-hospital'), hospital: hospitalSiteSchema }),
  z.strictObject({ kind: z.literal('list-outbox') }),
  /** Exports a closed record and stores it on an archive, the first one when none is named. */
  z.strictObject({ kind: z.literal('send-record'), record: z.string().max(255), to: key.optional() }),
  /** Tries again now. */
  z.strictObject({ kind: z.literal('retry-job'), job: key }),
  /** Takes a job off the outbox; what has arrived stays where it is. */
  z.strictObject({ kind: z.literal('discard-job'), job: key }),
  /** Studies of the session's patient on an archive. */
  z.strictObject({ kind: z.literal('list-priors'), from: key.optional() }),
  z.strictObject({ kind: z.literal('fetch-prior'), study: z.string().regex(/^[0-9.]{1,64}$/), from: key.optional() }),
] as const;

export type HospitalClientMessage = z.infer<(typeof hospitalClientMessages)[number]>;
const hospitalKinds: ReadonlySet<string> = new Set(hospitalClientMessages.map((schema) => schema.shape.kind.value));
export const isHospitalMessage = (message: { readonly kind: string }): message is HospitalClientMessage => hospitalKinds.has(message.kind);
