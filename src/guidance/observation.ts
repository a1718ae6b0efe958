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
  /**
   * How far the bone stands in this frame from where it stood when the plan was drawn, pixels: drawn points and the arrival map of
   * cement are to be moved by it. Absent when nothing can be said: the C-arm was moved, the picture does not fit.
   */
  readonly planShiftPx?: readonly [x: number, y: number];
}

/** What guidance saw of cement in one frame. */
export interface CementObservation {
  readonly areaPx: number;
  readonly areaMm2: number | null;
  readonly volumeMl: number | null;
  /** How volumeMl was scaled: by physics alone or by the injector's own volume in this run. */
  readonly volumeFrom: 'attenuation' | 'injector' | null;
  /**
   * 95 % bound of `volumeMl`, mL: small once the injector has calibrated it; before, what cements, views and scatter differ by; and with
   * display values (8 bit, or said to be), of which no tag tells how many nepers they span, as large as the volume itself. Absent without a
   * volume, and in records made before it was told.
   */
  readonly volumeBound95Ml?: number;
  readonly zone: 'none' | 'body' | 'posterior-quarter' | 'outside';
  readonly leak: boolean;
  readonly leakSite: LeakSite | null;
  /** Least distance from cement to the posterior wall, when the plan has one. */
  readonly toPosteriorWallPx: number | null;
  readonly toPosteriorWallMm: number | null;
  /**
   * Injected less seen, mL: cement that the picture misses. Given by the session once the seen volume has been calibrated by the
   * injector (from 0.4 to 1.5 mL on); it means something above about a tenth of the injected volume: then look at the other plane.
   */
  readonly unseenMl?: number;
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

/** Heights of a vertebral body on the lateral view, from endplate to endplate, in the unit that the field's name says. */
export interface BodyHeights {
  readonly anterior: number;
  readonly middle: number;
  readonly posterior: number;
}

/** One body as its endplates stand in this frame. */
export interface BodyMeasure {
  /** Anterior end, middle and posterior end of each endplate: a parabola through three points, pixels of this frame. */
  readonly superior: readonly [anterior: ImagePoint, middle: ImagePoint, posterior: ImagePoint];
  readonly inferior: readonly [anterior: ImagePoint, middle: ImagePoint, posterior: ImagePoint];
  readonly heightsPx: BodyHeights;
  /** At the scale of the isocentre; null without geometry or calibration. */
  readonly heightsMm: BodyHeights | null;
  /** 95 % bound of each height, from how well both endplates fit; not the operator's choice of where the plate ends. */
  readonly heightBound95Px: number;
  readonly heightBound95Mm: number | null;
  /** Between the endplates; positive when the front is lower than the back. */
  readonly wedgeAngleDeg: number;
  /** How many of the two endplates stand on an edge of this picture; the others stand where they were last. */
  readonly snappedPlates: 0 | 1 | 2;
}

/** Before anything was done to the body, after the cavity was made (balloon), after the cement (stage `closure`). */
export type RestorationPhase = 'before' | 'after-cavity' | 'after-cement';

/** What guidance measured of the treated vertebra in one frame, from endplates that the operator placed. */
export interface VertebraObservation {
  readonly treated: BodyMeasure | null;
  /** The neighbour that the operator chose to compare with. */
  readonly reference: BodyMeasure | null;
  /** Heights of the treated body as shares of the neighbour's: what there is to say without a scale. */
  readonly ofReference: BodyHeights | null;
  readonly phase: RestorationPhase;
  /** What was last measured in each phase so far. */
  readonly phases: readonly {
    readonly phase: RestorationPhase;
    readonly heightsPx: BodyHeights;
    readonly heightsMm: BodyHeights | null;
    /** Shares of the neighbour's heights; absent where no neighbour was measured then. */
    readonly ofReference?: BodyHeights;
    readonly wedgeAngleDeg: number;
  }[];
}

/** What one plane's guidance says of one frame, before the two planes and the injector are brought together. */
export interface PlaneObservation {
  readonly needle: NeedleObservation;
  readonly cement: CementObservation;
  /** Present once endplates were placed in this plane. */
  readonly vertebra?: VertebraObservation;
}
