import type { XrayFrame } from '../dicom/xrayFrame.ts';
import type { OperatorEvent, PlaneId } from '../sample/index.ts';
import type { PlaneObservation } from './observation.ts';

/**
 * Guidance of one plane: a fold over that plane's frames and the operator's events, in ingest order. It owns its image
 * buffers, reads no clock and no random numbers, and gives the same observations for the same input on every run.
 * Runs on a worker thread; may not see the other plane or the injector (those are brought together in `session/step`).
 */
export interface PlaneGuidance {
  operator(event: OperatorEvent): void;
  /** `tMs`: the frame's session time. */
  frame(frame: XrayFrame, tMs: number): PlaneObservation;
}

export declare function createPlaneGuidance(plane: PlaneId): PlaneGuidance;
