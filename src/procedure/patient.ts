import { z } from 'zod';

const text = z.string().max(2000);
const uid = z.string().regex(/^[0-9.]{1,64}$/, 'a UID has only digits and dots');

const codeSchema = z.strictObject({ value: z.string().max(64), scheme: z.string().max(64), meaning: text });
/** A coded concept as the worklist gave it: value, designator of its scheme, meaning. */
export type OrderCode = z.infer<typeof codeSchema>;

/** Which order a procedure answers: what the worklist said of it, in the words that exports and the performed step repeat. */
export const orderSchema = z.strictObject({
  /** Of the study that every export of this procedure belongs to. */
  studyInstanceUid: uid,
  accessionNumber: text,
  requestedProcedureId: text,
  requestedProcedureDescription: text,
  requestedProcedureCodes: z.array(codeSchema).max(16).optional(),
  scheduledStepId: text,
  scheduledStepDescription: text,
  scheduledStepCodes: z.array(codeSchema).max(16).optional(),
  referringPhysician: text.optional(),
  /** What the order refers to already (its study, as a rule): class and instance, both needed again by the performed step. */
  referencedStudies: z
    .array(z.strictObject({ sopClass: uid, sopInstance: uid }))
    .max(16)
    .optional(),
});
export type Order = z.infer<typeof orderSchema>;

/** Who lies on the table. Names are in DICOM's form: `Family^Given^Middle^Prefix^Suffix`. */
export const patientSchema = z.strictObject({
  name: text,
  id: text,
  /** Who gave the identifier, where the worklist says so. */
  idIssuer: text.optional(),
  /** `YYYY-MM-DD`. */
  birthDate: text.optional(),
  /** `M`, `F` or `O`. */
  sex: text.optional(),
  /** Absent where nobody ordered the procedure. */
  order: orderSchema.optional(),
  /** Begun without an identity: name and identifier are provisional until another patient event corrects this one. */
  emergency: z.literal(true).optional(),
});
export type Patient = z.infer<typeof patientSchema>;

/**
 * Someone whose identity is not known yet: a provisional name and an identifier that no one else of this site has, both from
 * the time at which the session began.
 */
export function emergencyPatient(startedAtEpochMs: number): Patient {
  const stamp = new Date(startedAtEpochMs).toISOString().replace(/[-:]/g, '').slice(0, 15);
  return { name: `Emergency^${stamp}`, id: `EMERGENCY-${stamp}`, emergency: true };
}
