import type { RunLengthMask } from '../base/runLength.ts';
import type { ImagePoint, LeakSite } from '../sample/index.ts';

/** One needle as seen in one frame. */
export interface DetectedNeedle {
  readonly tip: ImagePoint;
  /** From the hub to the tip, image pixels, unit length. */
  readonly direction: readonly [dx: number, dy: number];
  /** 0 … 1. */
  readonly confidence: number;
  /** Standard deviation of the tip along the shaft, pixels. */
  readonly tipSigmaPx: number;
}

/** How far the needle is off its planned line; null where there is no plan. Millimetres null without geometry or calibration. */
export interface NeedleDeviation {
  readonly angleDeg: number;
  readonly tipToLinePx: number;
  readonly tipToTargetPx: number;
  readonly tipToLineMm: number | null;
  readonly tipToTargetMm: number | null;
  /** 95 % bound of tipToLine, same unit as the best one given. */
  readonly tipToLineBound95: number;
}

/** What guidance saw of needles in one frame; the frame is the raw sample of the same seq. */
export interface NeedleObservation {
  /** The needle being advanced. */
  readonly needle: DetectedNeedle | null;
  /** Every needle in view. */
  readonly needles: readonly DetectedNeedle[];
  readonly deviation: NeedleDeviation | null;
  /** Millimetres per pixel at the isocentre (or as calibrated); null when nothing says. */
  readonly mmPerPx: number | null;
  readonly scaleFrom: 'geometry' | 'calibration' | null;
}

/** What guidance saw of cement in one frame. */
export interface CementObservation {
  readonly areaPx: number;
  readonly areaMm2: number | null;
  readonly volumeMl: number | null;
  /** How volumeMl was scaled: by physics alone or by the injector's own volume in this run. */
  readonly volumeFrom: 'attenuation' | 'injector' | null;
  readonly zone: 'none' | 'body' | 'posterior-quarter' | 'outside';
  readonly leak: boolean;
  readonly leakSite: LeakSite | null;
  /** Least distance from cement to the posterior wall, when the plan has one. */
  readonly toPosteriorWallPx: number | null;
  readonly toPosteriorWallMm: number | null;
  /** Row-major run lengths of the whole frame, as in the contract; null when there is none. */
  readonly mask: RunLengthMask | null;
}

/** The needle's tip in the patient, from two planes. Patient LPS mm relative to the isocentre where the files name none. */
export interface Pose {
  readonly tipPatientMm: readonly [x: number, y: number, z: number];
  /** Distance between the two rays at their closest, mm. */
  readonly residualMm: number;
  /** The frames it was made from. */
  readonly frames: { readonly a: number; readonly b: number };
}

/** What one plane's guidance says of one frame, before the two planes and the injector are brought together. */
export interface PlaneObservation {
  readonly needle: NeedleObservation;
  readonly cement: CementObservation;
}
