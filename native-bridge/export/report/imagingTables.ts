import type { ReportFacts } from './facts.ts';
import type { ReportTable, Value } from './model.ts';
import { clock, digits, phaseWords } from './words.ts';

const scaleWords = { geometry: 'from the frames', calibration: 'calibrated by hand', none: 'none, pixels only' } as const;
const volumeWords = { injector: 'calibrated', attenuation: 'uncalibrated' } as const;

/** What was seen of each plane, for how long, and with what dose where the frames say it. */
export const planesTable = ({ planes }: ReportFacts): ReportTable => ({
  id: 'planes',
  title: 'Fluoroscopy',
  columns: [
    { name: 'plane', label: 'Plane', wide: true },
    { name: 'frames', label: 'Frames' },
    { name: 'size', label: 'Size' },
    { name: 'scale', label: 'Millimetres' },
    { name: 'pictureMs', label: 'Time with pictures', show: clock },
    { name: 'missingFrames', label: 'Missing' },
    { name: 'skippedFrames', label: 'Not analysed' },
    { name: 'tubeVoltageKv', label: 'kV' },
    { name: 'doseAreaProductGyCm2', label: 'DAP, Gy·cm²', show: digits(2) },
  ],
  rows: planes.map(({ plane, frames, rows, columns, bitsStored, scaleFrom, pictureMs, missing, skipped, tubeVoltageKv, doseAreaProductGyCm2 }) => [
    plane.toUpperCase(),
    frames,
    `${columns} × ${rows}, ${bitsStored} bit`,
    scaleFrom === null ? scaleWords.none : scaleWords[scaleFrom],
    pictureMs,
    missing,
    skipped,
    tubeVoltageKv ? `${tubeVoltageKv.least}–${tubeVoltageKv.most}` : null,
    doseAreaProductGyCm2,
  ]),
  empty: 'No picture was recorded.',
});

/** Where needle and cement were, by what guidance said last. */
export const guidanceTable = ({ planes }: ReportFacts): ReportTable => ({
  id: 'guidance',
  title: 'What guidance saw: needle at the end of access, cement at the end',
  columns: [
    { name: 'plane', label: 'Plane', wide: true },
    { name: 'needleAtMs', label: 'At', show: clock },
    { name: 'angleDeg', label: 'Off line, °', show: digits(1) },
    { name: 'tipToTargetMm', label: 'To target, mm', show: digits(1) },
    { name: 'tipToTargetPx', label: 'To target, px', show: digits(0) },
    { name: 'cementAreaMm2', label: 'Cement, mm²', show: digits(0) },
    { name: 'cementAreaPx', label: 'Cement, px', show: digits(0) },
    { name: 'cementVolumeMl', label: 'Cement, mL', show: digits(1) },
    { name: 'cementVolumeFrom', label: 'Volume' },
    { name: 'zone', label: 'Reached' },
  ],
  rows: planes.map(({ plane, needle, cement }) => [
    plane.toUpperCase(),
    needle?.tMs ?? null,
    needle?.angleDeg ?? null,
    needle?.tipToTargetMm ?? null,
    needle?.tipToTargetPx ?? null,
    cement?.areaMm2 ?? null,
    cement?.areaPx ?? null,
    cement?.volumeMl ?? null,
    cement?.volumeFrom ? volumeWords[cement.volumeFrom] : null,
    cement?.zone ?? null,
  ]),
  empty: 'No guidance was recorded.',
});

/** What tells a body's height where no neighbour was measured, and where one was: its share of the neighbour's needs no scale. */
const heightsBeside = {
  px: [
    { name: 'anteriorPx', label: 'Anterior, px', show: digits(0) },
    { name: 'middlePx', label: 'Middle, px', show: digits(0) },
    { name: 'posteriorPx', label: 'Posterior, px', show: digits(0) },
  ],
  share: [
    { name: 'anteriorShare', label: 'Anterior, of neighbour', show: digits(2) },
    { name: 'middleShare', label: 'Middle, of neighbour', show: digits(2) },
    { name: 'posteriorShare', label: 'Posterior, of neighbour', show: digits(2) },
  ],
} as const;

/** Heights of the treated body in each phase that was measured. */
export function heightsTable({ planes }: ReportFacts): ReportTable {
  const compared = planes.some(({ vertebra }) => vertebra.some(({ ofReference }) => ofReference !== undefined));
  return {
    id: 'vertebra-heights',
    title: 'Height of the treated vertebral body',
    columns: [
      { name: 'plane', label: 'Plane' },
      { name: 'phase', label: 'Measured', wide: true },
      { name: 'anteriorMm', label: 'Anterior, mm', show: digits(1) },
      { name: 'middleMm', label: 'Middle, mm', show: digits(1) },
      { name: 'posteriorMm', label: 'Posterior, mm', show: digits(1) },
      ...(compared ? heightsBeside.share : heightsBeside.px),
      { name: 'wedgeAngleDeg', label: 'Wedge, °', show: digits(1) },
    ],
    rows: planes.flatMap(({ plane, vertebra }) =>
      vertebra.map(({ phase, heightsPx, heightsMm, ofReference, wedgeAngleDeg }): readonly Value[] => {
        const beside = compared ? ofReference : heightsPx;
        return [
          plane.toUpperCase(),
          phaseWords[phase],
          heightsMm?.anterior ?? null,
          heightsMm?.middle ?? null,
          heightsMm?.posterior ?? null,
          beside?.anterior ?? null,
          beside?.middle ?? null,
          beside?.posterior ?? null,
          wedgeAngleDeg,
        ];
      }),
    ),
    empty: 'Not measured: nobody placed its endplates.',
  };
}
