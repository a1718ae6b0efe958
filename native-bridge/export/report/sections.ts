import type { PressureUnit } from '../../../src/base/units.ts';
import { leakSiteWords } from '../../../src/procedure/leakSiteWords.ts';
import type { ReportFacts } from './facts.ts';
import { guidanceTable, heightsTable, planesTable } from './imagingTables.ts';
import type { Block, ReportPicture, ReportSection, ReportTable, Value } from './model.ts';
import { curvePlot } from './plot.ts';
import { birthDate, clock, digits, moment, personName, pressure, priorityWords, seconds, stageWords } from './words.ts';

/** What is not in the facts. */
export interface ReportContext {
  readonly site: string | null;
  readonly pressureUnit: PressureUnit;
  /** Folder name of the record. */
  readonly record: string;
  /** Head of the record's hash chain; null when it was not closed. */
  readonly chainHead: string | null;
  readonly pictures: readonly ReportPicture[];
}

const at = { name: 'tMs', label: 'Time', show: clock } as const;

/** The parts of the report in their order. */
export function sectionsOf(facts: ReportFacts, context: ReportContext): readonly ReportSection[] {
  return [
    { id: 'procedure', title: 'Procedure', blocks: [{ kind: 'pairs', table: procedureTable(facts, context) }] },
    { id: 'summary', title: 'Summary', blocks: [{ kind: 'pairs', table: summaryTable(facts, context) }] },
    {
      id: 'materials',
      title: 'Devices and cement',
      blocks: [
        { kind: 'table', table: devicesTable(facts) },
        { kind: 'table', table: mixesTable(facts) },
      ],
    },
    {
      id: 'delivery',
      title: 'Inflations and volumes',
      blocks: [
        { kind: 'table', table: inflationsTable(facts, context) },
        { kind: 'table', table: sharesTable(facts) },
      ],
    },
    { id: 'curves', title: 'Pressure and volume', blocks: curveBlocks(facts, context) },
    { id: 'course', title: 'Course', blocks: [stagesTable(facts), checksTable(facts), timelineTable(facts)].map((table) => ({ kind: 'table', table })) },
    { id: 'alarms', title: 'Alarms', blocks: [{ kind: 'table', table: alarmsTable(facts) }] },
    { id: 'complications', title: 'Leaks and complications', blocks: [{ kind: 'table', table: complicationsTable(facts) }] },
    { id: 'imaging', title: 'Imaging', blocks: [planesTable(facts), guidanceTable(facts), heightsTable(facts)].map((table) => ({ kind: 'table', table })) },
    {
      id: 'images',
      title: 'Key images',
      blocks:
        context.pictures.length > 0
          ? [{ kind: 'pictures', pictures: context.pictures }]
          : [{ kind: 'text', text: 'The record holds no pictures that can be shown.' }],
    },
    { id: 'sign-off', title: 'Sign-off', blocks: signOffBlocks(facts) },
  ];
}

type Pair = readonly [id: string, label: string, value: Value];

const pairs = (id: string, title: string, rows: readonly Pair[]): ReportTable => ({
  id,
  title,
  columns: [
    { name: 'item', label: '' },
    { name: 'value', label: '', wide: true },
  ],
  rows: rows.map(([, label, value]) => [label, value]),
  empty: '',
});

function procedureTable({ header, patient, plan, levels, approaches, durationMs, complete, performed }: ReportFacts, context: ReportContext): ReportTable {
  return pairs('procedure', 'Procedure', [
    [
      'patient',
      'Patient',
      patient ? `${personName(patient.name)}${patient.emergency ? ' (emergency: provisional, not yet identified)' : ''}` : 'not identified',
    ],
    ['patientId', 'Patient identifier', patient?.id ?? null],
    ['birthDate', 'Date of birth', birthDate(patient)],
    ['sex', 'Sex', patient?.sex ?? null],
    ['accession', 'Accession number', patient?.order?.accessionNumber ?? null],
    ['requested', 'Requested procedure', patient?.order?.requestedProcedureDescription ?? null],
    ['referring', 'Referring physician', patient?.order?.referringPhysician ? personName(patient.order.referringPhysician) : null],
    ['site', 'Site', context.site],
    ['procedure', 'Procedure', plan?.procedure ?? header.procedure],
    ['level', levels.length > 1 ? 'Levels' : 'Level', levels.join(', ') || null],
    ['approach', 'Approach', approachOf(approaches)],
    ['needle', 'Needle', needleOf(plan)],
    ['started', 'Begun', moment(header.startedAtEpochMs)],
    ['duration', 'Recorded time', clock(durationMs)],
    ['outcome', 'Outcome', performed ? `${performed.outcome}${performed.reason ? `: ${performed.reason}` : ''}` : null],
    ['record', 'Record', `${context.record}${complete ? '' : ' (not closed: up to where it can be read)'}`],
    ['chainHead', 'Hash chain', context.chainHead],
  ]);
}

