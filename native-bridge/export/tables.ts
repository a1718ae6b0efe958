import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Sample, Topic } from '../../src/sample/sample.ts';
import type { ExportTask } from './task.ts';

type Cell = string | number | boolean | null;
type SampleOf<T extends Topic> = Extract<Sample, { topic: T }>;

/** One table: which samples become rows, and what is in them. Units are in the names of the columns. */
interface Table<T extends Topic> {
  readonly topics: readonly T[];
  readonly columns: readonly string[];
  readonly row: (sample: SampleOf<T>) => readonly Cell[];
}

const table = <T extends Topic>(definition: Table<T>): Table<T> => definition;
const planeOf = (topic: string): string => topic.slice('/plane/'.length, '/plane/'.length + 1);

const readings = table({
  topics: ['/injector/reading'],
  columns: ['device', 'pressureKpa', 'volumeMl', 'rateMlPerMin', 'mode', 'deviceTimeMs', 'status'],
  row: ({ data }) => [data.device, data.pressureKpa, data.volumeMl, data.rateMlPerMin, data.mode, data.deviceTimeMs, data.status],
});

const alarms = table({
  topics: ['/alarm'],
  columns: ['id', 'condition', 'priority', 'phase', 'message', 'advice', 'value', 'limit'],
  row: ({ data }) => [data.id, data.condition, data.priority, data.phase, data.message, data.advice, data.value, data.limit],
});

const events = table({
  topics: ['/operator', '/device', '/gap', '/procedure'],
  columns: ['topic', 'kind', 'detail'],
  row: (sample) => [sample.topic, ...eventCells(sample)],
});

const needle = table({
  topics: ['/plane/a/needle', '/plane/b/needle'],
  columns: [
    'plane',
    'needlesInView',
    'tipXImagePx',
    'tipYImagePx',
    'confidence',
    'tipSigmaPx',
    'angleDeg',
    'tipToLinePx',
    'tipToTargetPx',
    'tipToLineMm',
    'tipToTargetMm',
  ],
  row: ({ topic, data: { needle: advancing, needles, deviation } }) => [
    planeOf(topic),
    needles.length,
    ...(advancing ? [advancing.tip[0], advancing.tip[1], advancing.confidence, advancing.tipSigmaPx] : [null, null, null, null]),
    ...(deviation
      ? [deviation.angleDeg, deviation.tipToLinePx, deviation.tipToTargetPx, deviation.tipToLineMm, deviation.tipToTargetMm]
      : [null, null, null, null, null]),
  ],
});

const cement = table({
  topics: ['/plane/a/cement', '/plane/b/cement'],
  columns: ['plane', 'areaPx', 'areaMm2', 'volumeMl', 'volumeFrom', 'volumeBound95Ml', 'zone', 'leak', 'leakSite', 'toPosteriorWallPx', 'toPosteriorWallMm'],
  row: ({ topic, data }) => [
    planeOf(topic),
    data.areaPx,
    data.areaMm2,
    data.volumeMl,
    data.volumeFrom,
    data.volumeBound95Ml ?? null,
    data.zone,
    data.leak,
    data.leakSite,
    data.toPosteriorWallPx,
    data.toPosteriorWallMm,
  ],
});

const vertebra = table({
  topics: ['/plane/a/vertebra', '/plane/b/vertebra'],
  columns: ['plane', 'phase', 'anteriorPx', 'middlePx', 'posteriorPx', 'anteriorMm', 'middleMm', 'posteriorMm', 'heightBound95Px', 'wedgeAngleDeg'],
  row: ({ topic, data: { phase, treated } }) => [
    planeOf(topic),
    phase,
    ...(treated ? [treated.heightsPx.anterior, treated.heightsPx.middle, treated.heightsPx.posterior] : [null, null, null]),
    ...(treated?.heightsMm ? [treated.heightsMm.anterior, treated.heightsMm.middle, treated.heightsMm.posterior] : [null, null, null]),
    treated?.heightBound95Px ?? null,
    treated?.wedgeAngleDeg ?? null,
  ],
});

