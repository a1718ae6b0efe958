import { deflateRawSync } from 'node:zlib';

/** One element of a dataset to be written. */
export interface BuiltElement {
  /** 0xggggeeee. */
  readonly tag: number;
  readonly vr: string;
  /** Text, numbers of the VR's own type (US, FL, …), raw bytes, items of a sequence, or fragments of encapsulated pixel data. */
  readonly value:
    | string
    | readonly number[]
    | Uint8Array
    | readonly (readonly BuiltElement[])[]
    | { readonly offsets: readonly number[]; readonly fragments: readonly Uint8Array[] };
}

export const element = (tag: number, vr: string, value: BuiltElement['value']): BuiltElement => ({ tag, vr, value });

export interface DatasetEncoding {
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
}

const longForm = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'UC', 'UN', 'UR', 'UT']);
const sizes: Readonly<Record<string, number>> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8, AT: 4 };

/** Bytes of a dataset, elements in the order given. */
export function buildDataset(elements: readonly BuiltElement[], encoding: DatasetEncoding = { explicitVr: true, littleEndian: true }): Uint8Array {
  return join(elements.map((entry) => encodeElement(entry, encoding)));
}

/** A Part 10 file: preamble, meta information, dataset. Each of the first two can be left out, as bad writers do. */
export function buildPart10(
  elements: readonly BuiltElement[],
  options: { readonly transferSyntax?: string; readonly preamble?: boolean; readonly meta?: boolean } = {},
): Uint8Array {
  const { transferSyntax = '1.2.840.10008.1.2.1', preamble = true, meta = true } = options;
  const encoding = { explicitVr: transferSyntax !== '1.2.840.10008.1.2', littleEndian: transferSyntax !== '1.2.840.10008.1.2.2' };
  const body = buildDataset(elements, encoding);
  const dataset = transferSyntax === '1.2.840.10008.1.2.1.99' ? new Uint8Array(deflateRawSync(body)) : body;
  const group2 = buildDataset([element(0x00020002, 'UI', '1.2.840.10008.5.1.4.1.1.12.2'), element(0x00020010, 'UI', transferSyntax)]);
  const head = meta ? [buildDataset([element(0x00020000, 'UL', [group2.length])]), group2] : [];
  return join([...(preamble ? [new Uint8Array(128), ascii('DICM')] : []), ...head, dataset]);
}

/** What most tests vary in a fluoroscopy run. */
export interface BuiltRun {
  readonly rows: number;
  readonly columns: number;
  /** One per frame, `rows × columns` samples of a pixel together. */
  readonly frames: readonly (Uint8Array | Uint16Array | Int16Array)[];
  readonly bitsStored?: number;
  readonly samplesPerPixel?: number;
  readonly photometric?: string;
  readonly signed?: boolean;
  /** Instead of the frames' own bytes: coded frames, one or more fragments each, with or without a table of offsets. */
  readonly coded?: { readonly frames: readonly (readonly Uint8Array[])[]; readonly offsetTable: boolean };
  /** Further elements, put where their tags belong. */
  readonly also?: readonly BuiltElement[];
}

/** The elements of an RF run. */
export function xrayRun(run: BuiltRun, littleEndian = true): readonly BuiltElement[] {
  const bitsAllocated = run.frames[0] instanceof Uint8Array ? 8 : 16;
  const bitsStored = run.bitsStored ?? bitsAllocated;
  const elements = [
    element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.12.2'),
    element(0x00280002, 'US', [run.samplesPerPixel ?? 1]),
    element(0x00280004, 'CS', run.photometric ?? 'MONOCHROME2'),
    element(0x00280008, 'IS', String(run.frames.length)),
    element(0x00280010, 'US', [run.rows]),
    element(0x00280011, 'US', [run.columns]),
    element(0x00280100, 'US', [bitsAllocated]),
    element(0x00280101, 'US', [bitsStored]),
    element(0x00280102, 'US', [bitsStored - 1]),
    element(0x00280103, 'US', [run.signed ? 1 : 0]),
    run.coded
      ? element(0x7fe00010, 'OB', encapsulated(run.coded))
      : element(0x7fe00010, 'OW', join(run.frames.map((frame) => frameBytes(frame, littleEndian)))),
  ];
  const replaced = new Set(run.also?.map((entry) => entry.tag));
  return [...elements.filter((entry) => !replaced.has(entry.tag)), ...(run.also ?? [])].toSorted((a, b) => a.tag - b.tag);
}

