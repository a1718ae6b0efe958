import { join } from 'node:path';
import type { PlanePlan } from '../../../src/procedure/plan.ts';
import { type Window, windowOf } from '../picture/window.ts';
import type { StoredFrame } from '../report/facts.ts';
import { observationsOf, type Seen } from '../report/keyImages.ts';
import { clock } from '../report/words.ts';
import { ExportStopped } from '../stopped.ts';
import type { ExportTask } from '../task.ts';
import { clipPolyline, isOnPicture } from './clip.ts';
import { type Dataset, decimalString, dicomTimes, singleValue, uidOf, writeDicomFile } from './file.ts';
import type { ExportedFrame } from './frames.ts';
import { type Corner, outlinesOf } from './outline.ts';
import { referenceItem } from './srContent.ts';
import { commonModules, type DicomStudy } from './study.ts';
import { invertedCurve, voiLut } from './voiLut.ts';

const presentationStateClass = '1.2.840.10008.5.1.4.1.1.11.1';
/** A shaft is drawn this far back from its tip, pixels. */
const shaftPx = 320;
/** Points of one object: its value has to fit into an element of 65,534 bytes. */
const mostPoints = 8000;

type Layer = 'PLAN' | 'NEEDLE' | 'CEMENT';
/** Colours of the console as CIELab of PCS values (PS3.3 C.10.7.1.1), for viewers that show them. */
const layers: readonly { readonly name: Layer; readonly what: string; readonly cieLab: readonly [number, number, number] }[] = [
  { name: 'PLAN', what: 'Planned line, vertebral body, posterior wall', cieLab: [58000, 31500, 44800] },
  { name: 'NEEDLE', what: 'Needles as guidance saw them in this frame', cieLab: [48700, 26300, 26200] },
  { name: 'CEMENT', what: 'Cement as guidance saw it in this frame', cieLab: [48600, 39100, 46200] },
];

/** A frame that somebody may want to see again, and where it is among the instances. */
export interface MarkedFrame {
  readonly stored: StoredFrame;
  readonly exported: ExportedFrame;
}

/** A softcopy presentation state with the overlay for each marked frame. Gives the files. */
export async function exportPresentations({ reader, out }: ExportTask, study: DicomStudy, marked: readonly MarkedFrame[]): Promise<readonly string[]> {
  const seen = await observationsOf(
    reader,
    marked.map(({ stored }) => stored),
  );
  const files: string[] = [];
  for (const [index, { stored, exported }] of marked.entries()) {
    const read = await reader.frame(stored.plane, stored.frameSeq);
    if (!read.ok) throw new ExportStopped(read.fault.message);
    const inverted = exported.attributes.photometric === 'MONOCHROME1';
    const window = windowOf(read.value.data);
    const highest = 2 ** exported.attributes.bitsStored - 1;
    const shown = inverted ? invertedWindow(window, highest) : window;
    const name = `dicom/overlay-${String(index + 1).padStart(3, '0')}.dcm`;
    const observation = seen.get(`${stored.plane}/${stored.frameSeq}`) ?? {};
    await writeDicomFile(join(out, name), stateOf(study, index, stored, exported, observation, shown));
    files.push(name);
  }
  return files;
}

function stateOf(study: DicomStudy, index: number, stored: StoredFrame, exported: ExportedFrame, seen: Seen, window: Window): Dataset {
  const { date, time } = dicomTimes(study.startedAtEpochMs + stored.frameTMs);
  const image = referenceItem(exported);
  const { rows, columns } = exported.attributes;
  const graphics = graphicsOf(stored.plan?.planes[stored.plane] ?? null, seen, exported.attributes);
  const used = layers.filter(({ name }) => graphics.some(({ layer }) => layer === name));
  return {
    ...commonModules(study),
    SOPClassUID: presentationStateClass,
    SOPInstanceUID: uidOf(study.key, 'overlay', stored.plane, stored.frameSeq),
    SeriesInstanceUID: uidOf(study.key, 'series', 'overlay'),
    SeriesNumber: 5,
    SeriesDescription: 'Overlay of marked frames',
    Modality: 'PR',
    BodyPartExamined: 'SPINE',
    InstanceNumber: index + 1,
    ContentLabel: 'OVERLAY',
    ContentDescription: singleValue(`Plane ${stored.plane.toUpperCase()} ${clock(stored.frameTMs)}: ${stored.why ?? 'stored by the operator'}`),
    ContentCreatorName: 'Pedicle^',
    PresentationCreationDate: date,
    PresentationCreationTime: time,
    ReferencedSeriesSequence: [{ SeriesInstanceUID: exported.seriesUid, ReferencedImageSequence: [image] }],
    DisplayedAreaSelectionSequence: [
      {
        ReferencedImageSequence: [image],
        DisplayedAreaTopLeftHandCorner: [1, 1],
        DisplayedAreaBottomRightHandCorner: [columns, rows],
        PresentationSizeMode: 'SCALE TO FIT',
        PresentationPixelAspectRatio: [1, 1],
      },
    ],
    ...(used.length === 0
      ? {}
      : {
          GraphicAnnotationSequence: used.map(({ name }) => ({
            ReferencedImageSequence: [image],
            GraphicLayer: name,
            GraphicObjectSequence: graphics.filter(({ layer }) => layer === name).map(({ object }) => object),
          })),
          GraphicLayerSequence: used.map(({ name, what, cieLab }, order) => ({
            GraphicLayer: name,
            GraphicLayerOrder: order + 1,
            GraphicLayerRecommendedDisplayCIELabValue: cieLab,
            GraphicLayerDescription: what,
          })),
        }),
    SoftcopyVOILUTSequence: [
      {
        ReferencedImageSequence: [image],
        ...voiElements(window, exported.attributes.bitsStored),
      },
    ],
    PresentationLUTShape: 'IDENTITY',
  };
}

