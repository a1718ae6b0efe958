import { z } from 'zod';
import { type Patient, patientSchema } from './patient.ts';
import { imagePointSchema, planSchema } from './plan.ts';

export const stageSchema = z.enum(['access', 'cavity', 'mixing', 'injection', 'closure']);
/** access → cavity → mixing → injection → closure; vertebroplasty has no cavity. */
export type Stage = z.infer<typeof stageSchema>;

export const sideSchema = z.enum(['left', 'right', 'both']);
/** The patient's side from which a vertebra is treated. */
export type Side = z.infer<typeof sideSchema>;

/** Where cement went that it must not go; the codes of the record and its exports. */
export const leakSiteSchema = z.enum([
  'epidural',
  'foraminal',
  'disc-superior',
  'disc-inferior',
  'paravertebral',
  'venous-basivertebral',
  'venous-anterior',
  'needle-track',
  'unknown',
]);
export type LeakSite = z.infer<typeof leakSiteSchema>;

const plane = z.enum(['a', 'b']);
const device = z.string().max(64);
const text = z.string().max(2000);
const minutes = z.number().positive().max(240);
/** Minutes after mixing at the present room temperature, each later than the one before. */
const cementTimesSchema = z.strictObject({ opensAfterMin: minutes, closesAfterMin: minutes, setsAfterMin: minutes });

/** What a person at the console, or a scenario's script in their place, did or said. Nothing is deleted: an undo is a `correction`. */
export const operatorEventSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('plan'), plan: planSchema }),
  /** With a level or a side, the stage is of that course: the next vertebra, or the second needle of the same. */
  z.strictObject({ kind: z.literal('stage'), stage: stageSchema, level: z.string().min(1).max(16).optional(), side: sideSchema.optional() }),
  /** An item of the site's checklist for a stage, ticked or unticked. */
  z.strictObject({ kind: z.literal('check'), stage: stageSchema, item: z.string().min(1).max(200), done: z.boolean() }),
  z.strictObject({ kind: z.literal('mark'), label: text.optional() }),
  z.strictObject({ kind: z.literal('note'), text }),
  z.strictObject({ kind: z.literal('store-frame'), plane }),
  /** Take the frame now shown as the new reference of this plane (both when absent). */
  z.strictObject({ kind: z.literal('reference'), plane: plane.optional() }),
  /**
   * The ends of a body's endplates, drawn on the frame of a lateral view now shown, anterior end first: of the treated body, or of
   * the neighbour to compare it with. Placing a body again replaces it.
   */
  z.strictObject({
    kind: z.literal('endplates'),
    plane,
    body: z.enum(['treated', 'reference']),
    superior: z.tuple([imagePointSchema, imagePointSchema]),
    inferior: z.tuple([imagePointSchema, imagePointSchema]),
  }),
  z.strictObject({ kind: z.literal('leak-seen'), site: leakSiteSchema }),
  /** `times`: of this very mix, from its package; they come before those the site has for the product. */
  z.strictObject({ kind: z.literal('cement-mixed'), product: text.optional(), lot: text.optional(), times: cementTimesSchema.optional() }),
  /** A balloon, cannula or other device that is used on the patient. */
  z.strictObject({
    kind: z.literal('device-used'),
    name: text,
    deviceKind: z.enum(['balloon', 'cannula', 'needle', 'other']),
    lot: text,
    serial: text.optional(),
  }),
  /** Who closes the procedure and what they say of its course and the patient's condition. */
  z.strictObject({ kind: z.literal('sign-off'), by: text, text: text.optional() }),
  z.strictObject({ kind: z.literal('zero'), device }),
  z.strictObject({ kind: z.literal('acknowledge'), alarm: z.string().max(64) }),
  /** The last one counts. `corrects` is the ingest sequence of the patient event that this one replaces: identity attached later. */
  z.strictObject({ kind: z.literal('patient'), ...patientSchema.shape, corrects: z.number().int().nonnegative().optional() }),
  /** How the procedure ended; whoever ordered it is told. Without it, the end of the session means `completed`. */
  z.strictObject({ kind: z.literal('performed'), outcome: z.enum(['completed', 'discontinued']), reason: text.optional() }),
  z.strictObject({ kind: z.literal('correction'), of: z.number().int().nonnegative(), text }),
]);
export type OperatorEvent = z.infer<typeof operatorEventSchema>;

/** Who is on the table from this event on. */
export function patientOf(event: Extract<OperatorEvent, { kind: 'patient' }>): Patient {
  const { kind: _, corrects: __, ...patient } = event;
  return patient;
}
