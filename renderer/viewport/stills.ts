import type { FrameHeader } from '../../src/link/link.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import type { VoiRange } from './window.ts';

/** A frame kept to stand beside the live picture: the last image, or the reference. */
export interface Still {
  readonly header: FrameHeader;
  /** A copy: the live buffers are used again. */
  readonly pixels: Uint8Array | Uint16Array;
  readonly window: VoiRange;
  readonly inverted: boolean;
  /** Where it comes from when it was not taken from the live picture. */
  readonly label?: string;
}

export type StillKind = 'last' | 'reference';

const stills = new Map<string, Still>();
const listeners = new Set<() => void>();
const keyOf = (plane: PlaneId, kind: StillKind) => `${plane}/${kind}`;

export const stillOf = (plane: PlaneId, kind: StillKind): Still | null => stills.get(keyOf(plane, kind)) ?? null;

export function keepStill(plane: PlaneId, kind: StillKind, still: Still): void {
  stills.set(keyOf(plane, kind), still);
  for (const listener of listeners) listener();
}

/** Those of a session that is over must not stand beside the next patient. */
export function forgetStills(): void {
  stills.clear();
  for (const listener of listeners) listener();
}

export function onStills(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