function encapsulated({ frames, offsetTable }: NonNullable<BuiltRun['coded']>) {
  const offsets: number[] = [];
  let at = 0;
  for (const fragments of frames) {
    offsets.push(at);
    at += fragments.reduce((sum, fragment) => sum + 8 + fragment.length + (fragment.length % 2), 0);
  }
  return { offsets: offsetTable ? offsets : [], fragments: frames.flat() };
}

/** RLE as the simplest encoder writes it: literal runs only. */
export function encodeRleLiterally(frame: Uint8Array | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
  const planes = frame.BYTES_PER_ELEMENT;
  const segments = Array.from({ length: planes }, (_, index) => {
    const plane = Uint8Array.from({ length: frame.length }, (_, pixel) => bytes[pixel * planes + planes - 1 - index] ?? 0);
    const runs: Uint8Array[] = [];
    for (let at = 0; at < plane.length; at += 128) {
      const run = plane.subarray(at, at + 128);
      runs.push(Uint8Array.of(run.length - 1), run);
    }
    return padded(join(runs));
  });
  const header = new DataView(new ArrayBuffer(64));
  header.setUint32(0, planes, true);
  let offset = 64;
  segments.forEach((segment, index) => {
    header.setUint32(4 + 4 * index, offset, true);
    offset += segment.length;
  });
  return join([new Uint8Array(header.buffer), ...segments]);
}

function encodeElement(entry: BuiltElement, encoding: DatasetEncoding): Uint8Array {
  const { tag, vr, value } = entry;
  const bytes = encodeValue(value, vr, encoding);
  const undefinedLength = !(value instanceof Uint8Array) && typeof value === 'object' && 'fragments' in value;
  const length = undefinedLength ? 0xffffffff : bytes.length;
  const header = new DataView(new ArrayBuffer(encoding.explicitVr && longForm.has(vr) ? 12 : 8));
  header.setUint16(0, tag >>> 16, encoding.littleEndian);
  header.setUint16(2, tag & 0xffff, encoding.littleEndian);
  if (!encoding.explicitVr) header.setUint32(4, length, encoding.littleEndian);
  else {
    header.setUint8(4, vr.charCodeAt(0));
    header.setUint8(5, vr.charCodeAt(1));
    if (longForm.has(vr)) header.setUint32(8, length, encoding.littleEndian);
    else header.setUint16(6, length, encoding.littleEndian);
  }
  return join([new Uint8Array(header.buffer), bytes]);
}

function encodeValue(value: BuiltElement['value'], vr: string, encoding: DatasetEncoding): Uint8Array {
  if (typeof value === 'string') return padded(ascii(value), vr === 'UI' ? 0 : 0x20);
  if (value instanceof Uint8Array) return padded(value);
  if ('fragments' in value) {
    const table = new Uint8Array(Uint32Array.from(value.offsets).buffer);
    return join([...[table, ...value.fragments].map((fragment) => item(padded(fragment), encoding)), itemTag(0xe0dd, 0, encoding)]);
  }
  if (value.every((entry) => typeof entry === 'number')) return numbers(value, vr, encoding);
  return join(value.flatMap((entry) => (typeof entry === 'number' ? [] : [item(buildDataset(entry, encoding), encoding)])));
}

const item = (bytes: Uint8Array, encoding: DatasetEncoding) => join([itemTag(0xe000, bytes.length, encoding), bytes]);

function itemTag(elementNumber: number, length: number, { littleEndian }: DatasetEncoding): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint16(0, 0xfffe, littleEndian);
  view.setUint16(2, elementNumber, littleEndian);
  view.setUint32(4, length, littleEndian);
  return new Uint8Array(view.buffer);
}

function numbers(values: readonly number[], vr: string, { littleEndian }: DatasetEncoding): Uint8Array {
  const size = sizes[vr] ?? 2;
  const view = new DataView(new ArrayBuffer(values.length * size));
  values.forEach((value, index) => {
    if (vr === 'FD') view.setFloat64(index * size, value, littleEndian);
    else if (vr === 'FL') view.setFloat32(index * size, value, littleEndian);
    else if (size === 4) view.setUint32(index * size, value, littleEndian);
    else view.setUint16(index * size, value, littleEndian);
  });
  return new Uint8Array(view.buffer);
}

function frameBytes(frame: Uint8Array | Uint16Array | Int16Array, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
  return frame.BYTES_PER_ELEMENT === 1 || littleEndian ? bytes : bytes.map((_, index) => bytes[index ^ 1] ?? 0);
}

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const padded = (bytes: Uint8Array, filler = 0) => (bytes.length % 2 === 0 ? bytes : join([bytes, Uint8Array.of(filler)]));

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