/** The window of values that were written inverted. */
const invertedWindow = ({ lower, upper, voiFunction }: Window, highest: number): Window => ({
  lower: highest - upper,
  upper: highest - lower,
  voiFunction: typeof voiFunction === 'object' ? invertedCurve(voiFunction) : voiFunction,
});

function voiElements({ lower, upper, voiFunction }: Window, bitsStored: number): object {
  const center = (lower + upper) / 2;
  if (typeof voiFunction === 'object') return voiLut({ center, width: upper - lower, voiFunction }, bitsStored);
  return {
    WindowCenter: decimalString(center),
    WindowWidth: decimalString(Math.max(1, upper - lower)),
    ...(voiFunction === 'LINEAR' ? {} : { VOILUTFunction: voiFunction }),
  };
}

interface Graphic {
  readonly layer: Layer;
  readonly object: object;
}

/** The overlay as polylines and circles. Points of the record are pixel centres, those of DICOM pixel corners (PS3.3 C.10.5.1.2). */
function graphicsOf(plan: PlanePlan | null, { needle, cement }: Seen, picture: { readonly columns: number; readonly rows: number }): readonly Graphic[] {
  const { columns, rows } = picture;
  const centre = ([x, y]: readonly [number, number]): Corner => [x + 0.5, y + 0.5];
  const closed = (points: readonly Corner[]): readonly Corner[] => [...points, ...points.slice(0, 1)];
  const polyline = (layer: Layer, points: readonly Corner[]) => clipPolyline(points, columns, rows).map((piece) => graphic(layer, 'POLYLINE', piece));
  const circle = (layer: Layer, [x, y]: Corner, radiusPx: number): readonly Graphic[] => {
    if (!isOnPicture([x, y], columns, rows)) return [];
    // Centre, and a point on the circle that lies on the picture too.
    const onCircle: Corner = [x + radiusPx <= columns ? x + radiusPx : x - radiusPx, y];
    return [graphic(layer, 'CIRCLE', [[x, y], onCircle])];
  };
  const planned = [
    ...(plan?.vertebralBody ? polyline('PLAN', closed(plan.vertebralBody.map(centre))) : []),
    ...(plan?.posteriorWall ? polyline('PLAN', plan.posteriorWall.map(centre)) : []),
    ...(plan?.trajectories ?? []).flatMap(({ entry, target }) => [...polyline('PLAN', [centre(entry), centre(target)]), ...circle('PLAN', centre(target), 6)]),
  ];
  const needles = (needle?.needles ?? []).flatMap(({ tip, direction: [dx, dy] }) => [
    ...polyline('NEEDLE', [centre([tip[0] - dx * shaftPx, tip[1] - dy * shaftPx]), centre(tip)]),
    ...circle('NEEDLE', centre(tip), 6),
  ]);
  const outlines = cement?.mask ? outlinesOf(cement.mask) : [];
  return [...planned, ...needles, ...outlines.flatMap((outline) => polyline('CEMENT', closed(thinned(outline))))];
}

/** Every nth point where there are too many. */
function thinned(points: readonly Corner[]): readonly Corner[] {
  const every = Math.ceil(points.length / (mostPoints - 1));
  return every === 1 ? points : points.filter((_, i) => i % every === 0);
}

const graphic = (layer: Layer, type: 'POLYLINE' | 'CIRCLE', points: readonly Corner[]): Graphic => ({
  layer,
  object: {
    GraphicAnnotationUnits: 'PIXEL',
    GraphicDimensions: 2,
    NumberOfGraphicPoints: points.length,
    GraphicData: points.flat(),
    GraphicType: type,
    ...(type === 'CIRCLE' || isClosed(points) ? { GraphicFilled: 'N' } : {}),
  },
});

const isClosed = (points: readonly Corner[]): boolean => {
  const [first, last] = [points[0], points.at(-1)];
  return first !== undefined && last !== undefined && first[0] === last[0] && first[1] === last[1];
};
