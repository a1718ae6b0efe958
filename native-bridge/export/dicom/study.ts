import { patientOf } from '../../../src/procedure/operatorEvent.ts';
import type { Order, OrderCode, Patient } from '../../../src/procedure/patient.ts';
import { type DataMark, markOfRecord } from '../dataMark.ts';
import type { ExportTask, RecordOrigin } from '../task.ts';
import { dicomTimes, singleValue, uidOf } from './file.ts';
import { codingSchemes, dcm } from './srContent.ts';

/** What all instances of one export have in common. */
export interface DicomStudy {
  readonly patient: Patient | null;
  readonly startedAtEpochMs: number;
  readonly studyUid: string;
  readonly synchronizationUid: string;
  readonly mark: DataMark | null;
  readonly softwareVersion: string;
  readonly deidentified: RecordOrigin['deidentified'];
  readonly key: string;
}

/** The last patient that was said counts: identity may come after the procedure has begun. */
export async function studyOf({ reader, origin }: Pick<ExportTask, 'reader' | 'origin'>): Promise<DicomStudy> {
  let patient: Patient | null = null;
  for await (const sample of reader.samples({ frames: false, topics: ['/operator'] })) {
    if (sample.topic === '/operator' && sample.data.kind === 'patient') patient = patientOf(sample.data);
  }
  const { header } = reader;
  const key = origin.deidentified?.uidSeed ?? `${header.startedAtEpochMs}/${header.procedure}/${JSON.stringify(header.sources)}`;
  return {
    patient,
    startedAtEpochMs: header.startedAtEpochMs,
    studyUid: studyUidOf(patient) ?? uidOf(key, 'study'),
    synchronizationUid: uidOf(key, 'synchronization'),
    mark: markOfRecord(header),
    softwareVersion: header.softwareVersion,
    deidentified: origin.deidentified,
    key,
  };
}

/** The order's study, so that everything comes to lie where it was asked for. */
const studyUidOf = (patient: Patient | null): string | null => patient?.order?.studyInstanceUid || null;

/** As what this device observes and makes things. */
export const deviceNameOf = ({ mark }: DicomStudy): string => (mark === null ? 'Pedicle' : `Pedicle (${mark} procedure)`);

/** Patient, study and equipment modules. */
export function commonModules(study: DicomStudy): object {
  const order = study.patient?.order;
  const { date, time } = dicomTimes(study.startedAtEpochMs);
  return {
    SpecificCharacterSet: 'ISO_IR 192',
    TimezoneOffsetFromUTC: '+0000',
    PatientName: singleValue(study.patient?.name ?? 'Unknown^'),
    PatientID: singleValue(study.patient?.id ?? ''),
    PatientBirthDate: dicomDate(study.patient?.birthDate),
    PatientSex: dicomSex(study.patient?.sex),
    StudyInstanceUID: study.studyUid,
    StudyDate: date,
    StudyTime: time,
    StudyID: '1',
    AccessionNumber: singleValue(order?.accessionNumber ?? '', 16),
    ReferringPhysicianName: singleValue(order?.referringPhysician ?? ''),
    ...(order?.requestedProcedureDescription ? { StudyDescription: singleValue(order.requestedProcedureDescription) } : {}),
    ...(study.patient?.idIssuer ? { IssuerOfPatientID: singleValue(study.patient.idIssuer) } : {}),
    Manufacturer: 'Pedicle',
    ManufacturerModelName: deviceNameOf(study),
    DeviceSerialNumber: '0',
    SoftwareVersions: study.softwareVersion,
    CodingSchemeIdentificationSequence: codingSchemes,
    ...(study.deidentified ? deidentifiedAttributes(study.deidentified.masked) : {}),
  };
}

function dicomDate(text: string | undefined): string {
  const digits = text?.replaceAll('-', '') ?? '';
  return /^\d{8}$/.test(digits) ? digits : '';
}

/** The standard has M, F and O; what is none of them is left unsaid. */
function dicomSex(text: string | undefined): string {
  const letter = text?.slice(0, 1).toUpperCase() ?? '';
  return ['M', 'F', 'O'].includes(letter) ? letter : '';
}

const codeItems = (codes: readonly OrderCode[]): readonly object[] =>
  codes.map(({ value, scheme, meaning }) => ({ CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: singleValue(meaning) }));

const requestedProcedure = (order: Order): object => ({
  RequestedProcedureID: singleValue(order.requestedProcedureId, 16),
  RequestedProcedureDescription: singleValue(order.requestedProcedureDescription),
  ...(order.requestedProcedureCodes?.length ? { RequestedProcedureCodeSequence: codeItems(order.requestedProcedureCodes) } : {}),
});

/** What images and documents say of the order they answer (PS3.3 C.7.3.1); nothing when nobody ordered the procedure. */
export function requestAttributes({ patient }: DicomStudy): object {
  const order = patient?.order;
  if (!order) return {};
  const step = {
    ScheduledProcedureStepID: singleValue(order.scheduledStepId, 16),
    ScheduledProcedureStepDescription: singleValue(order.scheduledStepDescription),
    ...(order.scheduledStepCodes?.length ? { ScheduledProtocolCodeSequence: codeItems(order.scheduledStepCodes) } : {}),
  };
  return { RequestAttributesSequence: [{ ...requestedProcedure(order), ...step }] };
}

/** The same in structured reports and key object documents (PS3.3 C.17.2). */
export function referencedRequest(study: DicomStudy): object {
  const order = study.patient?.order;
  if (!order) return {};
  const item = {
    StudyInstanceUID: study.studyUid,
    ReferencedStudySequence: (order.referencedStudies ?? []).map(({ sopClass, sopInstance }) => ({
      ReferencedSOPClassUID: sopClass,
      ReferencedSOPInstanceUID: sopInstance,
    })),
    AccessionNumber: singleValue(order.accessionNumber, 16),
    PlacerOrderNumberImagingServiceRequest: '',
    FillerOrderNumberImagingServiceRequest: '',
    RequestedProcedureCodeSequence: [],
    ...requestedProcedure(order),
  };
  return { ReferencedRequestSequence: [item] };
}

/** PS3.15 Annex E and CID 7050: what was done. */
const deidentifiedAttributes = (masked: boolean): object => ({
  PatientIdentityRemoved: 'YES',
  DeidentificationMethod: 'Pedicle: basic profile, dates shifted, typed texts removed',
  DeidentificationMethodCodeSequence: [
    dcm('113100', 'Basic Application Confidentiality Profile'),
    ...(masked ? [dcm('113101', 'Clean Pixel Data Option')] : []),
    dcm('113107', 'Retain Longitudinal Temporal Information Modified Dates Option'),
  ],
  LongitudinalTemporalInformationModified: 'MODIFIED',
});
