import type { OperatorEvent } from '../../../src/procedure/operatorEvent.ts';
import type { RecordReader } from '../../record/record.ts';
import { dicomTimes, singleValue, uidOf } from './file.ts';
import { codingSchemes } from './srContent.ts';

type Patient = Extract<OperatorEvent, { kind: 'patient' }>;

/** What all instances of one export have in common. */
export interface DicomStudy {
  readonly patient: Patient | null;
  readonly startedAtEpochMs: number;
  readonly studyUid: string;
  readonly synchronizationUid: string;
  readonly simulated: boolean;
  readonly softwareVersion: string;
  readonly key: string;
}

/** The last patient that was said counts: identity may come after the procedure has begun. */
export async function studyOf(reader: RecordReader): Promise<DicomStudy> {
  let patient: Patient | null = null;
  for await (const sample of reader.samples({ frames: false, topics: ['/operator'] })) {
    if (sample.topic === '/operator' && sample.data.kind === 'patient') patient = sample.data;
  }
  const { header } = reader;
  const key = `${header.startedAtEpochMs}/${header.procedure}/${JSON.stringify(header.sources)}`;
  return {
    patient,
    startedAtEpochMs: header.startedAtEpochMs,
    studyUid: uidOf(key, 'study'),
    synchronizationUid: uidOf(key, 'synchronization'),
    simulated: header.simulated,
    softwareVersion: header.softwareVersion,
    key,
  };
}

/** Patient, study and equipment modules. */
export function commonModules(study: DicomStudy): object {
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
    AccessionNumber: '',
    ReferringPhysicianName: '',
    Manufacturer: 'Pedicle',
    ManufacturerModelName: study.simulated ? 'Pedicle (simulated procedure)' : 'Pedicle',
    DeviceSerialNumber: '0',
    SoftwareVersions: study.softwareVersion,
    CodingSchemeIdentificationSequence: codingSchemes,
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
