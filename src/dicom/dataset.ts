import { inputFault, ok, type Result } from '../base/result.ts';
import { type DicomElement, readElements } from './elements.ts';
import { bodyEncoding, findHeader, looksLikeElement } from './header.ts';
import { describeOtherFile } from './otherFile.ts';
import { findTransferSyntax, type TransferSyntax } from './transferSyntax.ts';

/** One level of a DICOM dataset: the file's own, or one item of a sequence. Tags are `x` and eight hexadecimal digits. */
export interface DicomItem {
  readonly elements: Readonly<Record<string, DicomElement>>;
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
}

/** A file's dataset, read as far as it can be read. Values stay in `bytes`; nothing is copied. */
export interface DicomDataset extends DicomItem {
  /** (0002,0010) as declared; null when the file has no such element. */
  readonly transferSyntaxUid: string | null;
  /** What is known of the declared syntax, or of the encoding found when none is declared; undefined when it is unknown. */
  readonly transferSyntax: TransferSyntax | undefined;
  /** (0002,0002), for files whose dataset does not say its class. */
  readonly metaSopClass: string | null;
  /** (0002,0016), who sent it over the network; null where the file does not say. */
  readonly metaSourceAe: string | null;
  readonly explicitVr: boolean;
  /** Where and why reading stopped before the end of the file; null when all was read. */
  readonly damage: string | null;
}

/** Raw inflate (RFC 1951), given by whoever has one; returns what could be inflated of a damaged stream. */
export type InflateRaw = (bytes: Uint8Array) => Uint8Array;

/**
 * Reads a file's elements, leniently: without preamble, without file meta information, with a declared syntax that the
 * dataset does not follow, cut short. What came before damage is kept, and `damage` says so. A fault only when it is no DICOM.
 * `untilTag` stops before that element's value (it is present, its fragments are not).
 */
export function parseDataset(file: Uint8Array, inflateRaw: InflateRaw, untilTag?: string): Result<DicomDataset> {
  const header = findHeader(file);
  if (header === null)
    return inputFault(`is not a DICOM file: ${describeOtherFile(file) ?? 'it has neither the DICM mark nor a beginning that reads as a dataset'}`);
  const declared = header.transferSyntaxUid === null ? undefined : findTransferSyntax(header.transferSyntaxUid);
  let bytes = file;
  let start = header.bodyOffset;
  if (declared?.deflated) {
    const inflated = inflateRaw(file.subarray(start));
    // Some writers declare what they did not do.
    const plain = inflated.length === 0 && looksLikeElement(file, start);
    if (!plain) [bytes, start] = [inflated, 0];
    if (bytes.length === 0) return inputFault('is cut short or damaged: its deflated dataset does not inflate');
  }
  const encoding = bodyEncoding(bytes, start, declared);
  const { elements, damage } =
    start + 8 > bytes.length
      ? { elements: {}, damage: 'it ends before its dataset' }
      : readElements({ bytes, end: bytes.length, ...encoding }, start, untilTag);
  if (Object.keys(elements).length === 0 && header.transferSyntaxUid === null)
    return inputFault(
      header.marked ? 'is cut short or damaged: nothing that can be read follows its DICM mark' : 'is not a DICOM file: no element of it can be read',
    );
  return ok({
    elements,
    bytes,
    littleEndian: encoding.littleEndian,
    explicitVr: encoding.explicitVr,
    transferSyntaxUid: header.transferSyntaxUid,
    transferSyntax: header.transferSyntaxUid === null ? findTransferSyntax(encoding.uid) : declared,
    metaSopClass: header.sopClassUid,
    metaSourceAe: header.sourceAe,
    damage: damage ?? (header.cut ? 'it ends within its meta information' : null),
  });
}
