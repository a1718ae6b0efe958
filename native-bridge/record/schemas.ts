import { z } from 'zod';
import { leakSiteSchema, operatorEventSchema, sideSchema, stageSchema } from '../../src/procedure/operatorEvent.ts';
import { patientSchema } from '../../src/procedure/patient.ts';
import { imagePointSchema, planSchema } from '../../src/procedure/plan.ts';
import type { DerivedData, RawData, Topic } from '../../src/sample/sample.ts';

/**
 * The shape of each topic's data, as a record must have it to be read. A record is input from elsewhere, so everything in it
 * is checked. Fields that are not named here pass: a newer minor version may add some.
 */
const number = z.number();
const integer = z.int();
const nullable = { number: number.nullable(), text: z.string().nullable() };
const plane = z.enum(['a', 'b']);
const pair = z.tuple([number, number]);

const geometrySchema = z.looseObject({
  primaryAngleDeg: nullable.number,
  secondaryAngleDeg: nullable.number,
  sidMm: nullable.number,
  sodMm: nullable.number,
  imagerPixelSpacingMm: pair.nullable(),
  fieldOfView: z.looseObject({ originPx: pair.nullable(), rotationDeg: z.literal([0, 90, 180, 270]), horizontalFlip: z.boolean() }).nullable(),
  patientPosition: z.enum(['supine', 'prone', 'left-lateral', 'right-lateral']).nullable(),
});

const techniqueSchema = z.looseObject({
  tubeVoltageKv: nullable.number,
  tubeCurrentMa: nullable.number,
  exposureTimeMs: nullable.number,
  pulseWidthMs: nullable.number,
  doseAreaProductGyCm2: nullable.number,
  radiationSetting: nullable.text,
});

const shutterSchema = z.looseObject({
  rectangleImagePx: z.looseObject({ left: number, right: number, top: number, bottom: number }).nullable(),
  circleImagePx: z.looseObject({ center: pair, radius: number }).nullable(),
  polygonImagePx: z.array(pair).nullable(),
  brightness: number.exactOptional(),
});

const overlaySchema = z.looseObject({
  kind: z.enum(['graphics', 'region']),
  label: nullable.text,
  originImagePx: pair,
  mask: z.looseObject({ size: pair, counts: z.array(number) }),
});

/** What telemetry says of a frame: its attributes, and the SHA-256 and size of the pixels that are in the plane's file. */
export const frameAttributesSchema = z.looseObject({
  rows: integer.positive().max(65535),
  columns: integer.positive().max(65535),
  bitsAllocated: z.literal([8, 16]),
  bitsStored: integer.min(1).max(16),
  photometric: z.enum(['MONOCHROME1', 'MONOCHROME2']),
  pixelIntensityRelationship: z.enum(['LIN', 'LOG', 'DISP']).nullable(),
  frameNumber: integer,
  deviceTimeMs: nullable.number,
  frameTimeMs: nullable.number,
  windowCenter: nullable.number,
  windowWidth: nullable.number,
  voiFunction: z.union([z.enum(['LINEAR_EXACT', 'SIGMOID']), z.looseObject({ points: z.array(pair).min(2) })]).exactOptional(),
  geometry: geometrySchema,
  simulated: z.boolean(),
  technique: techniqueSchema.exactOptional(),
  shutter: shutterSchema.exactOptional(),
  paddingValue: number.exactOptional(),
  paddingLimit: number.exactOptional(),
  rescale: z.looseObject({ slope: number, intercept: number }).exactOptional(),
  lossyCompression: z.boolean().exactOptional(),
  burnedInAnnotation: z.boolean().exactOptional(),
  overlays: z.array(overlaySchema).exactOptional(),
  unchangedForMs: number.exactOptional(),
  pixels: z.looseObject({
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    bytes: integer.nonnegative(),
  }),
});
export type RecordedFrameAttributes = z.infer<typeof frameAttributesSchema>;

const detectedNeedle = z.looseObject({ tip: imagePointSchema, direction: pair, confidence: number, tipSigmaPx: number });

const needleSchema = z.looseObject({
  needle: detectedNeedle.nullable(),
  needles: z.array(detectedNeedle),
  deviation: z
    .looseObject({
      angleDeg: number,
      tipToLinePx: number,
      tipToTargetPx: number,
      tipToLineMm: nullable.number,
      tipToTargetMm: nullable.number,
      tipToLineBound95: number,
    })
    .nullable(),
  mmPerPx: nullable.number,
  scaleFrom: z.enum(['geometry', 'calibration']).nullable(),
  planShiftPx: pair.exactOptional(),
});

const cementSchema = z.looseObject({
  areaPx: number,
  areaMm2: nullable.number,
  volumeMl: nullable.number,
  volumeFrom: z.enum(['attenuation', 'injector']).nullable(),
  volumeBound95Ml: number.exactOptional(),
  zone: z.enum(['none', 'body', 'posterior-quarter', 'outside']),
  leak: z.boolean(),
  leakSite: leakSiteSchema.nullable(),
  toPosteriorWallPx: nullable.number,
  toPosteriorWallMm: nullable.number,
  unseenMl: number.exactOptional(),
  mask: z.looseObject({ size: pair, counts: z.array(number) }).nullable(),
});

