import type { Result } from '../../src/base/result.ts';
import { dimseField } from '../../src/dicom/commandSet.ts';
import { type OutElement, unicodeCharacterSet } from '../../src/dicom/encodeElements.ts';
import { frameModality } from '../../src/dicom/modality.ts';
import type { OrderCode } from '../../src/procedure/patient.ts';
import { type PeerAccess, withAssociation } from './association.ts';
import { encodeIdentifier, plainSyntaxes } from './identifier.ts';
import type { JobContent, PerformedStep } from './job.ts';
import { PeerProblem } from './peerProblem.ts';

/** Modality Performed Procedure Step (PS3.4 annex F). */
export const mppsClass = '1.2.840.10008.3.1.2.3.3';

const duplicateInstance = 0x0111;
const missingInstance = 0x0112;
const processingFailure = 0x0110;
const outOfResources = 0xa700;

/** What is known of earlier attempts to tell the same end of a step. */
export interface ToldBefore {
  /** One went out, and its answer never came. */
  readonly mayBeTold: boolean;
  /** Keeps that for later attempts; resolves when it is on disk. */
  remember(mayBeTold: boolean): Promise<void>;
}

/**
 * Tells the beginning (N-CREATE) or the end (N-SET) of a step. Gives null when it was taken, or in words why it never will be;
 * fails when it may be later. What was told already and is told again because an answer got lost counts as taken: a beginning that is
 * there (0111h), and where `before` an end may have been taken, one that may no longer be changed (0110h, PS3.4 F.7.2.2.3).
 */
export function sendPerformedStep(
  access: PeerAccess,
  { action, uid, step }: Extract<JobContent, { kind: 'performed-step' }>,
  before: ToldBefore,
  signal?: AbortSignal,
): Promise<Result<string | null>> {
  const contexts = [{ abstractSyntax: mppsClass, transferSyntaxes: plainSyntaxes }];
  return withAssociation({ ...access, contexts, ...(signal && { signal }) }, async (association) => {
    const context = association.context(mppsClass);
    if (context === null) throw new PeerProblem('does not take performed procedure steps; check its port and AE title');
    const creating = action === 'create';
    const command = creating
      ? { field: dimseField.createRequest, messageId: 1, affectedSopClass: mppsClass, affectedSopInstance: uid, hasDataset: true }
      : { field: dimseField.setRequest, messageId: 1, requestedSopClass: mppsClass, requestedSopInstance: uid, hasDataset: true };
    if (!creating) await before.remember(true);
    await association.send(context.id, command, encodeIdentifier(creating ? beginning(step) : end(step), context.transferSyntax));
    const { status = 0, errorComment } = (await association.response()).command;
    if (status === 0 || status >> 12 === 0xb || (creating && status === duplicateInstance)) return null;
    if (!creating && before.mayBeTold && status === processingFailure) return null;
    // Answered: this attempt has told nothing.
    if (!creating) await before.remember(before.mayBeTold);
    const code = `${status.toString(16).toUpperCase().padStart(4, '0')}h`;
    if (status === outOfResources || (status === processingFailure && errorComment === undefined)) {
      throw new PeerProblem(`could not process the performed step (${code}); its log may say why`);
    }
    if (!creating && status === missingInstance) return `The performed-step service does not know this step (${code}).`;
    return `The performed-step service refused the ${creating ? 'beginning' : 'end'} of this step (${code}); its log says why.`;
  });
}

const text = (tag: number, vr: OutElement['vr'], value: string): OutElement => ({ tag, vr, value });
const sequence = (tag: number, value: readonly (readonly OutElement[])[]): OutElement => ({ tag, vr: 'SQ', value });
/** One value: a backslash would make it two. */
const one = (value: string, most: number): string => value.replaceAll('\\', '/').slice(0, most);

const codes = (tag: number, values: readonly OrderCode[] | undefined): OutElement =>
  sequence(
    tag,
    (values ?? []).map(({ value, scheme, meaning }) => [
      text(0x00080100, 'SH', one(value, 16)),
      text(0x00080102, 'SH', one(scheme, 16)),
      text(0x00080104, 'LO', one(meaning, 64)),
    ]),
  );

