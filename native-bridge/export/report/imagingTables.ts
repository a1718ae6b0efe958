import type { ReportFacts } from './facts.ts';
import type { ReportTable, Value } from './model.ts';
import { clock, digits, phaseWords } from './words.ts';

/** What was seen of each plane, for how long, and with what dose where the frames say it. */
export const planesTable = ({ planes }: ReportFacts): ReportTable => ({
  id: 'planes',
  title: 'Fluoroscopy',
  columns: [
    { name: 'plane', label: 'Plane', wide: true },
    { name: 'frames', label: 'Frames' },
    { name: 'size', label: 'Size' },
    { name: 'pictureMs', label: 'Time with pictures', show: clock },
    { name: 'missingFrames', label: 'Missing' },
    { name: 'skippedFrames', label: 'Not analysed' },
    { name: 'tubeVoltageKv', label: 'kV' },
    { name: 'doseAreaProductGyCm2', label: 'DAP, Gy·cm²', show: digits(2) },
  ],
  rows: planes.map(({ plane, frames, rows, columns, bitsStored, pictureMs, missing, skipped, tubeVoltageKv, doseAreaProductGyCm2 }) => [
    plane.toUpperCase(),
    frames,
    `${columns} × ${rows}, ${bitsStored} bit`,
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
    cement?.zone ?? null,
  ]),
  empty: 'No guidance was recorded.',
});

/** Heights of the treated body in each phase that was measured. */
export const heightsTable = ({ planes }: ReportFacts): ReportTable => ({
  id: 'vertebra-heights',
  title: 'Height of the treated vertebral body',
  columns: [
    { name: 'plane', label: 'Plane' },
    { name: 'phase', label: 'Measured', wide: true },
    { name: 'anteriorMm', label: 'Anterior, mm', show: digits(1) },
    { name: 'middleMm', label: 'Middle, mm', show: digits(1) },
    { name: 'posteriorMm', label: 'Posterior, mm', show: digits(1) },
    { name: 'anteriorPx', label: 'Anterior, px', show: digits(0) },
    { name: 'middlePx', label: 'Middle, px', show: digits(0) },
    { name: 'posteriorPx', label: 'Posterior, px', show: digits(0) },
    { name: 'wedgeAngleDeg', label: 'Wedge, °', show: digits(1) },
  ],
  rows: planes.flatMap(({ plane, vertebra }) =>
    vertebra.map(({ phase, heightsPx, heightsMm, wedgeAngleDeg }): readonly Value[] => [
      plane.toUpperCase(),
      phaseWords[phase],
      heightsMm?.anterior ?? null,
      heightsMm?.middle ?? null,
      heightsMm?.posterior ?? null,
      heightsPx.anterior,
      heightsPx.middle,
      heightsPx.posterior,
      wedgeAngleDeg,
    ]),
  ),
  empty: 'Not measured: nobody placed its endplates.',
});