/** `unipedicular, left`; by level where there were several; null when nobody said. */
function approachOf(approaches: ReportFacts['approaches']): string | null {
  const words = (sides: ReportFacts['approaches'][number]['sides']) => (sides.length === 2 ? 'bipedicular' : `unipedicular, ${sides.join('')}`);
  const known = approaches.filter(({ sides }) => sides.length > 0);
  if (known.length === 1) return words(known[0]?.sides ?? []);
  return known.map(({ level, sides }) => `${level ?? 'level not said'}: ${words(sides)}`).join('; ') || null;
}

function needleOf(plan: ReportFacts['plan']): string | null {
  const { gauge, outerDiameterMm } = plan?.needle ?? {};
  const parts = [gauge === undefined ? null : `${gauge} G`, outerDiameterMm === undefined ? null : `${outerDiameterMm} mm outer diameter`];
  return parts.filter((part) => part !== null).join(', ') || null;
}

function summaryTable(facts: ReportFacts, { pressureUnit }: ReportContext): ReportTable {
  const { inflations, shares, alarms, leaks, planes } = facts;
  const peak = inflations.reduce((most, { inflation }) => Math.max(most, inflation.peakPressureKpa), 0);
  const dose = planes.flatMap(({ doseAreaProductGyCm2 }) => (doseAreaProductGyCm2 === null ? [] : [doseAreaProductGyCm2]));
  return pairs('summary', 'Summary', [
    ['inflations', 'Balloon inflations', inflations.length],
    ['peak', 'Highest balloon pressure', inflations.length > 0 ? `${pressure(pressureUnit)(peak)} ${pressureUnit}` : null],
    ['cement', 'Cement, all needles', shares.length > 0 ? `${shares.reduce((sum, { volumeMl }) => sum + volumeMl, 0).toFixed(1)} mL` : null],
    [
      'leaks',
      'Leaks',
      leaks.length > 0 ? [...new Set(leaks.map(({ site, seq }) => `${leakSiteWords[site]}${corrected(facts, seq)}`))].join(', ') : 'none seen',
    ],
    ['alarms', 'Alarms', countAlarms(alarms)],
    ...planes.map(({ plane, pictureMs }): Pair => [`pictureTime-${plane}`, `Time with pictures, plane ${plane.toUpperCase()}`, clock(pictureMs)]),
    ['dose', 'Dose area product', dose.length > 0 ? `${dose.reduce((sum, value) => sum + value, 0).toFixed(2)} Gy·cm²` : 'not said by the source'],
  ]);
}

function countAlarms(alarms: ReportFacts['alarms']): string {
  const counts = (['high', 'medium', 'low'] as const).map((priority) => [priority, alarms.filter((alarm) => alarm.priority === priority).length] as const);
  const words = counts.filter(([, count]) => count > 0).map(([priority, count]) => `${count} ${priority}`);
  return words.join(', ') || 'none';
}

/** What stands behind an entry that was corrected later; nothing else is done to it, as nobody but a reader can tell what a correction means. */
function corrected({ corrections }: Pick<ReportFacts, 'corrections'>, seq: number | undefined): string {
  const words = corrections.filter(({ of }) => of === seq).map(({ tMs, text }) => `corrected at ${clock(tMs)}: ${text}`);
  return words.length > 0 ? ` (${words.join('; ')})` : '';
}

const devicesTable = ({ devicesUsed, corrections }: ReportFacts): ReportTable => ({
  id: 'devices',
  title: 'Devices',
  columns: [
    at,
    { name: 'kind', label: 'Kind' },
    { name: 'name', label: 'Device', wide: true },
    { name: 'lot', label: 'Lot' },
    { name: 'serial', label: 'Serial' },
  ],
  rows: devicesUsed.map(({ tMs, seq, deviceKind, name, lot, serial }) => [tMs, deviceKind, `${name}${corrected({ corrections }, seq)}`, lot, serial ?? null]),
  empty: 'No device was recorded.',
});

const mixesTable = ({ mixes, header, corrections }: ReportFacts): ReportTable => ({
  id: 'cement-mixes',
  title: 'Cement',
  columns: [at, { name: 'mixedAt', label: 'Mixed at' }, { name: 'product', label: 'Product', wide: true }, { name: 'lot', label: 'Lot' }],
  rows: mixes.map(({ tMs, seq, product, lot }) => [
    tMs,
    moment(header.startedAtEpochMs + tMs),
    `${product ?? ''}${corrected({ corrections }, seq)}` || null,
    lot ?? null,
  ]),
  empty: 'No cement was recorded as mixed.',
});

