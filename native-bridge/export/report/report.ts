import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markOfRecord } from '../dataMark.ts';
import { csvCell } from '../tables.ts';
import type { ExportTask, MadeReport } from '../task.ts';
import { collectFacts } from './collect.ts';
import { reportHtml } from './html.ts';
import { keyImages } from './keyImages.ts';
import { type ReportModel, type ReportTable, tablesOf } from './model.ts';
import { reportPdf } from './pdf.ts';
import { sectionsOf } from './sections.ts';
import { moment, patientLine } from './words.ts';

/** The report of a record: one walk through telemetry, and the key images with their overlay. */
export async function makeReport(task: Omit<ExportTask, 'report'>): Promise<MadeReport> {
  const { reader, origin } = task;
  const { record, site, chainHead } = origin;
  // Reading telemetry and painting pictures: a half each.
  const halfFrom = (before: number) => (done: number, total: number) => task.step(before * total + done / 2, total);
  const facts = await collectFacts({ ...task, step: halfFrom(0) });
  const pictures = await keyImages({ ...task, step: halfFrom(0.5) }, facts.keyFrames);
  const { startedAtEpochMs, softwareVersion } = reader.header;
  const model: ReportModel = {
    title: 'Vertebral augmentation: procedure report',
    subtitle: [facts.plan?.procedure ?? reader.header.procedure, facts.levels.join(', '), moment(startedAtEpochMs)].filter(Boolean).join(' · '),
    patient: patientLine(facts.patient),
    mark: markOfRecord(reader.header),
    footer: `Record ${record}, written by Pedicle ${softwareVersion}. Times are minutes and seconds since ${moment(startedAtEpochMs)}. Not a medical device; to be checked by the person who signs.`,
    sections: sectionsOf(facts, {
      site: site?.name ?? null,
      pressureUnit: site?.display?.pressureUnit ?? 'psi',
      record,
      chainHead,
      pictures,
    }),
  };
  return { facts, model, pdf: await reportPdf(model, startedAtEpochMs + reader.durationMs) };
}

/** Writes `report/report.pdf`, `report.html`, `report.json` and a CSV file for each of its tables. */
export async function exportReport(task: ExportTask): Promise<readonly string[]> {
  const { model, pdf } = await task.report();
  const files: [name: string, content: string | Uint8Array][] = [
    ['report/report.pdf', pdf],
    ['report/report.html', reportHtml(model)],
    ['report/report.json', reportJson(model)],
    ...tablesOf(model).map((table): [string, string] => [`report/tables/${table.id}.csv`, tableCsv(table)]),
  ];
  await mkdir(join(task.out, 'report/tables'), { recursive: true, mode: 0o700 });
  for (const [name, content] of files) await writeFile(join(task.out, name), content, { mode: 0o600 });
  return files.map(([name]) => name);
}

/** Every table as objects by column, and what stands around them. */
function reportJson(model: ReportModel): string {
  const { title, subtitle, patient, mark, footer } = model;
  const tables = tablesOf(model).map(({ id, title: name, columns, rows }) => [
    id,
    { title: name, rows: rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, row[i] ?? null]))) },
  ]);
  return `${JSON.stringify({ version: 1, title, subtitle, patient, simulated: mark === 'simulated', replayed: mark === 'replayed', footer, tables: Object.fromEntries(tables) }, null, 2)}\n`;
}

const tableCsv = ({ columns, rows }: ReportTable): string =>
  [columns.map(({ name }) => name), ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
