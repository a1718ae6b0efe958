import type { Shaft } from './shaft.ts';
import type { NeedleTrack } from './track.ts';

/** When a needle is at rest in the bone, and what lets it go again: millimetres, and shares of its width or contrast. */
export const restRules = {
  /** A needle whose tip stays within this for half a second is at rest. */
  parkedRangeMm: 0.45,
  /** Contrast falls by this share when the stylet leaves. */
  styletDrop: 0.2,
  /** And against its brighter side by this share of that. */
  openDropShare: 0.4,
  /** So much lost at once by a shaft longer than so many of its widths is the stylet, however short a time it has been seen. */
  plainDrop: 0.35,
  longWidths: 6,
  /** A tip measured to this share of the width is believed at once. */
  clearTip: 0.18,
  jumpMm: 8,
  releaseMm: 1.2,
  /** It has left a place, longer than this, when less than this share of its contrast is left there. */
  leastBackMm: 0.6,
  bareShare: 0.5,
  backFrames: 2,
  /** An unseen needle is there as long as its place stops this share of what it stopped: two thin walls are left when a stylet leaves. */
  coveredShare: 0.3,
  /** With less than this share of it left there, it has gone. */
  goneShare: 0.1,
  /** The same of its whole shaft, where only one side has to be as dark as it. */
  goneShaftShare: 0.2,
  releaseHollowMm: 6,
  sameEndMm: 2,
  /** An end that far back is no end as long as the place before it stops this share of what the shaft stops: another needle crosses there. */
  standsShare: 0.5,
  /** The same for one that is followed on its way out: it may go so far back in a frame without being asked. */
  standsFollowedMm: 2.5,
  /** The stylet's point stands out of the cannula: the end is so much farther back once it has left, seen alike in so many frames. */
  openEndMm: { least: 1.2, most: 6, alike: 0.5 },
  openEndFrames: 3,
  /** With so little more in front of it than there was, nepers, neither balloon nor cement has come. */
  emptyNepers: 0.06,
  /**
   * Farther back than cement hides an end, one that goes on backwards in even steps is a cannula drawn back: at least so much in each of so
   * many steps, none a leap, and none longer than another by more than this factor (what cement hides wanders).
   */
  drawnBack: { beyondMm: 8, stepMm: 0.5, steps: 2, evenness: 2.5 },
  /** How much of a disagreement between the end that is held and the one that is seen is told as uncertainty: balloon and cement explain one in front. */
  doubtShare: 0.55,
  doubtMm: { ahead: 1.5, back: 8 },
  /** One that looked open at first and not three times in so many frames is none. */
  cameOpenFrames: 6,
  /** Standard deviation of the end of a cannula that was open when it came into view: what lies before it was never seen without it. */
  cameOpenMm: 1.8,
} as const;

type ShaftContrast = Pick<Shaft, 'fullContrast' | 'openContrast'>;

/**
 * Whether a shaft stops clearly less than with its stylet in. Another needle that comes to lie beside it makes its darker side darker and leaves
 * the brighter one alone: what has left the shaft itself is gone against both.
 */
export function stopsLess(track: Pick<NeedleTrack, 'solidContrast' | 'solidOpenContrast'>, { fullContrast, openContrast }: ShaftContrast): boolean {
  const lost = track.solidContrast - fullContrast;
  return lost > restRules.styletDrop * track.solidContrast && track.solidOpenContrast - openContrast > restRules.openDropShare * lost;
}

/** What is known of a needle from the frames before. */
type KnownOfStylet = Pick<NeedleTrack, 'stylet' | 'cameOpen' | 'doubts' | 'seenFrames' | 'lengthPx' | 'widthPx' | 'solidContrast' | 'solidOpenContrast'>;

/**
 * The stylet is out when the shaft has lost a good part of its contrast for two frames (solid steel became two walls), and in
 * again when it has it back and its middle is as dark as its walls.
 */
export function styletState(track: KnownOfStylet, shaft: ShaftContrast, looksHollow: boolean): { stylet: boolean; doubts: number; changed: boolean } {
  // One that comes into view as two walls is a cannula already; nothing is known yet of what it stops with its stylet in.
  const fresh = track.stylet && track.cameOpen;
  // What lies before its end may make single frames look solid.
  if (fresh && !looksHollow) return { stylet: true, doubts: track.doubts, changed: false };
  // Of a long shaft so much is lost at once by nothing else, however short a time it has been seen.
  const plainly = track.lengthPx > restRules.longWidths * track.widthPx && shaft.fullContrast < (1 - restRules.plainDrop) * track.solidContrast;
  const out = fresh ? looksHollow : (track.seenFrames >= 3 || looksHollow || plainly) && stopsLess(track, shaft);
  const back = shaft.fullContrast > 0.9 * track.solidContrast && !looksHollow;
  const doubted = track.stylet ? out : back;
  if (!doubted) return { stylet: track.stylet, doubts: 0, changed: false };
  const enough = track.doubts + 1 >= (track.stylet && !fresh ? 2 : 3);
  return enough ? { stylet: !track.stylet, doubts: 0, changed: true } : { stylet: track.stylet, doubts: track.doubts + 1, changed: false };
}

/** Frames over which a needle has to stay to be at rest: half a second, four at least. A slow hand moves less than the range in four frames of a fast series. */
export const restFramesAt = (frameIntervalMs: number): number => Math.max(4, Math.min(16, Math.ceil(500 / Math.max(1, frameIntervalMs))));

/**
 * What the shaft stops with the stylet in. A cannula that came into view hollow tells only what its walls stop: solid steel of its
 * width stops about two and a half times that (3.05 mm with a bore of 2.4 mm).
 */