const heightsSchema = z.looseObject({ anterior: number, middle: number, posterior: number });
const platePoints = z.tuple([imagePointSchema, imagePointSchema, imagePointSchema]);
const bodyMeasureSchema = z.looseObject({
  superior: platePoints,
  inferior: platePoints,
  heightsPx: heightsSchema,
  heightsMm: heightsSchema.nullable(),
  heightBound95Px: number,
  heightBound95Mm: nullable.number,
  wedgeAngleDeg: number,
  snappedPlates: z.literal([0, 1, 2]),
});
const restorationPhase = z.enum(['before', 'after-cavity', 'after-cement']);
const vertebraSchema = z.looseObject({
  treated: bodyMeasureSchema.nullable(),
  reference: bodyMeasureSchema.nullable(),
  ofReference: heightsSchema.nullable(),
  phase: restorationPhase,
  phases: z.array(
    z.looseObject({
      phase: restorationPhase,
      heightsPx: heightsSchema,
      heightsMm: heightsSchema.nullable(),
      ofReference: heightsSchema.exactOptional(),
      wedgeAngleDeg: number,
    }),
  ),
});

const readingSchema = z.looseObject({
  device: z.string(),
  pressureKpa: nullable.number,
  volumeMl: nullable.number,
  rateMlPerMin: nullable.number,
  mode: z.enum(['idle', 'balloon', 'cement']).nullable(),
  deviceTimeMs: nullable.number,
  status: z.enum(['ok', 'stopped', 'paused', 'alarm', 'unknown']),
});

const injectorStateSchema = z.looseObject({
  device: z.string(),
  connection: z.enum(['connected', 'silent', 'lost', 'ended']),
  simulated: z.boolean(),
  reading: readingSchema.nullable(),
  readingAtMs: nullable.number,
  balloon: z.looseObject({ volumeMl: number, inflations: number, peakPressureKpa: number, ruptured: z.boolean() }),
  cement: z.looseObject({ volumeMl: number, mixedAtMs: nullable.number }),
});

const alarmSchema = z.looseObject({
  id: z.string(),
  // Any condition: a record of a version that knows more alarms must still open.
  condition: z.string(),
  priority: z.enum(['high', 'medium', 'low']),
  phase: z.enum(['raised', 'changed', 'acknowledged', 'ended']),
  message: z.string(),
  advice: z.string(),
  value: nullable.number,
  limit: nullable.number,
});

const procedureSchema = z.looseObject({
  stage: stageSchema,
  stageSinceMs: number,
  stageDurationsMs: z.looseObject({}),
  level: nullable.text,
  procedure: z.enum(['vertebroplasty', 'kyphoplasty']).nullable(),
  plan: planSchema,
  marks: number,
  side: sideSchema.optional(),
  courses: z.array(z.looseObject({ level: nullable.text, side: sideSchema.nullable(), stageDurationsMs: z.looseObject({}) })).optional(),
  checked: z.partialRecord(stageSchema, z.array(z.string())).optional(),
  patient: patientSchema.optional(),
  outcome: z.enum(['completed', 'discontinued']).optional(),
});

const deviceSchema = z.looseObject({
  device: z.string(),
  state: z.enum(['connected', 'lost', 'ended', 'notice']),
  driver: z.string().optional(),
  simulated: z.boolean().optional(),
  message: z.string(),
});

const gapSchema = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('analysis-skipped'), plane }),
  z.looseObject({ kind: z.literal('frames-missing'), plane, fromFrame: number, toFrame: number }),
  z.looseObject({ kind: z.literal('frames-not-recorded'), plane, why: z.string() }),
]);

const poseSchema = z.looseObject({
  tipPatientMm: z.tuple([number, number, number]),
  residualMm: number,
  frames: z.looseObject({ a: number, b: number }),
});

/** Topics of `telemetry.mcap`: every topic of the session, with a frame's attributes in place of the frame. */
export type TelemetryTopic = Exclude<Topic, '/plane/a/frame' | '/plane/b/frame'> | '/plane/a/attributes' | '/plane/b/attributes';

const schemas = {
  '/operator': operatorEventSchema,
  '/injector/bytes': z.looseObject({ device: z.string(), data: z.base64() }),
  '/plane/a/attributes': frameAttributesSchema,
  '/plane/b/attributes': frameAttributesSchema,
  '/device': deviceSchema,
  '/gap': gapSchema,
  '/tick': z.looseObject({ count: integer }),
  '/injector/reading': readingSchema,
  '/injector/state': injectorStateSchema,
  '/plane/a/needle': needleSchema,
  '/plane/b/needle': needleSchema,
  '/plane/a/cement': cementSchema,
  '/plane/b/cement': cementSchema,
  '/plane/a/vertebra': vertebraSchema,
  '/plane/b/vertebra': vertebraSchema,
  '/guidance/pose': poseSchema,
  '/alarm': alarmSchema,
  '/procedure': procedureSchema,
} satisfies Record<TelemetryTopic, z.ZodType>;

export const telemetrySchemas: Readonly<Record<TelemetryTopic, z.ZodType>> = schemas;

type Data = RawData & DerivedData;
type Checked = keyof Data & TelemetryTopic;
/** Without `readonly`, and with type aliases in place of interfaces, as schemas have it. */
type Plain<T> = { -readonly [K in keyof T]: Plain<T[K]> };
/** Topics whose type allows what their schema refuses: a session could then write what no reader takes. */
type Unreadable = { [T in Checked]: Plain<Data[T]> extends z.input<(typeof schemas)[T]> ? never : T }[Checked];
/** Does not compile, and names the topic, when there is one. */
export const everyTopicReadsBack: [Unreadable] extends [never] ? true : Unreadable = true;
