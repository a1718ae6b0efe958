import { mmPerPxOf } from '../../src/geometry/cArm.ts';
import type { FrameHeader } from '../../src/link/link.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import type { GuidanceOf } from './guidanceAge.ts';
import type { VoiRange } from './window.ts';

/** What one plane shows right now. Changes in place with each frame; read it on a tick, not through React state. */
export interface PictureInfo {
  /** The frame on the screen; null before the first. */
  readonly header: FrameHeader | null;
  /** What is drawn over it: computed from this frame, or from one shortly before. */
  readonly guidance: GuidanceOf | null;
  /** `performance.now()` when the newest frame arrived, shown or not. */
  readonly arrivedAt: number | null;
  /** From the bridge's stamp to the animation frame after drawing, ms. */
  readonly shownInMs: number | null;
  readonly dropped: number;
  /** Main-thread time of the last frame, ms. */
  readonly drawMs: number;
  readonly window: VoiRange | null;
  readonly inverted: boolean;
  readonly canvasPxPerImagePx: number | null;
  /** Set while the reference is subtracted: how the patient has moved since. `missing`: wanted, but there is no reference. */
  readonly roadmap: { readonly movedPx: readonly [dx: number, dy: number] } | 'missing' | null;
}

export const noPicture: PictureInfo = {
  header: null,
  guidance: null,
  arrivedAt: null,
  shownInMs: null,
  dropped: 0,
  drawMs: 0,
  window: null,
  inverted: false,
  canvasPxPerImagePx: null,
  roadmap: null,
};
const infos = new Map<string, PictureInfo>();

export const setPictureInfo = (key: PictureKey, info: PictureInfo): void => void infos.set(key, info);
export const forgetPictureInfo = (key: PictureKey): void => void infos.delete(key);

/** Live and review pictures of a plane are different pictures. */
export type PictureMode = 'live' | 'review' | 'compare';
export type PictureKey = `${PictureMode}/${PlaneId}`;
export const pictureInfo = (key: PictureKey): PictureInfo => infos.get(key) ?? noPicture;

/**
 * Age of a plane's picture at `now` (`performance.now()`): since the newest frame arrived, or since the one shown was stamped,
 * whichever is more, so that a link that delivers late does not look live. A held picture ages by arrival only. Null before the first.
 */
export function pictureAgeMs(key: PictureKey, now: number, held: boolean): number | null {
  const { header, arrivedAt } = pictureInfo(key);
  if (arrivedAt === null) return null;
  const sinceStamp = header && !held ? Date.now() - header.stampedEpochMs : 0;
  return Math.max(now - arrivedAt, sinceStamp);
}

/** What guidance says of the frames of both planes as they are shown. */
export const shownGuidance = (mode: PictureMode) => ({
  a: pictureInfo(`${mode}/a`).guidance?.observation ?? null,
  b: pictureInfo(`${mode}/b`).guidance?.observation ?? null,
});

/** How large a pixel of the frame shown is at the isocentre, mm: by its own geometry, else as calibrated. Null where nothing says so. */
export function mmPerPxShown(key: PictureKey): number | null {
  const { header, guidance } = pictureInfo(key);
  return (header && mmPerPxOf(header.attributes.geometry)) ?? guidance?.observation.needle.mmPerPx ?? null;
}
