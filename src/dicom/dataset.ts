import type { Element, ByteStream as Stream } from 'dicom-parser';
import { inputFault, ok, type Result } from '../base/result.ts';
import { beginsWithItem, readFragments } from './fragments.ts';
import { bodyEncoding, type Encoding, findHeader, isKnownVr, isLongForm, readByLibrary } from './header.ts';
import { describeOtherFile } from './otherFile.ts';
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
  /** (0002,0016), who sent it over the network; null where the file does not say. */
  readonly metaSourceAe: string | null;
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
  if (header === null)
    return inputFault(`is not a DICOM file: ${describeOtherFile(file) ?? 'it has neither the DICM mark nor a beginning that reads as a dataset'}`);
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
    metaSourceAe: header.sourceAe,
    damage,
  });
}

function readElements(bytes: Uint8Array, start: number, encoding: Encoding, untilTag: string | undefined) {
  const elements: Record<string, Element> = {};
  if (start + 8 > bytes.length) return { elements, damage: 'it ends before its dataset' };
  const stream = new ByteStream(encoding.littleEndian ? littleEndianByteArrayParser : bigEndianByteArrayParser, bytes, start);
  stream.warnings = [];
  let damage: string | null = null;
  for (let count = 0; stream.position + 8 <= bytes.length && count < mostElements; count++) {
    const at = stream.position;
    try {
      const element = readElement(stream, encoding, untilTag);
      // Padding after the dataset, or the delimiter of an item that was never opened: no element.
      if (element.tag !== 'x00000000' && !element.tag.startsWith('xfffe')) elements[element.tag] = element;
      if (element.tag === untilTag) break;
      if (element.tag === pixelDataTag && element.dataOffset + element.length > bytes.length)
        damage ??= `the pixel data reaches past the end of the file at byte ${at}`;
    } catch (error) {
      damage ??= `${explain(error)} at byte ${at}`;
      const next = nextReadable(bytes, at, encoding);
      if (next === null) break;
      stream.position = next;
    }
  }
  return { elements, damage };
}

const pixelDataTag = 'x7fe00010';

function readElement(stream: Stream, encoding: Encoding, untilTag: string | undefined): Element {
  const header = elementHeader(stream.byteArray as Uint8Array, stream.position, encoding);
  // The pixel data is worth having in part; any other value that is cut short would be a wrong value.
  if (header.tag === pixelDataTag && header.tag !== untilTag) return readPixelData(stream, header);
  if (encoding.explicitVr && !readByLibrary(header.vr)) return readPlain(stream, header);
  return encoding.explicitVr ? readDicomElementExplicit(stream, stream.warnings, untilTag) : readDicomElementImplicit(stream, untilTag);
}

/** A value whose representation the library does not know, and would take for one with a length of 16 bits. */
function readPlain(stream: Stream, { tag, vr, length, dataOffset }: ElementHeader): Element {
  if (dataOffset + length > stream.byteArray.length) throw new Error('a value reaches past the end');
  stream.position = dataOffset + length;
  return { tag, vr, length, dataOffset };
}

/** The pixel data, as far as the file goes; `length` as declared, so that a cut can be told. */
function readPixelData(stream: Stream, header: ElementHeader): Element {
  const bytes = stream.byteArray as Uint8Array;
  const { tag, vr, dataOffset } = header;
  if (header.length !== undefinedLength && !beginsWithItem(bytes, dataOffset, stream.byteArrayParser)) {
    stream.position = Math.min(dataOffset + header.length, bytes.length);
    return { tag, vr, length: header.length, dataOffset };
  }
  const { basicOffsetTable, fragments, end, cut } = readFragments(bytes, dataOffset, stream.byteArrayParser);
  stream.position = end;
  const length = end - dataOffset + (cut ? 1 : 0);
  return { tag, vr, length, dataOffset, hadUndefinedLength: true, encapsulatedPixelData: true, basicOffsetTable, fragments };
}

interface ElementHeader {
  readonly tag: string;
  readonly vr: string;
  readonly length: number;
  readonly dataOffset: number;
}

const undefinedLength = 0xffffffff;

function elementHeader(bytes: Uint8Array, at: number, encoding: Encoding): ElementHeader {
  const stream = new ByteStream(encoding.littleEndian ? littleEndianByteArrayParser : bigEndianByteArrayParser, bytes, at);
  const tag = `x${hex4(stream.readUint16())}${hex4(stream.readUint16())}`;
  if (!encoding.explicitVr) return { tag, vr: 'OW', length: stream.readUint32(), dataOffset: stream.position };
  const vr = stream.readFixedString(2);
  const short = stream.readUint16();
  if (isLongForm(vr)) return { tag, vr, length: stream.readUint32(), dataOffset: stream.position };
  const dataOffset = stream.position;
  const long = !isKnownVr(vr) && short === 0 ? longLength(stream) : null;
  return long === null ? { tag, vr, length: short, dataOffset } : { tag, vr, length: long, dataOffset: dataOffset + 4 };
}

/**
 * Of a representation that is not known here: those of later editions have a length of 32 bits behind two bytes of zero
 * (PS3.5 7.1.2). Null where those bytes are an empty value and the next element follows, or where it cannot be.
 */
function longLength(stream: Stream): number | null {
  const { position, byteArray } = stream;
  if (position + 6 > byteArray.length || isKnownVr(String.fromCharCode(byteArray[position + 4] ?? 0, byteArray[position + 5] ?? 0))) return null;
  const length = stream.readUint32();
  return length <= byteArray.length - stream.position ? length : null;
}

/** Where reading can go on after an element that could not be read: behind it when it says its length, else at the pixel data. */
function nextReadable(bytes: Uint8Array, at: number, encoding: Encoding): number | null {
  try {
    const header = elementHeader(bytes, at, encoding);
    const behind = header.dataOffset + header.length;
    if (header.length !== undefinedLength && behind > at && behind < bytes.length) return behind;
  } catch {
    // The file ends within the element's header: nothing follows.
    return null;
  }
  if (!encoding.explicitVr || !encoding.littleEndian) return null;
  for (let i = at + 8; i + 12 <= bytes.length; i++) {
    if (bytes[i] === 0xe0 && bytes[i + 1] === 0x7f && bytes[i + 2] === 0x10 && bytes[i + 3] === 0 && bytes[i + 4] === 0x4f) return i;
  }
  return null;
}

const hex4 = (value: number) => value.toString(16).padStart(4, '0');

function explain(error: unknown): string {
  if (error instanceof RangeError) return 'sequences nested too deeply';
  const text = error instanceof Error ? error.message : String(error);
  return /overrun|past the end|cannot|length|maxP/i.test(text) ? 'an element reaches past the end of the file' : 'an element cannot be read';
}
