import { join } from 'node:path';
import type { ExportTask, MadeReport } from '../task.ts';
import { dicomTimes, uidOf, writeDicomFile } from './file.ts';
import { commonModules, type DicomStudy, requestAttributes } from './study.ts';

const encapsulatedPdfClass = '1.2.840.10008.5.1.4.1.1.104.1';

/** The report as an encapsulated PDF (PS3.3 A.45.1). Gives the files. */
export async function exportDocument({ out, reader }: ExportTask, study: DicomStudy, { pdf, model }: MadeReport): Promise<readonly string[]> {
  const { date, time, dateTime } = dicomTimes(study.startedAtEpochMs + reader.durationMs);
  const name = 'dicom/report.dcm';
  const padded = new Uint8Array(pdf.length + (pdf.length % 2));
  padded.set(pdf);
  await writeDicomFile(join(out, name), {
    ...commonModules(study),
    ...requestAttributes(study),
    SOPClassUID: encapsulatedPdfClass,
    SOPInstanceUID: uidOf(study.key, 'report'),
    SeriesInstanceUID: uidOf(study.key, 'series', 'report'),
    SeriesNumber: 4,
    SeriesDescription: 'Procedure report',
    Modality: 'DOC',
    ConversionType: 'WSD',
    InstanceNumber: 1,
    ContentDate: date,
    ContentTime: time,
    AcquisitionDateTime: dateTime,
    BurnedInAnnotation: study.patient && !study.deidentified ? 'YES' : 'NO',
    DocumentTitle: model.title,
    // LOINC: the document that tells of a procedure.
    ConceptNameCodeSequence: [{ CodeValue: '28570-0', CodingSchemeDesignator: 'LN', CodeMeaning: 'Procedure note' }],
    MIMETypeOfEncapsulatedDocument: 'application/pdf',
    EncapsulatedDocument: padded.buffer,
    EncapsulatedDocumentLength: pdf.length,
  });
  return [name];
}
