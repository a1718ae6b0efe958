/// <reference path="./dcmjs.d.ts" />
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import dcmjs from 'dcmjs';
import packageJson from '../../../package.json' with { type: 'json' };

/** A UID of the 2.25 form for this program, the same for ever. */
const implementationUid = uidOf('pedicle', 'implementation');

/**
 * A UID that depends on nothing but what it names (PS3.5 B.2: `2.25.` and a UUID as a decimal number; a version 8 UUID made from
 * SHA-256), so that exporting a record twice gives the same study, series and instances.
 */
export function uidOf(...names: readonly (string | number)[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(names)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
}

/** A dataset by keyword, as dcmjs takes it, without its pixel data. */
export interface Dataset {
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
  readonly [keyword: string]: unknown;
}

export const transferSyntaxes = { uncompressed: '1.2.840.10008.1.2.1', 'jpeg-ls': '1.2.840.10008.1.2.4.80' } as const;
export type DicomSyntax = keyof typeof transferSyntaxes;

/** A complete Part 10 file of a dataset, up to where pixel data would follow. */
export function encodeDataset(dataset: Dataset, syntax: DicomSyntax = 'uncompressed'): Uint8Array {
  const { DicomDict, DicomMetaDictionary } = dcmjs.data;
  const meta = {
    FileMetaInformationVersion: Uint8Array.of(0, 1).buffer,
    MediaStorageSOPClassUID: dataset.SOPClassUID,
    MediaStorageSOPInstanceUID: dataset.SOPInstanceUID,
    TransferSyntaxUID: transferSyntaxes[syntax],
    ImplementationClassUID: implementationUid,
    ImplementationVersionName: `PEDICLE ${packageJson.version}`,
  };
  const file = new DicomDict(DicomMetaDictionary.denaturalizeDataset(meta));
  file.dict = DicomMetaDictionary.denaturalizeDataset(dataset);
  return new Uint8Array(file.write());
}

export interface PixelData {
  readonly syntax: DicomSyntax;
  readonly vr: 'OB' | 'OW';
  readonly frameCount: number;
  readonly frameBytes: number;
}

/**
 * Writes a file with pixel data, one frame in memory at a time. `frames` must give `frameCount` frames: of `frameBytes` each, or
 * code streams of any length.
 */
export async function writeDicomImage(path: string, dataset: Dataset, pixelData: PixelData, frames: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    const head = encodeDataset(dataset, pixelData.syntax);
    await writeAll(file, head);
    if (pixelData.syntax === 'uncompressed') await writeNative(file, pixelData, frames);
    else await writeEncapsulated(file, head.length, pixelData.frameCount, frames);
  } finally {
    await file.close();
  }
}

async function writeNative(file: FileHandle, { vr, frameCount, frameBytes }: PixelData, frames: AsyncIterable<Uint8Array>): Promise<void> {
  const bytes = frameCount * frameBytes;
  await writeAll(file, pixelDataHead(vr, bytes + (bytes % 2)));
  let written = 0;
  for await (const frame of frames) {
    await writeAll(file, frame);
    written += frame.length;
  }
  if (written !== bytes) throw new Error(`${written} bytes of pixel data instead of ${bytes}`);
  if (bytes % 2 === 1) await writeAll(file, new Uint8Array(1));
}

const undefinedLength = 0xffffffff;

/** PS3.5 A.4: one fragment a frame, behind a basic offset table that is filled in when the lengths are known. */
async function writeEncapsulated(file: FileHandle, headBytes: number, frameCount: number, frames: AsyncIterable<Uint8Array>): Promise<void> {
  const offsets = new Uint32Array(frameCount);
  await writeAll(file, pixelDataHead('OB', undefinedLength));
  await writeAll(file, itemHead(0xe000, 4 * frameCount));
  const tableAt = headBytes + 12 + 8;
  await writeAll(file, new Uint8Array(offsets.buffer));
  let count = 0;
  let at = 0;
  for await (const frame of frames) {
    offsets[count++] = at;
    const padded = frame.length + (frame.length % 2);
    await writeAll(file, itemHead(0xe000, padded));
    await writeAll(file, frame);
    if (padded !== frame.length) await writeAll(file, new Uint8Array(1));
    at += 8 + padded;
  }
  if (count !== frameCount) throw new Error(`${count} frames instead of ${frameCount}`);
  await writeAll(file, itemHead(0xe0dd, 0));
  await file.write(new Uint8Array(offsets.buffer), 0, 4 * frameCount, tableAt);
}

/** Item or sequence delimitation item. */
function itemHead(element: number, bytes: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(8));
  head.setUint16(0, 0xfffe, true);
  head.setUint16(2, element, true);
  head.setUint32(4, bytes, true);
  return new Uint8Array(head.buffer);
}

export async function writeDicomFile(path: string, dataset: Dataset): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await writeAll(file, encodeDataset(dataset));
  } finally {
    await file.close();
  }
}

/** Element (7FE0,0010) up to its value, explicit VR little endian. */
function pixelDataHead(vr: 'OB' | 'OW', bytes: number): Uint8Array {
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  view.setUint16(0, 0x7fe0, true);
  view.setUint16(2, 0x0010, true);
  head.set(new TextEncoder().encode(vr), 4);
  view.setUint32(8, bytes, true);
  return head;
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done);
    done += bytesWritten;
  }
}

/** Unix ms as DICOM date, time and date-time, in UTC, as Timezone Offset From UTC says in each instance. */
export function dicomTimes(epochMs: number): { readonly date: string; readonly time: string; readonly dateTime: string } {
  const iso = new Date(epochMs).toISOString();
  const date = iso.slice(0, 10).replaceAll('-', '');
  const time = `${iso.slice(11, 19).replaceAll(':', '')}.${iso.slice(20, 23)}000`;
  return { date, time, dateTime: `${date}${time}` };
}

/** A number as DS: at most 16 characters. */
export function decimalString(value: number): string {
  const text = String(value);
  return text.length <= 16 ? text : String(Number(value.toPrecision(9)));
}

/** A text that fits into one value: no control characters, no backslash, which would make it two. */
export const singleValue = (text: string, maxLength = 64): string =>
  text
    .replaceAll('\\', '/')
    .replaceAll(/\p{Cc}/gu, ' ')
    .slice(0, maxLength);
