import type { DisplayShutter } from '../../../src/dicom/shutter.ts';
import { paddingRangeOf, type XrayFrameAttributes, type XrayGeometry } from '../../../src/dicom/xrayFrame.ts';
import type { PlaneId } from '../../../src/sample/sample.ts';
import { decimalString } from './file.ts';
import type { Run } from './frames.ts';
import { dcm, type ImageReference, referenceItem } from './srContent.ts';

/** X-Ray Angiographic Image Storage. */
export const xaClass = '1.2.840.10008.5.1.4.1.1.12.1';

/** Bits that an XA image may store (PS3.3 C.8.7.1.1.8). */
const xaBits: readonly number[] = [8, 10, 12, 16];

/** Whether a frame says where tube and detector stood, in a form that an XA image can hold. */
export function carriesGeometry({ geometry, bitsStored, bitsAllocated }: XrayFrameAttributes): boolean {
  const { primaryAngleDeg, secondaryAngleDeg, sidMm } = geometry;
  const angles = primaryAngleDeg !== null && secondaryAngleDeg !== null;
  return (angles || sidMm !== null) && xaBits.includes(bitsAllocated === 8 ? 8 : bitsStored);
}

/** Whether two frames may share an instance: angles may change from frame to frame, everything else may not. */
export function sameView(a: XrayFrameAttributes, b: XrayFrameAttributes): boolean {
  if (carriesGeometry(a) !== carriesGeometry(b)) return false;
  const fixed = ({ primaryAngleDeg, secondaryAngleDeg, ...rest }: XrayGeometry) => [primaryAngleDeg === null, secondaryAngleDeg === null, rest];
  return (
    JSON.stringify([fixed(a.geometry), a.technique, a.shutter, paddingRangeOf(a)]) ===
    JSON.stringify([fixed(b.geometry), b.technique, b.shutter, paddingRangeOf(b)])
  );
}

/** X-Ray image, acquisition and XA positioner modules of a run (PS3.3 C.8.7.1, C.8.7.2, C.8.7.5). */
export function xaModules(plane: PlaneId, { attributes, frames }: Run, partner: ImageReference | null): object {
  const { geometry, technique } = attributes;
  return {
    ImageType: ['DERIVED', 'PRIMARY', partner ? `BIPLANE ${plane.toUpperCase()}` : 'SINGLE PLANE'],
    ...(partner
      ? { ReferencedImageSequence: [{ ...referenceItem(partner), PurposeOfReferenceCodeSequence: [dcm('121314', 'Other image of biplane pair')] }] }
      : {}),
    PixelIntensityRelationship: attributes.pixelIntensityRelationship ?? 'DISP',
    KVP: optional(technique?.tubeVoltageKv),
    RadiationSetting: technique?.radiationSetting === 'SC' ? 'SC' : 'GR',
    XRayTubeCurrent: integer(technique?.tubeCurrentMa),
    ExposureTime: integer(technique?.exposureTimeMs),
    Exposure: '',
    // dGy·cm² here, Gy·cm² in the record.
    ...(technique?.doseAreaProductGyCm2 == null ? {} : { ImageAndFluoroscopyAreaDoseProduct: decimalString(technique.doseAreaProductGyCm2 * 10) }),
    ...(technique?.pulseWidthMs == null ? {} : { AveragePulseWidth: decimalString(technique.pulseWidthMs) }),
    ...(geometry.sidMm === null ? {} : { DistanceSourceToDetector: decimalString(geometry.sidMm) }),
    ...(geometry.sodMm === null ? {} : { DistanceSourceToPatient: decimalString(geometry.sodMm) }),
    ...(geometry.imagerPixelSpacingMm ? { ImagerPixelSpacing: geometry.imagerPixelSpacingMm.map(decimalString) } : {}),
    ...positions[geometry.patientPosition ?? 'unknown'],
    ...fieldOfView(geometry),
    ...(attributes.shutter ? displayShutter(attributes.shutter) : {}),
    ...positioner(frames.map((frame) => frame.attributes.geometry)),
  };
}

const optional = (value: number | null | undefined): string => (value == null ? '' : decimalString(value));
const integer = (value: number | null | undefined): string => (value == null ? '' : String(Math.round(value)));

/** Which end came first is not known of most sources; head first is what a spine table is set up for. */
const positions: Readonly<Record<NonNullable<XrayGeometry['patientPosition']> | 'unknown', object>> = {
  supine: { PatientPosition: 'HFS' },
  prone: { PatientPosition: 'HFP' },
  'left-lateral': { PatientPosition: 'HFDL' },
  'right-lateral': { PatientPosition: 'HFDR' },
  unknown: {},
};

function fieldOfView({ fieldOfView: view }: XrayGeometry): object {
  if (!view) return {};
  return {
    ...(view.originPx ? { FieldOfViewOrigin: view.originPx.map(decimalString) } : {}),
    FieldOfViewRotation: decimalString(view.rotationDeg),
    FieldOfViewHorizontalFlip: view.horizontalFlip ? 'YES' : 'NO',
  };
}

/** PS3.3 C.7.6.11; rows and columns count from 1. */
function displayShutter({ rectangleImagePx: edges, circleImagePx: circle, polygonImagePx: polygon, brightness }: DisplayShutter): object {
  const whole = (value: number): string => String(Math.round(value) + 1);
  const shapes = [edges && 'RECTANGULAR', circle && 'CIRCULAR', polygon && 'POLYGONAL'].filter((shape) => shape !== null);
  if (shapes.length === 0) return {};
  return {
    ShutterShape: shapes,
    ...(edges && {
      ShutterLeftVerticalEdge: whole(edges.left),
      ShutterRightVerticalEdge: whole(edges.right),
      ShutterUpperHorizontalEdge: whole(edges.top),
      ShutterLowerHorizontalEdge: whole(edges.bottom),
    }),
    ...(circle && { CenterOfCircularShutter: [whole(circle.center[1]), whole(circle.center[0])], RadiusOfCircularShutter: String(Math.round(circle.radius)) }),
    ...(polygon && { VerticesOfThePolygonalShutter: polygon.flatMap(([x, y]) => [whole(y), whole(x)]) }),
    ShutterPresentationValue: Math.round(65_535 * (brightness ?? 0)),
  };
}

/** Angles of the first frame, and where they change, how far each frame is from it. */
function positioner(geometries: readonly XrayGeometry[]): object {
  const angles = (name: 'primaryAngleDeg' | 'secondaryAngleDeg') => geometries.map((geometry) => geometry[name]);
  const [primary, secondary] = [angles('primaryAngleDeg'), angles('secondaryAngleDeg')];
  const moves = [primary, secondary].some((values) => values.some((value) => value !== values[0]));
  const increments = (values: readonly (number | null)[]) => values.map((value) => decimalString((value ?? 0) - (values[0] ?? 0)));
  return {
    ...(geometries.length > 1 ? { PositionerMotion: moves ? 'DYNAMIC' : 'STATIC' } : {}),
    PositionerPrimaryAngle: optional(primary[0]),
    PositionerSecondaryAngle: optional(secondary[0]),
    ...(moves ? { PositionerPrimaryAngleIncrement: increments(primary), PositionerSecondaryAngleIncrement: increments(secondary) } : {}),
  };
}
