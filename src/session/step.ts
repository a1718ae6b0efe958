import type { PlaneObservation } from '../guidance/observation.ts';
import type { DerivedSample, RawSample } from '../sample/sample.ts';

/** Everything the session knows; plain readonly data. */
export interface SessionState {
  readonly placeholder?: never;
}

/**
 * The fold. `observation` is what the plane's guidance said of this frame: present for frames that were analysed, `null`
 * for everything else. The same raw samples give the same derived samples.
 */
export declare function step(
  state: SessionState,
  raw: RawSample,
  observation: PlaneObservation | null,
): { readonly state: SessionState; readonly derived: readonly DerivedSample[] };
