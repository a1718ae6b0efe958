import { join } from 'node:path';
import type { ExportTask } from '../task.ts';
import { dicomTimes, uidOf, writeDicomFile } from './file.ts';
import { logEntries } from './logEntries.ts';
import type { LogEntry } from './logEntry.ts';
import { type ContentItem, dcm, item } from './srContent.ts';
import { commonModules, type DicomStudy, deviceNameOf, referencedRequest } from './study.ts';

const procedureLogClass = '1.2.840.10008.5.1.4.1.1.88.40';

/** The course of the procedure as a Procedure Log (PS3.3 A.35.7, PS3.16 TID 3001). Gives the file written. */
export async function exportLog({ reader, out }: ExportTask, study: DicomStudy): Promise<readonly string[]> {
  const entries = await logEntries(reader);
  const endMs = entries.at(-1)?.tMs ?? 0;
  const { date, time } = dicomTimes(study.startedAtEpochMs + endMs);
  await writeDicomFile(join(out, 'dicom/procedure-log.dcm'), {
    ...commonModules(study),
    ...referencedRequest(study),
    SOPClassUID: procedureLogClass,
    SOPInstanceUID: uidOf(study.key, 'log'),
    SeriesInstanceUID: uidOf(study.key, 'series', 'log'),
    SeriesNumber: 3,
    SeriesDescription: 'Procedure log',
    Modality: 'SR',
    ReferencedPerformedProcedureStepSequence: [],
    SynchronizationFrameOfReferenceUID: study.synchronizationUid,
    SynchronizationTrigger: 'NO TRIGGER',
    AcquisitionTimeSynchronized: 'N',
    InstanceNumber: 1,
    ContentDate: date,
    ContentTime: time,
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'UNVERIFIED',
    PerformedProcedureCodeSequence: [],
    ...root(study, entries),
  });
  return ['dicom/procedure-log.dcm'];
}

function root(study: DicomStudy, entries: readonly LogEntry[]): object {
  const context: readonly ContentItem[] = [
    item('HAS OBS CONTEXT', dcm('121005', 'Observer Type'), { code: dcm('121007', 'Device') }),
    item('HAS OBS CONTEXT', dcm('121012', 'Device Observer UID'), { uid: uidOf('pedicle', 'observer') }),
    item('HAS OBS CONTEXT', dcm('121013', 'Device Observer Name'), { text: deviceNameOf(study) }),
    item('HAS ACQ CONTEXT', dcm('121018', 'Procedure Study Instance UID'), { uid: study.studyUid }),
  ];
  return {
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [dcm('121120', 'Cath Lab Procedure Log')],
    ContinuityOfContent: 'SEPARATE',
    ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: '3001' }],
    ContentSequence: [...context, ...entries.map((entry) => entryItem(study, entry))],
  };
}

function entryItem(study: DicomStudy, { tMs, concept, value, properties }: LogEntry): ContentItem {
  const { dateTime } = dicomTimes(study.startedAtEpochMs + tMs);
  const recorded = item('HAS OBS CONTEXT', dcm('121125', 'DateTime of Recording of Log Entry'), { dateTime });
  const children = [recorded, ...properties.map(({ name, value: property }) => item('HAS PROPERTIES', name, property))];
  return { ...item('CONTAINS', concept, value, children), ObservationDateTime: dateTime };
}
