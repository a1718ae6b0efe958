import { join } from 'node:path';
import { clock } from '../report/words.ts';
import type { ExportTask } from '../task.ts';
import { dicomTimes, uidOf, writeDicomFile } from './file.ts';
import type { ExportedFrame } from './frames.ts';
import type { MarkedFrame } from './presentation.ts';
import { dcm, item, referenceItem } from './srContent.ts';
import { commonModules, type DicomStudy, referencedRequest } from './study.ts';

const keyObjectClass = '1.2.840.10008.5.1.4.1.1.88.59';

/** The marked frames as a key object selection (PS3.3 A.35.4, PS3.16 TID 2010). Gives the files. */
export async function exportKeyObjects({ out, reader }: ExportTask, study: DicomStudy, marked: readonly MarkedFrame[]): Promise<readonly string[]> {
  if (marked.length === 0) return [];
  const { date, time } = dicomTimes(study.startedAtEpochMs + reader.durationMs);
  const name = 'dicom/key-objects.dcm';
  const reasons = marked.map(({ stored }) => `${clock(stored.frameTMs)} plane ${stored.plane.toUpperCase()}: ${stored.why ?? 'stored by the operator'}`);
  await writeDicomFile(join(out, name), {
    ...commonModules(study),
    ...referencedRequest(study),
    SOPClassUID: keyObjectClass,
    SOPInstanceUID: uidOf(study.key, 'key objects'),
    SeriesInstanceUID: uidOf(study.key, 'series', 'key objects'),
    SeriesNumber: 6,
    SeriesDescription: 'Marked frames',
    Modality: 'KO',
    ReferencedPerformedProcedureStepSequence: [],
    InstanceNumber: 1,
    ContentDate: date,
    ContentTime: time,
    CurrentRequestedProcedureEvidenceSequence: [
      { ReferencedSeriesSequence: seriesOf(marked.map(({ exported }) => exported)), StudyInstanceUID: study.studyUid },
    ],
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [dcm('113000', 'Of Interest')],
    ContinuityOfContent: 'SEPARATE',
    ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: '2010' }],
    ContentSequence: [
      item('HAS OBS CONTEXT', dcm('121005', 'Observer Type'), { code: dcm('121007', 'Device') }),
      item('HAS OBS CONTEXT', dcm('121012', 'Device Observer UID'), { uid: uidOf('pedicle', 'observer') }),
      item('CONTAINS', dcm('113012', 'Key Object Description'), { text: reasons.join('\n') }),
      // The images of a key object selection have no concept name.
      ...marked.map(({ exported }) => ({ RelationshipType: 'CONTAINS', ValueType: 'IMAGE', ReferencedSOPSequence: [referenceItem(exported)] })),
    ],
  });
  return [name];
}

/** Each referenced instance once, by series. */
function seriesOf(frames: readonly ExportedFrame[]): readonly object[] {
  const series = new Map<string, Map<string, string>>();
  for (const { seriesUid, sopClassUid, sopInstanceUid } of frames) {
    const instances = series.get(seriesUid) ?? new Map<string, string>();
    series.set(seriesUid, instances.set(sopInstanceUid, sopClassUid));
  }
  return [...series].map(([seriesUid, instances]) => ({
    ReferencedSOPSequence: [...instances].map(([sopInstanceUid, sopClassUid]) => referenceItem({ sopClassUid, sopInstanceUid })),
    SeriesInstanceUID: seriesUid,
  }));
}