export function solidContrastAfter(track: NeedleTrack, solid: number, contrast: number, hollow: boolean, cameHollow: boolean): number {
  if (cameHollow) return 2.5 * contrast;
  if (hollow) return solid;
  return track.seenFrames < 3 ? Math.max(contrast, solid) : 0.7 * solid + 0.3 * contrast;
}

/** Whether the last measured places along the shaft, `frames` of them, are one place. */
export const isAtRest = (recent: readonly number[], mmPerPx: number, frames: number): boolean =>
  recent.length >= frames && (Math.max(...recent) - Math.min(...recent)) * mmPerPx < restRules.parkedRangeMm;

/**
 * Whether the last measured places along the shaft (from the tip that is held) are those of a cannula on its way out: each clearly farther
 * back than the one before, and the last one farther than cement hides. It leaves cement where it was, so that its place never looks bare.
 */
export function isDrawnBack(recent: readonly number[], mmPerPx: number): boolean {
  const { beyondMm, stepMm, steps, evenness } = restRules.drawnBack;
  const last = recent.slice(-steps - 1).map((along) => along * mmPerPx);
  if (last.length <= steps || (last.at(-1) ?? 0) > -beyondMm) return false;
  const back = last.slice(1).map((along, i) => (last[i] ?? 0) - along);
  const [least, most] = [Math.min(...back), Math.max(...back)];
  return least >= stepMm && most < restRules.jumpMm && most <= evenness * least;
}

export interface Decision {
  /** How far the tip goes along the shaft from where the bone carried it. */
  readonly alongMm: number;
  readonly parked: boolean;
  readonly measured: boolean;
  readonly strays: number;
}

/** A measured end, along the shaft from where the bone carried the tip. */
export interface SeenEnd {
  readonly alongMm: number;
  /** Of the frame before. */
  readonly lastAlongMm: number;
  readonly speedMm: number;
  readonly hollow: boolean;
  readonly styletOut: boolean;
  /** Measured to a small part of the width. */
  readonly clear: boolean;
  /** An open cannula at rest whose place is not bare: cement lies about its end. */
  readonly hidden: boolean;
  /** The end is seen far behind, and the shaft goes on beyond it as before. */
  readonly stands: boolean;
}

/**
 * How far to believe a measured end. With the stylet out the cannula is at rest by the nature of the procedure, and what
 * lies beyond its end (balloon, cement) may look like shaft: it is held until the same large displacement lasts. At rest with the
 * stylet in: small steps are averaged in, a larger one must be seen clearly or twice. On the move only a
 * leap has to be.
 */
export function decide(track: NeedleTrack, { alongMm, lastAlongMm, speedMm, hollow, styletOut, clear, hidden, stands }: SeenEnd): Decision {
  if (hollow) {
    // An end that is really elsewhere is there in every frame; what balloon and cement make of it wanders.
    const stray = !stands && Math.abs(alongMm) > restRules.releaseHollowMm && Math.abs(alongMm - lastAlongMm) < restRules.sameEndMm;
    const strays = stray ? track.strays + 1 : 0;
    if (strays >= 6) return { alongMm, parked: false, measured: true, strays: 0 };
    const expected = styletOut && !track.parked ? Math.max(-0.15, Math.min(0.15, 0.3 * speedMm)) : 0;
    return { alongMm: expected, parked: true, measured: false, strays };
  }
  if (track.parked) {
    // Cement in the lumen stops as much as a stylet that is put back, and goes on before the end: only what is seen three times is believed.
    if (hidden || Math.abs(alongMm) < restRules.releaseMm)
      return { alongMm: track.opened ? 0 : 0.2 * alongMm, parked: true, measured: !track.opened, strays: 0 };
    if (track.opened ? track.strays >= 2 : clear || track.strays >= 1) return { alongMm, parked: false, measured: true, strays: 0 };
    return { alongMm: 0, parked: true, measured: false, strays: track.strays + 1 };
  }
  const surprise = Math.abs(alongMm - speedMm);
  const settled = track.seenFrames >= 4 && surprise > restRules.jumpMm;
  if (settled && !clear && track.strays < 1) return { alongMm: speedMm, parked: false, measured: false, strays: track.strays + 1 };
  return { alongMm, parked: false, measured: true, strays: 0 };
}

/** A cannula that came open has nothing to be held by: its end is the median of those seen last, because balloon and cement move single ones. */
export function medianEnd(recentAlongPx: readonly number[], alongPx: number): number {
  const ends = [...recentAlongPx, alongPx].toSorted((p, q) => p - q);
  return ends[ends.length >> 1] ?? alongPx;
}

/** Whether the open end of the cannula is seen behind where the stylet's point was, with nothing yet in front that could make it look so. */
export function isOpenEnd(track: NeedleTrack, alongMm: number, lastAlongMm: number, aheadLevel: number): boolean {
  const { least, most, alike } = restRules.openEndMm;
  const empty = track.aheadLevel !== null && aheadLevel < track.aheadLevel + restRules.emptyNepers;
  return empty && -alongMm > least && -alongMm < most && Math.abs(alongMm - lastAlongMm) < alike;
}

/** What the end that was seen, and not believed, adds to the tip's uncertainty, mm. */
export function doubtMm(disbelievedMm: number): number {
  const { ahead, back } = restRules.doubtMm;
  return restRules.doubtShare * Math.min(Math.abs(disbelievedMm), disbelievedMm > 0 ? ahead : back);
}

/** With the stylet in, as of every frame; after it has left, as of then, or of the first quiet frame at a new place. */
export function bareLevelAfter(track: NeedleTrack, hollow: boolean, withdrawn: boolean, bareLevel: number): number | null {
  if (!hollow) return bareLevel;
  return withdrawn ? null : (track.bareLevel ?? bareLevel);
}
