import type { PlaneStatus } from '../../src/link/link.ts';

/** Old data never looks live: a view or a number without anything new for this long says so. */
export const staleAfterMs = 500;

/** What a picture is, in one word that cannot be mistaken for another. */
export type PictureWord = 'LIVE' | 'HOLD' | 'LAST IMAGE' | 'STALE' | 'NO SIGNAL' | 'REPLAY';

export interface PictureSituation {
  readonly mode: 'live' | 'review';
  readonly linkUp: boolean;
  /** Age of the frame shown, by this computer's clock: since it was stamped or since it arrived, whichever is more. Null before the first. */
  readonly frameAgeMs: number | null;
  readonly held: boolean;
  /** The source plays a recording: what it shows happened before, however new the frame. */
  readonly isPlayed: boolean;
  readonly status: PlaneStatus | null;
}

/**
 * The word over a picture. When the bridge says that the source is there and sends nothing, its beam is off: the last image stays,
 * as such. When frames come to the bridge and are late here, the picture is stale. A lost link and an old frame come before HOLD:
 * somebody who holds a picture must still learn that nothing new would come.
 */
export function pictureWord(situation: PictureSituation): PictureWord {
  if (situation.mode === 'review') return 'REPLAY';
  if (situation.frameAgeMs === null) return 'NO SIGNAL';
  if (!situation.linkUp) return 'STALE';
  if (situation.held) return 'HOLD';
  if (situation.status?.state === 'lost') return 'NO SIGNAL';
  if (situation.status?.state === 'ended') return 'STALE';
  if (situation.frameAgeMs <= staleAfterMs) return situation.isPlayed ? 'REPLAY' : 'LIVE';
  return situation.status?.state === 'stale' ? 'LAST IMAGE' : 'STALE';
}

/** How much a number may be trusted right now. */
export type NumberFreshness = 'fresh' | 'stale' | 'none';

/** `ageMs`: since the last reading arrived here, by this computer's clock; null when there never was one. */
export function numberFreshness(linkUp: boolean, ageMs: number | null): NumberFreshness {
  if (ageMs === null) return 'none';
  return linkUp && ageMs <= staleAfterMs ? 'fresh' : 'stale';
}
