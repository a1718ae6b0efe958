import { failedFault, ok, type Result } from '../../src/base/result.ts';
import type { DecodedFrame } from '../../src/dicom/storedValues.ts';
import type { CodedFrame } from './dicomDecode.ts';
import { type DecodedPicture, openVideoBytes, type VideoInput } from './videoLibrary.ts';
import { createPictureWriter, pixelLayout } from './videoPicture.ts';

/** Frames of video streams inside DICOM files, one after the other; an earlier one begins again at the start. */
export interface VideoStreams {
  /** The luma of frame `stream.index`. The fault's message completes "frame N …". */
  frame(coded: CodedFrame, stream: NonNullable<CodedFrame['stream']>): Promise<Result<DecodedFrame>>;
}

interface Running {
  readonly id: number;
  readonly input: VideoInput;
  next: number;
}

const wholePicture = { region: null, masks: [], field: null, rotateDeg: 0, flip: null } as const;

/** Keeps one stream open: runs are played one file at a time. */
export function createVideoStreams(): VideoStreams {
  let running: Running | null = null;

  const open = async ({ bytes }: CodedFrame, id: number): Promise<Result<Running>> => {
    await running?.input.close();
    running = null;
    const opened = await openVideoBytes(bytes);
    if (!opened.ok) return failedFault(`cannot be decoded: ${opened.fault.message.replace(/\.$/, '')}`);
    running = { id, input: opened.value, next: 0 };
    return ok(running);
  };

  const decode = async (coded: CodedFrame, stream: NonNullable<CodedFrame['stream']>): Promise<Result<DecodedFrame>> => {
    const found = running?.id === stream.id && running.next <= stream.index ? ok(running) : await open(coded, stream.id);
    if (!found.ok) return found;
    const { input } = found.value;
    for (;;) {
      const step = await input.next();
      if (step.kind === 'end') return failedFault(`is missing: the video ends after ${found.value.next} frames`);
      if (step.kind === 'failed') return failedFault(`is missing: the video breaks off (${step.why})`);
      const index = found.value.next++;
      if (index < stream.index) continue;
      return step.kind === 'damaged' ? failedFault('is damaged: the video does not decode there') : lumaOf(step.picture, coded);
    }
  };

  // Several frames are asked for ahead: one after the other through the one stream.
  let turn: Promise<unknown> = Promise.resolve();
  return {
    frame(coded, stream) {
      const decoded = turn.then(() => decode(coded, stream));
      turn = decoded.catch(() => undefined);
      return decoded;
    },
  };
}

function lumaOf(picture: DecodedPicture, { image }: CodedFrame): Result<DecodedFrame> {
  const layout = pixelLayout(picture.pixelFormat);
  const writer = layout && createPictureWriter(layout, wholePicture, picture.width, picture.height);
  if (!layout || !writer) return failedFault(`is coded in ${picture.pixelFormat}, which is not read here`);
  if (writer.rows !== image.rows || writer.columns !== image.columns)
    return failedFault(`is damaged: the video has ${writer.rows} rows and ${writer.columns} columns, the header says ${image.rows} and ${image.columns}`);
  if (layout.bits > 8 && image.bitsAllocated <= 8)
    return failedFault(`is damaged: the video has ${layout.bits} bits a sample, the header says ${image.bitsAllocated}`);
  const count = writer.rows * writer.columns;
  const cells = image.bitsAllocated > 8 ? new Uint16Array(count) : new Uint8Array(count);
  writer.write(picture, cells);
  return ok({ cells, samplesPerPixel: 1, photometric: 'MONOCHROME2' });
}
