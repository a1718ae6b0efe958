import type { XrayFrameAttributes } from '../dicom/xrayFrame.ts';
import { add, dot, scale, subtract, unit, type Vector3 } from './vector.ts';

/** Image point (x = column, y = row), (0, 0) is the centre of the top-left pixel. */
export type ImagePointPx = readonly [xImagePx: number, yImagePx: number];

/** A straight line in patient space. */
export interface Ray {
  readonly originPatientMm: Vector3;
  /** Unit length, from the source towards the detector. */
  readonly direction: Vector3;
}

/**
 * One view of a C-arm, complete enough to project. Patient space is DICOM LPS in mm; without an isocentre in the tags
 * its origin is the isocentre.
 */
export interface CArmView {
  readonly isocentrePatientMm: Vector3;
  readonly sidMm: number;
  readonly sodMm: number;
  /** On the detector: [between columns, between rows]. */
  readonly detectorSpacingMm: readonly [x: number, y: number];
  /** Where the central ray meets the image. */
  readonly principalImagePx: ImagePointPx;
  /** Unit vectors in patient space: image x, image y and the central ray from source to detector. */
  readonly right: Vector3;
  readonly down: Vector3;
  readonly beam: Vector3;
}

/** What the tags of a frame may say beyond the shared attributes. */
export interface CArmOptions {
  /** Enhanced XA isocentre, or another known position of it; the origin when absent. */
  readonly isocentrePatientMm?: Vector3;
  /** Rows and columns of the whole detector in detector pixels: only with it can a field-of-view origin move the principal point. */
  readonly detectorSizePx?: readonly [rows: number, columns: number];
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Axes of the view, patient LPS, for positioner angles relative to the patient (+LAO, +CRAN; DICOM PS3.3 C.8.7.5). */
export function viewAxes(primaryAngleDeg: number, secondaryAngleDeg: number): { right: Vector3; down: Vector3; beam: Vector3 } {
  const sinP = Math.sin(radians(primaryAngleDeg));
  const cosP = Math.cos(radians(primaryAngleDeg));
  const sinS = Math.sin(radians(secondaryAngleDeg));
  const cosS = Math.cos(radians(secondaryAngleDeg));
  return {
    right: [cosP, sinP, 0],
    down: [sinS * sinP, -sinS * cosP, -cosS],
    beam: [cosS * sinP, -cosS * cosP, sinS],
  };
}

/**
 * The view that a frame's tags describe; null when angles, distances or detector spacing are missing (the usual case in RF
 * and captured video). The angles are relative to the patient, so a prone patient needs nothing but its angles near 180°.
 */
export function cArmView(attributes: Pick<XrayFrameAttributes, 'rows' | 'columns' | 'geometry'>, options: CArmOptions = {}): CArmView | null {
  const { primaryAngleDeg, secondaryAngleDeg, sidMm, sodMm, imagerPixelSpacingMm, fieldOfView } = attributes.geometry;
  if (primaryAngleDeg === null || secondaryAngleDeg === null || sidMm === null || sodMm === null || imagerPixelSpacingMm === null) return null;
  if (!(sidMm > 0 && sodMm > 0 && sodMm <= sidMm && imagerPixelSpacingMm[0] > 0 && imagerPixelSpacingMm[1] > 0)) return null;
  const axes = viewAxes(primaryAngleDeg, secondaryAngleDeg);
  const oriented = orientField(axes, attributes, options);
  const turned = fieldOfView !== null && (fieldOfView.rotationDeg === 90 || fieldOfView.rotationDeg === 270);
  const [rowSpacing, columnSpacing] = imagerPixelSpacingMm;
  return {
    isocentrePatientMm: options.isocentrePatientMm ?? [0, 0, 0],
    sidMm,
    sodMm,
    detectorSpacingMm: turned ? [rowSpacing, columnSpacing] : [columnSpacing, rowSpacing],
    beam: axes.beam,
    ...oriented,
  };
}

/**
 * Field-of-view origin, then clockwise rotation, then horizontal flip (DICOM PS3.3 C.8.7.5.1.3). The origin counts from the
 * corner of the physical detector, so without the detector's size the field is taken as centred on the central ray.
 */
function orientField(
  axes: { right: Vector3; down: Vector3 },
  { rows, columns, geometry }: Pick<XrayFrameAttributes, 'rows' | 'columns' | 'geometry'>,
  { detectorSizePx }: CArmOptions,
): { right: Vector3; down: Vector3; principalImagePx: ImagePointPx } {
  const field = geometry.fieldOfView;
  const rotationDeg = field?.rotationDeg ?? 0;
  const turned = rotationDeg === 90 || rotationDeg === 270;
  const fieldRows = turned ? columns : rows;
  const fieldColumns = turned ? rows : columns;
  let x = (fieldColumns - 1) / 2;
  let y = (fieldRows - 1) / 2;
  if (field?.originPx && detectorSizePx) {
    x = (detectorSizePx[1] - 1) / 2 - field.originPx[1];
    y = (detectorSizePx[0] - 1) / 2 - field.originPx[0];
  }
  let { right, down } = axes;
  let width = fieldColumns;
  let height = fieldRows;
  for (let turn = 0; turn < rotationDeg / 90; turn++) {
    [x, y] = [height - 1 - y, x];
    [width, height] = [height, width];
    [right, down] = [scale(down, -1), right];
  }
  if (field?.horizontalFlip) {
    x = width - 1 - x;
    right = scale(right, -1);
  }
  return { right, down, principalImagePx: [x, y] };
}

/** Where a point of the patient appears (DICOM PS3.17 FFF.1.2.4); null when it is not in front of the source. */
export function project(view: CArmView, pointPatientMm: Vector3): ImagePointPx | null {
  const fromIsocentre = subtract(pointPatientMm, view.isocentrePatientMm);
  const depthMm = view.sodMm + dot(view.beam, fromIsocentre);
  if (depthMm <= 0) return null;
  const magnification = view.sidMm / depthMm;
  return [
    view.principalImagePx[0] + (magnification * dot(view.right, fromIsocentre)) / view.detectorSpacingMm[0],
    view.principalImagePx[1] + (magnification * dot(view.down, fromIsocentre)) / view.detectorSpacingMm[1],
  ];
}

/** The focal spot, patient LPS mm. */
export const sourcePatientMm = (view: CArmView): Vector3 => subtract(view.isocentrePatientMm, scale(view.beam, view.sodMm));

/** The ray from the focal spot through an image point. */
export function backProject(view: CArmView, [x, y]: ImagePointPx): Ray {
  const acrossMm = (x - view.principalImagePx[0]) * view.detectorSpacingMm[0];
  const downMm = (y - view.principalImagePx[1]) * view.detectorSpacingMm[1];
  const toDetector = add(scale(view.beam, view.sidMm), add(scale(view.right, acrossMm), scale(view.down, downMm)));
  return { originPatientMm: sourcePatientMm(view), direction: unit(toDetector) ?? view.beam };
}

/** Millimetres at the isocentre that one image pixel spans; the geometric mean of both axes. */
export const mmPerPxAtIsocentre = (view: CArmView): number => (Math.sqrt(view.detectorSpacingMm[0] * view.detectorSpacingMm[1]) * view.sodMm) / view.sidMm;

/**
 * The same figure from attributes alone: it needs no angles. Null when spacing or distances are missing.
 * The scale holds at the depth of the isocentre only.
 */
export function mmPerPxOf(geometry: XrayFrameAttributes['geometry']): number | null {
  const { sidMm, sodMm, imagerPixelSpacingMm } = geometry;
  if (sidMm === null || sodMm === null || imagerPixelSpacingMm === null || !(sidMm > 0 && sodMm > 0)) return null;
  const spacing = Math.sqrt(imagerPixelSpacingMm[0] * imagerPixelSpacingMm[1]);
  return spacing > 0 ? (spacing * sodMm) / sidMm : null;
}
