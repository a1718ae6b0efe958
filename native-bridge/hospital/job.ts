import { z } from 'zod';
import { orderSchema, patientSchema } from '../../src/procedure/patient.ts';

const uid = z.string().regex(/^[0-9.]{1,64}$/);
const epochMs = z.number().nonnegative();

const instanceSchema = z.strictObject({
  path: z.string(),
  bytes: z.int().nonnegative(),
  sopClass: uid,
  sopInstance: uid,
  transferSyntax: uid,
  datasetOffset: z.int().nonnegative(),
});

/** What a performed procedure step says of itself; DICOM's words for it are made when it is sent. */
export const performedStepSchema = z.strictObject({
  patient: patientSchema.extend({ order: orderSchema }),
  stepId: z.string().max(16),
  startedAtEpochMs: epochMs,
  endedAtEpochMs: epochMs.nullable(),
  outcome: z.enum(['in-progress', 'completed', 'discontinued']),
  /** Why it was discontinued, as a code of DCM (CID 9300); null when nobody said. */
  discontinued: z.enum(['wrong-entry', 'equipment-failure', 'other']).nullable(),
  description: z.string().max(64),
  station: z.strictObject({ ae: z.string(), name: z.string() }),
  /** Series that exports of the procedure are in; none while it goes on. */
  series: z
    .array(z.strictObject({ uid, description: z.string(), instances: z.array(z.strictObject({ sopClass: uid, sopInstance: uid })).max(10_000) }))
    .max(100),
});
export type PerformedStep = z.infer<typeof performedStepSchema>;

const requestSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('store'),
    /** A record that is exported first. */ record: z.string().nullable(),
    instances: z.array(instanceSchema).max(100_000),
  }),
  z.strictObject({
    kind: z.literal('performed-step'),
    action: z.enum(['create', 'set']),
    uid,
    step: performedStepSchema,
    /** The job that has to be done before this one. */
    after: z.string().nullable(),
    /** The process whose session this is: when it is gone without having told the end, another one does. */
    pid: z.int().nonnegative(),
  }),
]);

/** `request.json`: written once, when the job comes onto the outbox. */
export const jobRequestSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().regex(/^[0-9a-f-]{8,64}$/),
  createdAtEpochMs: epochMs,
  /** The record's or folder's name; never the patient's. */
  subject: z.string(),
  /** An archive's name, or `mpps`. */
  to: z.string(),
  request: requestSchema,
});
export type JobRequest = z.infer<typeof jobRequestSchema>;
export type JobContent = z.infer<typeof requestSchema>;

/** `state.json`: replaced as the job goes on, by the one process that holds the job. */
export const jobStateSchema = z.strictObject({
  version: z.literal(1),
  state: z.enum(['waiting', 'awaiting-commitment', 'done', 'failed']),
  attempts: z.int().nonnegative(),
  /** How often the archive took instances and then did not answer for all of them. */
  losses: z.int().nonnegative().default(0),
  nextAttemptAtEpochMs: epochMs.nullable(),
  finishedAtEpochMs: epochMs.nullable(),
  message: z.string().nullable(),
  /** An end of a step went out and no answer to it came: it may have been taken. */
  mayBeTold: z.boolean().default(false),
  /** What a record was exported into; null before. */
  exported: z.array(instanceSchema).nullable(),
  /** SOP instance UIDs that the archive has taken, and those that it answers for. */
  stored: z.array(uid),
  committed: z.array(uid),
  /** Requests for commitment that no report has settled, oldest first. */
  transactions: z.array(z.strictObject({ uid, askedAtEpochMs: epochMs })),
});
export type JobState = z.infer<typeof jobStateSchema>;

export const initialJobState: JobState = {
  version: 1,
  state: 'waiting',
  attempts: 0,
  losses: 0,
  nextAttemptAtEpochMs: 0,
  finishedAtEpochMs: null,
  message: null,
  mayBeTold: false,
  exported: null,
  stored: [],
  committed: [],
  transactions: [],
};

export interface Job extends JobRequest {
  readonly state: JobState;
  /** Another process, or this one, is at it. */
  readonly held: boolean;
}
