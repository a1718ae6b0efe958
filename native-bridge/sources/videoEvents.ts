import { noGeometry, type XrayFrameAttributes } from '../../src/dicom/xrayFrame.ts';
import { frameTopic, type PlaneId } from '../../src/sample/sample.ts';
import type { SourceEvent } from './source.ts';
import type { Picture } from './videoPicture.ts';
import type { VideoFrame, VideoMessage } from './videoWorker.ts';

/** What the video thread says when its input is open. */
export type VideoOpened = Extract<VideoMessage, { kind: 'opened' }>;

/** A `/device` event of the plane. */
export const videoSaid = (plane: PlaneId, state: 'connected' | 'lost' | 'ended' | 'notice', message: string, atMs: number | null): SourceEvent => ({
  topic: '/device',
  data: { device: `plane-${plane}`, state, message },
  atMs,
});
/** Frames that never came to the session, by number, first and last. */
export const videoMissing = (plane: PlaneId, fromFrame: number, toFrame: number, atMs: number | null): SourceEvent => ({
  topic: '/gap',
  data: { kind: 'frames-missing', plane, fromFrame, toFrame },
  atMs,
});

/** For people: what comes from the source. */
export const describeVideo = (opened: VideoOpened | null, { rows, columns, bits, pixelFormat }: VideoFrame): string => {
  const rate = opened?.frameTimeMs == null ? '' : `, ${Number((1000 / opened.frameTimeMs).toFixed(2))} pictures a second`;
  return `Video: ${rows} rows, ${columns} columns, ${bits} bits, ${opened?.codec ?? 'unknown'} ${pixelFormat}${rate}.`;
};

/**
 * What is known of a frame of a picture: nothing of its geometry. What a C-arm shows on a screen has the patient's name beside it
 * unless somebody has masked it.
 */
export function videoAttributes(frame: VideoFrame, frameNumber: number, frameTimeMs: number | null, masks: Picture['masks']): XrayFrameAttributes {
  // Of limited range 16 is black and 235 white, at 8 bits (ITU-R BT.601); window as in PS3.3 C.11.2.1.2.
  const unit = 2 ** (frame.bits - 8);
  return {
    rows: frame.rows,
    columns: frame.columns,
    bitsAllocated: frame.bits > 8 ? 16 : 8,
    bitsStored: frame.bits,
    photometric: 'MONOCHROME2',
    pixelIntensityRelationship: null,
    frameNumber,
    deviceTimeMs: frame.sourceTimeMs,
    frameTimeMs,
    windowCenter: frame.limitedRange ? (16 * unit + 235 * unit + 1) / 2 : null,
    windowWidth: frame.limitedRange ? 219 * unit + 1 : null,
    geometry: noGeometry,
    simulated: false,
    burnedInAnnotation: masks.length === 0,
  };
}

/** A picture as the frame of a plane. */
export const videoFrameEvent = (plane: PlaneId, attributes: XrayFrameAttributes, { pixels }: VideoFrame, atMs: number | null): SourceEvent => ({
  topic: frameTopic(plane),
  data: { attributes, pixels },
  atMs,
});
