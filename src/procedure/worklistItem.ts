import type { OperatorEvent } from './operatorEvent.ts';
import type { Order, Patient } from './patient.ts';

/** One scheduled procedure step, as the worklist told it. */
export interface WorklistItem {
  /** Names the item within one answer of the worklist. */
  readonly key: string;
  readonly patient: Patient & { readonly order: Order };
  /** Local time `YYYY-MM-DDTHH:MM`, or the date alone; null where the worklist does not say. */
  readonly scheduledAt: string | null;
  readonly modality: string | null;
  readonly station: string | null;
  readonly performingPhysician: string | null;
}

/** The words by which this item's patient comes into the session; `corrects` where identity is attached to a procedure under way. */
export function patientEventOf(item: WorklistItem, corrects: number | null): OperatorEvent {
  return { kind: 'patient', ...item.patient, ...(corrects === null ? {} : { corrects }) };
}
