import type { DicomDataset } from './dataset.ts';
import type { ImageDescription } from './image.ts';
import type { TransferSyntax } from './transferSyntax.ts';
import { textOf } from './values.ts';

const jpegLsNearLossless = '1.2.840.10008.1.2.4.81';
/** JPEG XL whose code stream is a JPEG one, packed anew. */
const jpegRecompression = '1.2.840.10008.1.2.4.111';

/**
 * Whether pixels went through a lossy compression at any time (PS3.3 C.7.6.1.1.5): as (0028,2110) says, or since the syntax they come
 * in is one. Null when nobody says; JPEG 2000 and JPEG XL may be either.
 */
export function lossyCompressionOf(dataset: DicomDataset, { transferSyntax }: Pick<ImageDescription, 'transferSyntax'>): boolean | null {
  const said = textOf(dataset, 'x00282110');
  if (said === '01' || isLossy(transferSyntax)) return true;
  // Near-lossless JPEG-LS may be coded with no error at all, and then the header says so.
  if (said === '00') return false;
  return transferSyntax.uid === jpegLsNearLossless ? true : null;
}

const isLossy = ({ uid, coding }: TransferSyntax): boolean => coding === 'jpeg' || coding === 'video' || uid === jpegRecompression;

/** (0028,0301): whether text in the pixels says who the patient is and when; null when nobody says. */
export function burnedInAnnotationOf(dataset: DicomDataset): boolean | null {
  const said = textOf(dataset, 'x00280301');
  return said === 'YES' ? true : said === 'NO' ? false : null;
}
