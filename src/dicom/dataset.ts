import type { Element, ByteStream as Stream } from 'dicom-parser';
import { inputFault, ok, type Result } from '../base/result.ts';
import { bodyEncoding, type Encoding, findHeader } from './header.ts';
import { ByteStream, bigEndianByteArrayParser, littleEndianByteArrayParser, readDicomElementExplicit, readDicomElementImplicit } from './parser.ts';
import { findTransferSyntax, type TransferSyntax } from './transferSyntax.ts';

/** One level of a DICOM dataset: the file's own, or one item of a sequence. Tags are `x` and eight hexadecimal digits. */
export interface DicomItem {
  readonly elements: Readonly<Record<string, Element>>;
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
  readonly explicitVr: boolean;
  /** Where and why reading stopped before the end of the file; null when all was read. */
  readonly damage: string | null;
}

/** Raw inflate (RFC 1951), given by whoever has one; returns what could be inflated of a damaged stream. */
export type InflateRaw = (bytes: Uint8Array) => Uint8Array;

/** Headers of mass-produced files are a few hundred elements; beyond this a file is not read further. */
const mostElements = 200_000;

/**
 * Reads a file's elements, leniently: without preamble, without file meta information, with a declared syntax that the
 * dataset does not follow, cut short. What came before damage is kept, and `damage` says so. A fault only when it is no DICOM.
 * `untilTag` stops before that element's value (it is present, its fragments are not).
 */
export function parseDataset(file: Uint8Array, inflateRaw: InflateRaw, untilTag?: string): Result<DicomDataset> {
  const header = findHeader(file);
  if (header === null) return inputFault('is not a DICOM file: it has neither the DICM mark nor a beginning that reads as a dataset');
  const declared = header.transferSyntaxUid === null ? undefined : findTransferSyntax(header.transferSyntaxUid);
  let bytes = file;
  let start = header.bodyOffset;
  if (declared?.deflated) {
    bytes = inflateRaw(file.subarray(start));
    start = 0;
    if (bytes.length === 0) return inputFault('is cut short or damaged: its deflated dataset does not inflate');
  }
  const encoding = bodyEncoding(bytes, start, declared);
  const { elements, damage } = readElements(bytes, start, encoding, untilTag);
  if (Object.keys(elements).length === 0 && header.transferSyntaxUid === null) return inputFault('is not a DICOM file: no element of it can be read');
  return ok({
    elements,
    bytes,
    littleEndian: encoding.littleEndian,
    explicitVr: encoding.explicitVr,
    transferSyntaxUid: header.transferSyntaxUid,
    transferSyntax: header.transferSyntaxUid === null ? findTransferSyntax(encoding.uid) : declared,
    metaSopClass: header.sopClassUid,
    damage,
  });
}

function readElements(bytes: Uint8Array, start: number, encoding: Encoding, untilTag: string | undefined) {
  const stream = new ByteStream(encoding.littleEndian ? littleEndianByteArrayParser : bigEndianByteArrayParser, bytes, start);
  stream.warnings = [];
  const elements: Record<string, Element> = {};
  let damage: string | null = null;
  for (let count = 0; stream.position + 8 <= bytes.length && count < mostElements; count++) {
    const at = stream.position;
    try {
      const element = encoding.explicitVr ? readDicomElementExplicit(stream, stream.warnings, untilTag) : readDicomElementImplicit(stream, untilTag);
      // Padding after the dataset, or the delimiter of an item that was never opened: no element.
      if (element.tag !== 'x00000000' && !element.tag.startsWith('xfffe')) elements[element.tag] = element;
      if (element.tag === untilTag) break;
    } catch (error) {
      const cut = cutElement(bytes, at, encoding);
      if (cut !== null) elements[cut.tag] ??= cut;
      damage = `${explain(error)} at byte ${at}`;
      break;
    }
  }
  return { elements, damage };
}

/** An element whose declared length reaches past the end of the file, with the part of its value that is there. */
function cutElement(bytes: Uint8Array, at: number, encoding: Encoding): Element | null {
  const stream = new ByteStream(encoding.littleEndian ? littleEndianByteArrayParser : bigEndianByteArrayParser, bytes, at);
  try {
    const tag = `x${hex4(stream.readUint16())}${hex4(stream.readUint16())}`;
    // Only the pixel data is worth having in part: any other value cut short would be a wrong value.
    if (tag !== 'x7fe00010') return null;
    const vr = encoding.explicitVr ? stream.readFixedString(2) : 'OW';
    if (encoding.explicitVr) stream.readUint16();
    const length = stream.readUint32();
    if (length === 0xffffffff) return cutEncapsulated(bytes, stream, tag, vr);
    return { tag, vr, length: Math.min(length, bytes.length - stream.position), dataOffset: stream.position };
  } catch {
    // Not even its header is there: nothing to keep, and the damage is reported by the caller.
    return null;
  }
}

/** The fragments that are there in full, and the last one as far as it goes. */
function cutEncapsulated(bytes: Uint8Array, stream: Stream, tag: string, vr: string): Element {
  const dataOffset = stream.position;
  const basicOffsetTable: number[] = [];
  const fragments: { offset: number; position: number; length: number }[] = [];
  let base = -1;
  while (stream.position + 8 <= bytes.length) {
    const group = stream.readUint16();
    const element = stream.readUint16();
    const declared = stream.readUint32();
    if (group !== 0xfffe || element !== 0xe000) break;
    const position = stream.position;
    const length = Math.min(declared, bytes.length - position);
    if (base < 0) {
      for (let i = 0; i + 4 <= length; i += 4) basicOffsetTable.push(stream.byteArrayParser.readUint32(bytes, position + i));
      base = position + length;
    } else fragments.push({ offset: position - 8 - base, position, length });
    if (position + length >= bytes.length) break;
    stream.seek(length);
  }
  return { tag, vr, length: bytes.length - dataOffset, dataOffset, hadUndefinedLength: true, encapsulatedPixelData: true, basicOffsetTable, fragments };
}

const hex4 = (value: number) => value.toString(16).padStart(4, '0');

function explain(error: unknown): string {
  if (error instanceof RangeError) return 'sequences nested too deeply';
  const text = error instanceof Error ? error.message : String(error);
  return /overrun|past the end|cannot|length|maxP/i.test(text) ? 'an element reaches past the end of the file' : 'an element cannot be read';
}
