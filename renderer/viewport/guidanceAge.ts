import type { PlaneObservation } from '../../src/guidance/observation.ts';
import type { FrameHeader } from '../../src/link/link.ts';

/** What guidance said last, and of which frame. */
export interface GuidanceOf {
  readonly observation: PlaneObservation;
  /** Session time of the frame it was computed from. */
  readonly tMs: number;
}

/** Guidance of an earlier frame is shown this long over later ones that guidance had no time for, and says its age. */
export const guidanceHoldsMs = 500;

/** The guidance to show with a frame: its own, else that of a frame just before it, else none. */
export function guidanceFor(header: Pick<FrameHeader, 'observation' | 'tMs'>, before: GuidanceOf | null): GuidanceOf | null {
  if (header.observation) return { observation: header.observation, tMs: header.tMs };
  const ageMs = before ? header.tMs - before.tMs : Number.POSITIVE_INFINITY;
  return ageMs >= 0 && ageMs <= guidanceHoldsMs ? before : null;
}