const pose = table({
  topics: ['/guidance/pose'],
  columns: ['tipXPatientMm', 'tipYPatientMm', 'tipZPatientMm', 'residualMm', 'frameA', 'frameB'],
  row: ({ data }) => [...data.tipPatientMm, data.residualMm, data.frames.a, data.frames.b],
});

/** What happened, in words a table can hold. Who the patient is stays out of tables: only that it was said. */
function eventCells(sample: SampleOf<'/operator' | '/device' | '/gap' | '/procedure'>): readonly [kind: string, detail: string] {
  switch (sample.topic) {
    case '/device':
      return [sample.data.state, `${sample.data.device}: ${sample.data.message}`];
    case '/procedure':
      return [sample.data.stage, sample.data.level ?? ''];
    case '/gap':
      return detailed(sample.data);
    case '/operator':
      return sample.data.kind === 'patient' || sample.data.kind === 'plan' ? [sample.data.kind, ''] : detailed(sample.data);
  }
}

function detailed(event: { readonly kind: string }): readonly [string, string] {
  const { kind, ...rest } = event;
  return [kind, namedValues('', rest).join(' ')];
}

/** `name=value` for each, those within others by both names: `times.opensAfterMin=4`. */
function namedValues(within: string, values: object): readonly string[] {
  return Object.entries(values).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? namedValues(`${within}${name}.`, value) : [`${within}${name}=${String(value)}`],
  );
}

/** RFC 4180: quoted where needed, quotes doubled. A text that a spreadsheet would run as a formula is made harmless. */
export function csvCell(value: Cell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

interface OpenTable {
  readonly name: string;
  readonly topics: readonly Topic[];
  /** The row of a sample that belongs into this table. */
  readonly rowOf: (sample: Sample) => readonly Cell[] | null;
  readonly columns: readonly string[];
}

function openTable<T extends Topic>(name: string, definition: Table<T>): OpenTable {
  const topics = new Set<string>(definition.topics);
  // The topic decides the sample's type: that is what `SampleOf` says, and the set has just been asked.
  return {
    name,
    topics: definition.topics,
    columns: definition.columns,
    rowOf: (sample) => (topics.has(sample.topic) ? definition.row(sample as SampleOf<T>) : null),
  };
}

const tables: readonly OpenTable[] = [
  openTable('readings', readings),
  openTable('alarms', alarms),
  openTable('events', events),
  openTable('needle', needle),
  openTable('cement', cement),
  openTable('vertebra', vertebra),
  openTable('pose', pose),
];

/**
 * Writes `tables/*.csv`: readings, alarms, events, needle, cement, vertebra, pose; one row a sample, in session order, led by the ingest
 * sequence and session time in ms. Empty cells are values that were not there. Gives the files.
 */
export async function exportCsv({ reader, out, step }: ExportTask): Promise<readonly string[]> {
  const folder = join(out, 'tables');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = tables.map((definition) => ({ definition, stream: createWriteStream(join(folder, `${definition.name}.csv`), { mode: 0o600 }) }));
  const failures = files.map(({ stream }) => finished(stream));
  // Awaited at the end; a failure meanwhile must not count as unhandled.
  for (const failure of failures) failure.catch(() => undefined);
  for (const { definition, stream } of files) stream.write(`seq,tMs,${definition.columns.join(',')}\r\n`);
  for await (const sample of reader.samples({ frames: false, topics: tables.flatMap(({ topics }) => topics) })) {
    if (sample.seq % 256 === 0) step(sample.tMs, reader.durationMs);
    for (const { definition, stream } of files) {
      const cells = definition.rowOf(sample);
      if (cells && !stream.write(`${[sample.seq, sample.tMs, ...cells].map(csvCell).join(',')}\r\n`)) await drained(stream);
    }
  }
  for (const { stream } of files) stream.end();
  await Promise.all(failures);
  return files.map(({ definition }) => `tables/${definition.name}.csv`);
}

/** Resolves also when the stream fails: its end then says so. Leaves no listener behind, however often it is waited for. */
function drained(stream: NodeJS.WritableStream): Promise<void> {
  const ends = ['drain', 'error', 'close'] as const;
  return new Promise((resolve) => {
    const done = () => {
      for (const end of ends) stream.off(end, done);
      resolve();
    };
    for (const end of ends) stream.on(end, done);
  });
}
