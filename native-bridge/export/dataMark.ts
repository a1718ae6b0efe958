import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';
import { sourceKind } from '../../src/link/sourceKind.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import type { RecordHeader } from '../record/record.ts';

/** Has to stand on everything that is made from data which do not come from a procedure of the time that they are recorded under. */
export type DataMark = 'simulated' | 'replayed';

/** In the corner of a picture, and behind a title. */
export const markWord: Readonly<Record<DataMark, string>> = { simulated: 'SIMULATED', replayed: 'REPLAY' };

export const markSentence: Readonly<Record<DataMark, string>> = {
  simulated: 'SIMULATED DATA: no patient, no device. Not a medical record.',
  replayed: 'REPLAYED DATA: recorded before and played again. Not the record of a procedure at this time.',
};

type Origin = Pick<RecordHeader, 'simulated' | 'sources'>;

/** Of a whole record: one simulated or played source is enough. */
export function markOfRecord({ simulated, sources }: Origin): DataMark | null {
  if (simulated) return 'simulated';
  return Object.values(sources).some((uri) => sourceKind(uri) === 'played') ? 'replayed' : null;
}

/** Of a picture of one plane. */
export function markOfFrame({ sources }: Origin, plane: PlaneId, { attributes }: XrayFrame): DataMark | null {
  if (attributes.simulated) return 'simulated';
  return sourceKind(plane === 'a' ? sources.framesA : sources.framesB) === 'played' ? 'replayed' : null;
}