const inflationsTable = ({ inflations }: ReportFacts, { pressureUnit }: ReportContext): ReportTable => ({
  id: 'inflations',
  title: 'Balloon inflations',
  columns: [
    { name: 'device', label: 'Injector', wide: true },
    { name: 'level', label: 'Level' },
    { name: 'number', label: 'No.' },
    { name: 'fromMs', label: 'From', show: clock },
    { name: 'durationMs', label: 'Duration', show: seconds },
    { name: 'peakPressureKpa', label: `Peak, ${pressureUnit}`, show: pressure(pressureUnit) },
    { name: 'peakAtMs', label: 'Peak at', show: clock },
    { name: 'greatestVolumeMl', label: 'Volume, mL', show: digits(1) },
    { name: 'ruptured', label: 'Ruptured' },
  ],
  rows: inflations.map(({ device, level, inflation }) => [
    device,
    level,
    inflation.number,
    inflation.fromMs,
    inflation.toMs === null ? null : inflation.toMs - inflation.fromMs,
    inflation.peakPressureKpa,
    inflation.peakAtMs,
    inflation.greatestVolumeMl,
    inflation.ruptured ? 'yes' : 'no',
  ]),
  empty: 'No balloon was inflated.',
});

const sharesTable = ({ shares }: ReportFacts): ReportTable => ({
  id: 'cement-volumes',
  title: 'Cement by needle and level',
  columns: [
    { name: 'device', label: 'Injector', wide: true },
    { name: 'level', label: 'Level' },
    { name: 'needle', label: 'Needle' },
    { name: 'fromMs', label: 'From', show: clock },
    { name: 'toMs', label: 'To', show: clock },
    { name: 'volumeMl', label: 'Volume, mL', show: digits(2) },
  ],
  rows: shares.map(({ device, level, fromMs, toMs, volumeMl }, index) => [device, level, index + 1, fromMs, toMs, volumeMl]),
  empty: 'No cement was measured. What lies between two zeros of an injector counts as one needle.',
});

function curveBlocks(facts: ReportFacts, { pressureUnit }: ReportContext): readonly Block[] {
  if (facts.curves.length === 0) return [{ kind: 'text', text: 'No injector was connected.' }];
  return facts.curves.map((curve) => {
    const readings = curve.bins.flatMap(({ pressureMostKpa }) => (pressureMostKpa === null ? [] : [pressureMostKpa]));
    const peak = readings.reduce((most, value) => Math.max(most, value), 0);
    return {
      kind: 'plot',
      id: `curve-${curve.device}`,
      title: `Pressure and volume, ${curve.device}`,
      description: `Pressure rose to at most ${pressure(pressureUnit)(peak)} ${pressureUnit}; the tables of inflations and cement give the numbers.`,
      svg: curvePlot(curve, facts.durationMs, pressureUnit, facts.stages, facts.alarms),
    };
  });
}

const stagesTable = ({ stages }: ReportFacts): ReportTable => ({
  id: 'stages',
  title: 'Stages',
  columns: [
    { name: 'stage', label: 'Stage', wide: true },
    { name: 'level', label: 'Level' },
    { name: 'side', label: 'Side' },
    { name: 'fromMs', label: 'From', show: clock },
    { name: 'toMs', label: 'To', show: clock },
    { name: 'durationMs', label: 'Duration', show: clock },
  ],
  rows: stages.map(({ stage, level, side, fromMs, toMs }) => [stageWords[stage], level, side, fromMs, toMs, toMs - fromMs]),
  empty: 'No stage was recorded.',
});

const checksTable = ({ checks }: ReportFacts): ReportTable => ({
  id: 'checks',
  title: 'Checklists',
  columns: [at, { name: 'stage', label: 'Stage' }, { name: 'item', label: 'Ticked', wide: true }],
  rows: checks.map(({ tMs, stage, item }) => [tMs, stageWords[stage], item]),
  empty: 'Nothing was ticked on a checklist.',
});

/** An identity that comes later, or is put right, is an event of the procedure. */
const identityRow = ({ tMs, patient }: ReportFacts['identities'][number], index: number): readonly [number, string, string] => {
  const { name, id, emergency } = patient;
  const what = emergency ? 'Emergency' : index === 0 ? 'Patient' : 'Patient identified';
  return [tMs, what, [personName(name), id].filter(Boolean).join(', ')];
};

