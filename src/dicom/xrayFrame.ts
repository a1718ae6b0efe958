import type { Rescale } from './grayscale.ts';
import type { DisplayOverlay } from './overlay.ts';
import type { DisplayShutter } from './shutter.ts';
import type { XrayTechnique } from './technique.ts';
import type { VoiFunction } from './voi.ts';

/**
 * Where tube, patient and detector stood, as far as the source said. Every part may be missing: most real RF runs
 * and all captured video carry none, and then guidance works in pixels.
 */
export interface XrayGeometry {
  /** (0018,1510) positioner primary angle, +LAO, relative to the patient. */
  readonly primaryAngleDeg: number | null;
  /** (0018,1511) positioner secondary angle, +CRAN. */
  readonly secondaryAngleDeg: number | null;
  /** (0018,1110) distance source to detector. */
  readonly sidMm: number | null;
  /** (0018,1111) distance source to patient, taken as source to isocentre. */
  readonly sodMm: number | null;
  /** (0018,1164) imager pixel spacing [row, column] on the detector. */
  readonly imagerPixelSpacingMm: readonly [row: number, column: number] | null;
  /** (0018,7030) field of view origin [row, column] in detector pixels, (0018,7032) rotation, (0018,7034) horizontal flip. */
  readonly fieldOfView: {
    readonly originPx: readonly [row: number, column: number] | null;
    readonly rotationDeg: 0 | 90 | 180 | 270;
    readonly horizontalFlip: boolean;
  } | null;
  /** (0020,0020) or the patient's position on the table, when known. */
  readonly patientPosition: 'supine' | 'prone' | 'left-lateral' | 'right-lateral' | null;
}

export const noGeometry: XrayGeometry = {
  primaryAngleDeg: null,
  secondaryAngleDeg: null,
  sidMm: null,
  sodMm: null,
  imagerPixelSpacingMm: null,
  fieldOfView: null,
  patientPosition: null,
};

/** Everything about a frame but its pixels: small, JSON, recorded in the telemetry. */
export interface XrayFrameAttributes {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: 8 | 16;
  readonly bitsStored: number;
  /** MONOCHROME2: larger stored values are shown brighter. */
  readonly photometric: 'MONOCHROME1' | 'MONOCHROME2';
  /** How stored values relate to the beam: (0028,1040) LIN, LOG or DISP; null when not said. */
  readonly pixelIntensityRelationship: 'LIN' | 'LOG' | 'DISP' | null;
  /** The source's own number of this frame, from 0; gaps in it are frames that never arrived. */
  readonly frameNumber: number;
  /** The source's own clock when it has one, ms. */
  readonly deviceTimeMs: number | null;
  /** Nominal time between frames, ms, when the source says. */
  readonly frameTimeMs: number | null;
  readonly windowCenter: number | null;
  readonly windowWidth: number | null;
  /** How the window turns values into greys; a curve where the source has a table for it. Absent for LINEAR. */
  readonly voiFunction?: Exclude<VoiFunction, 'LINEAR'>;
  readonly geometry: XrayGeometry;
  /** True when a simulator made the picture: marked on every view and export. */
  readonly simulated: boolean;
  /** Absent when the source says nothing of it. */
  readonly technique?: XrayTechnique;
  /** Absent when nothing covers the picture. */
  readonly shutter?: DisplayShutter;
  /** (0028,0120) as an unsigned stored value: pixels of this value are no picture. Absent when not said. */
  readonly paddingValue?: number;
  /** (0028,0121) as an unsigned stored value: all from `paddingValue` to this, either way, are no picture. Absent when not said. */
  readonly paddingLimit?: number;
  /** Stored values as the file has them (signed where they are) → modality values. Absent when not said. */
  readonly rescale?: Rescale;
  /** (0028,2110): whether the pixels ever went through a lossy compression. Absent when not known. */
  readonly lossyCompression?: boolean;
  /** (0028,0301): whether text in the pixels may say who the patient is and when. Absent when not known. */
  readonly burnedInAnnotation?: boolean;
  /** Graphics that the source draws over the picture. Absent when there is none. */
  readonly overlays?: readonly DisplayOverlay[];
  /** The same picture to the bit has come for this long, ms: it is not new. Absent when it is. */
  readonly unchangedForMs?: number;
}

/** One fluoroscopy frame: stored values, row-major, unsigned, before any LUT; 8 bit when bitsAllocated is 8. */
export interface XrayFrame {
  readonly attributes: XrayFrameAttributes;
  /** Backed by a SharedArrayBuffer where it crosses threads. Never written after the frame has been handed on. */
  readonly pixels: Uint8Array | Uint16Array;
}

/** The lowest and the highest stored value that are no picture; null when every value is one. */
export function paddingRangeOf({ paddingValue, paddingLimit = paddingValue }: XrayFrameAttributes): readonly [low: number, high: number] | null {
  return paddingValue === undefined || paddingLimit === undefined ? null : [Math.min(paddingValue, paddingLimit), Math.max(paddingValue, paddingLimit)];
}