/** Local date, time and offset, as a worklist has them. */
function localTime(epochMs: number): { readonly date: string; readonly time: string; readonly offset: string } {
  const at = new Date(epochMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const offsetMin = -at.getTimezoneOffset();
  const offset = `${offsetMin < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offsetMin) / 60))}${two(Math.abs(offsetMin) % 60)}`;
  return {
    date: `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`,
    time: `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`,
    offset,
  };
}

const states = { 'in-progress': 'IN PROGRESS', completed: 'COMPLETED', discontinued: 'DISCONTINUED' } as const;

/** Everything that table F.7.2-1 wants of an N-CREATE; what is not known is there and empty. */
function beginning(step: PerformedStep): readonly OutElement[] {
  const { patient, station } = step;
  const { order } = patient;
  const { date, time, offset } = localTime(step.startedAtEpochMs);
  const scheduled = [
    text(0x0020000d, 'UI', order.studyInstanceUid),
    sequence(
      0x00081110,
      (order.referencedStudies ?? []).map(({ sopClass, sopInstance }) => [text(0x00081150, 'UI', sopClass), text(0x00081155, 'UI', sopInstance)]),
    ),
    text(0x00080050, 'SH', one(order.accessionNumber, 16)),
    text(0x00401001, 'SH', one(order.requestedProcedureId, 16)),
    text(0x00321060, 'LO', one(order.requestedProcedureDescription, 64)),
    text(0x00400009, 'SH', one(order.scheduledStepId, 16)),
    text(0x00400007, 'LO', one(order.scheduledStepDescription, 64)),
    codes(0x00400008, order.scheduledStepCodes),
  ];
  return [
    unicodeCharacterSet,
    text(0x00080201, 'SH', offset),
    sequence(0x00400270, [scheduled]),
    text(0x00100010, 'PN', one(patient.name, 200)),
    text(0x00100020, 'LO', one(patient.id, 64)),
    ...(patient.idIssuer === undefined ? [] : [text(0x00100021, 'LO', one(patient.idIssuer, 64))]),
    text(0x00100030, 'DA', /^\d{4}-\d\d-\d\d$/.test(patient.birthDate ?? '') ? (patient.birthDate ?? '').replaceAll('-', '') : ''),
    text(0x00100040, 'CS', /^[MFO]/i.exec(patient.sex ?? '')?.[0].toUpperCase() ?? ''),
    sequence(0x00081120, []),
    text(0x00400253, 'SH', step.stepId),
    text(0x00400241, 'AE', station.ae),
    text(0x00400242, 'SH', one(station.name, 16)),
    text(0x00400243, 'SH', ''),
    text(0x00400244, 'DA', date),
    text(0x00400245, 'TM', time),
    text(0x00400252, 'CS', states['in-progress']),
    text(0x00400254, 'LO', one(step.description, 64)),
    text(0x00400255, 'LO', ''),
    codes(0x00081032, order.requestedProcedureCodes),
    text(0x00400250, 'DA', ''),
    text(0x00400251, 'TM', ''),
    text(0x00080060, 'CS', frameModality),
    text(0x00200010, 'SH', ''),
    codes(0x00400260, order.scheduledStepCodes),
    sequence(0x00400340, []),
  ];
}

const discontinuation = {
  'wrong-entry': { value: '110514', scheme: 'DCM', meaning: 'Incorrect worklist entry selected' },
  'equipment-failure': { value: '110501', scheme: 'DCM', meaning: 'Equipment failure' },
  other: { value: '110513', scheme: 'DCM', meaning: 'Discontinued for unspecified reason' },
} as const;

/** The final state: what happened, when, and the series that the exports are in. */
function end(step: PerformedStep): readonly OutElement[] {
  const { date, time } = localTime(step.endedAtEpochMs ?? step.startedAtEpochMs);
  const series = step.series.map(({ uid, description, instances }) => [
    text(0x00081050, 'PN', ''),
    text(0x00081070, 'PN', ''),
    text(0x00181030, 'LO', one(step.description, 64)),
    text(0x0020000e, 'UI', uid),
    text(0x0008103e, 'LO', one(description, 64)),
    text(0x00080054, 'AE', ''),
    sequence(
      0x00081140,
      instances.map(({ sopClass, sopInstance }) => [text(0x00081150, 'UI', sopClass), text(0x00081155, 'UI', sopInstance)]),
    ),
    sequence(0x00400220, []),
  ]);
  return [
    unicodeCharacterSet,
    text(0x00400252, 'CS', states[step.outcome]),
    text(0x00400250, 'DA', date),
    text(0x00400251, 'TM', time),
    ...(step.discontinued === null ? [] : [codes(0x00400281, [discontinuation[step.discontinued]])]),
    sequence(0x00400340, series),
  ];
}