function timelineTable({ identities, notes, corrections, leaks, mixes, devicesUsed, keyFrames, deviceLosses }: ReportFacts): ReportTable {
  const mark = (seq: number | undefined) => corrected({ corrections }, seq);
  const rows: (readonly [tMs: number, what: string, detail: string])[] = [
    ...identities.map(identityRow),
    ...notes.map((said) => noteRow(said, mark(said.seq))),
    ...corrections.map(correctionRow),
    ...leaks.map(
      ({ tMs, site, by, seq }) =>
        [tMs, 'Leak', `${leakSiteWords[site]}, ${by === 'operator' ? 'seen by the operator' : `in plane ${by.toUpperCase()}`}${mark(seq)}`] as const,
    ),
    ...mixes.map(({ tMs, seq, product }) => [tMs, 'Cement mixed', `${product ?? ''}${mark(seq)}`] as const),
    ...devicesUsed.map(({ tMs, seq, name }) => [tMs, 'Device used', `${name}${mark(seq)}`] as const),
    ...keyFrames.filter(({ why }) => why === null).map(({ tMs, plane }) => [tMs, 'Frame stored', `plane ${plane.toUpperCase()}`] as const),
    ...deviceLosses.map(({ tMs, device, message }) => [tMs, `${device} lost`, message] as const),
  ];
  return {
    id: 'timeline',
    title: 'Events',
    columns: [at, { name: 'what', label: 'Event' }, { name: 'detail', label: 'Detail', wide: true }],
    rows: rows.sort(([x], [y]) => x - y),
    empty: 'No event was recorded.',
  };
}

function noteRow(said: ReportFacts['notes'][number], mark: string): readonly [number, string, string] {
  return said.kind === 'note' ? [said.tMs, 'Note', `${said.text}${mark}`] : [said.tMs, 'Mark', `${said.label ?? ''}${mark}`];
}

function correctionRow({ tMs, of, text, what }: ReportFacts['corrections'][number]): readonly [number, string, string] {
  return [tMs, 'Correction', `of ${what ? `“${what.words}” at ${clock(what.tMs)}` : `entry ${of}`}: ${text}`];
}

const alarmsTable = ({ alarms }: ReportFacts): ReportTable => ({
  id: 'alarms',
  title: 'Alarms and acknowledgements',
  columns: [
    { name: 'raisedMs', label: 'Raised', show: clock },
    { name: 'priority', label: 'Priority' },
    { name: 'message', label: 'Alarm', wide: true },
    { name: 'acknowledgedMs', label: 'Acknowledged', show: clock },
    { name: 'endedMs', label: 'Ended', show: clock },
  ],
  rows: alarms.map(({ raisedMs, priority, message, acknowledgedMs, endedMs }) => [raisedMs, priorityWords[priority], message, acknowledgedMs, endedMs]),
  empty: 'No alarm was raised.',
});

function complicationsTable({ leaks, corrections, inflations, performed }: ReportFacts): ReportTable {
  const rows: (readonly [number, string, string])[] = [
    ...leaks.map(
      ({ tMs, site, by, seq }) =>
        [
          tMs,
          `Cement leak, ${leakSiteWords[site]}${corrected({ corrections }, seq)}`,
          by === 'operator' ? 'operator' : `guidance, plane ${by.toUpperCase()}`,
        ] as const,
    ),
    ...inflations.filter(({ inflation }) => inflation.ruptured).map(({ inflation }) => [inflation.fromMs, 'Balloon rupture', 'injector'] as const),
    ...(performed?.outcome === 'discontinued' ? [[performed.tMs, `Discontinued: ${performed.reason ?? 'no reason given'}`, 'operator'] as const] : []),
  ];
  return {
    id: 'complications',
    title: 'Recorded by operator, guidance and injector',
    columns: [at, { name: 'what', label: 'What', wide: true }, { name: 'by', label: 'Recorded by' }],
    rows: rows.sort(([x], [y]) => x - y),
    empty: 'None recorded.',
  };
}

function signOffBlocks({ signOffs, header }: ReportFacts): readonly Block[] {
  const table: ReportTable = {
    id: 'sign-offs',
    title: 'Signed off at the console',
    columns: [
      at,
      { name: 'signedAt', label: 'Signed at' },
      { name: 'by', label: 'By' },
      { name: 'text', label: 'Course and condition at the end', wide: true },
    ],
    rows: signOffs.map(({ tMs, by, text }) => [tMs, moment(header.startedAtEpochMs + tMs), by, text ?? null]),
    empty: 'Not signed off at the console.',
  };
  return [
    { kind: 'table', table },
    { kind: 'lines', labels: ['Complications and condition at the end', 'Name and signature', 'Date'] },
  ];
}
