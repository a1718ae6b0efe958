import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { FramesInspection } from './dicomInspect.ts';
import { openVideoInput, type VideoInput } from './videoLibrary.ts';
import { createPictureWriter, pixelLayout } from './videoPicture.ts';
import { parseVideoUri, type VideoRequest } from './videoUri.ts';

/** What a video holds, in the form of `FramesInspection`: frames as a session would get them, and how they are coded. */
export interface VideoInspection extends FramesInspection {
  readonly codec: string;
  readonly pixelFormat: string;
  /** Pictures that do not decode. */
  readonly damaged: number;
}

/** Of a device or a stream, which have no end. */
const liveFrames = 10;
const liveForMs = 5000;

const videoExtensions = new Set([
  '.mkv',
  '.mp4',
  '.m4v',
  '.mov',
  '.avi',
  '.ts',
  '.m2ts',
  '.mts',
  '.mpg',
  '.mpeg',
  '.m2v',
  '.webm',
  '.wmv',
  '.y4m',
  '.h264',
  '.264',
  '.hevc',
  '.265',
  '.mjpeg',
  '.mxf',
  '.nut',
  '.sdp',
]);

/** Whether a path without a scheme is rather a video than DICOM: by its name, unless it says inside that it is DICOM. */
export async function looksLikeVideo(path: string): Promise<boolean> {
  if (!videoExtensions.has(extname(path).toLowerCase())) return false;
  try {
    await using file = await open(path, 'r');
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 128);
    return buffer.toString('latin1') !== 'DICM';
  } catch {
    // Whoever opens it says why it cannot be read.
    return true;
  }
}

/** Decodes a whole file, or the first pictures of a device or stream. */
export async function inspectVideo(uri: string): Promise<Result<VideoInspection>> {
  const parsed = parseVideoUri(uri);
  if (!parsed.ok) return parsed;
  const live = parsed.value.input.kind !== 'file';
  const signal = live ? AbortSignal.timeout(liveForMs) : new AbortController().signal;
  const opened = await openVideoInput(parsed.value.input, parsed.value.deinterlace, signal);
  if (!opened.ok) return signal.aborted ? inputFault(`${uri}: nothing came within ${liveForMs / 1000} s.`) : inputFault(`${uri}: ${opened.fault.message}`);
  const input = opened.value;
  signal.addEventListener('abort', () => input.interrupt(), { once: true });
  try {
    return await readAll(uri, input, parsed.value, live ? liveFrames : Number.POSITIVE_INFINITY);
  } finally {
    await input.close();
  }
}

async function readAll(uri: string, input: VideoInput, request: VideoRequest, most: number): Promise<Result<VideoInspection>> {
  let found: Omit<VideoInspection, 'frames' | 'lastFrameSha256' | 'damaged'> | null = null;
  let pixels: Uint8Array | Uint16Array = new Uint8Array(0);
  let frames = 0;
  let damaged = 0;
  while (frames < most) {
    const step = await input.next();
    if (step.kind === 'end' || step.kind === 'failed') break;
    if (step.kind === 'damaged') {
      damaged++;
      continue;
    }
    const { picture } = step;
    const layout = pixelLayout(picture.pixelFormat);
    const writer = layout && createPictureWriter(layout, request.picture, picture.width, picture.height);
    if (!layout || !writer) return inputFault(`${uri}: the region lies outside the picture, which has ${picture.width} columns and ${picture.height} rows.`);
    const count = writer.rows * writer.columns;
    if (pixels.length !== count || layout.bits > 8 !== pixels instanceof Uint16Array) pixels = layout.bits > 8 ? new Uint16Array(count) : new Uint8Array(count);
    writer.write(picture, pixels);
    frames++;
    found ??= {
      ...withoutHeader,
      rows: writer.rows,
      columns: writer.columns,
      bitsAllocated: layout.bits > 8 ? 16 : 8,
      bitsStored: layout.bits,
      frameTimeMs: input.frameTimeMs,
      codec: input.codec,
      pixelFormat: picture.pixelFormat,
      firstFrameSha256: sha256(pixels),
    };
  }
  if (found === null) return inputFault(`${uri}: it holds no picture that can be decoded.`);
  return ok({ ...found, frames, lastFrameSha256: sha256(pixels), damaged });
}

/** What video never says. */
const withoutHeader = {
  kind: 'frames',
  sopClass: null,
  transferSyntax: null,
  samplesPerPixel: 1,
  photometric: 'MONOCHROME2',
  geometry: { primaryAngleDeg: null, secondaryAngleDeg: null, sidMm: null, sodMm: null, imagerPixelSpacingMm: null },
} as const;

const sha256 = (pixels: Uint8Array | Uint16Array) =>
  createHash('sha256')
    .update(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))
    .digest('hex');
