import type { Command } from 'commander';
import type { Result } from '../../src/base/result.ts';
import type { OpenRecordReader } from '../record/reader.ts';
import { printJson, reportFault } from './output.ts';

interface ExportOptions {
  readonly out: string;
  readonly csv?: true;
  readonly dicom?: true;
  readonly json?: true;
}

async function exportRecord(record: string, options: ExportOptions): Promise<void> {
  if (!options.csv && !options.dicom) return reportFault({ kind: 'input', message: 'Nothing to export: say --csv, --dicom, or both.' });
  const { openRecordReader } = await import('../record/reader.ts');
  const { prepareOutFolder } = await import('../report/outFolder.ts');
  const opened = await openRecordReader(record);
  if (!opened.ok) return reportFault(opened.fault);
  const reader = opened.value;
  const prepared = await prepareOutFolder(options.out);
  if (!prepared.ok) return reportFault(prepared.fault);
  const files: string[] = [];
  for (const part of [options.csv ? csv : null, options.dicom ? dicom : null]) {
    const written = part ? await part(reader, options.out) : null;
    if (written && !written.ok) return reportFault(written.fault);
    if (written) files.push(...written.value);
  }
  await reader.close();
  const cut = reader.cut();
  if (cut) process.stderr.write(`pedicle: the record could be read only up to a place where ${cut.why}; the export ends there.\n`);
  if (options.json) return printJson({ out: options.out, files, complete: cut === null && reader.closed });
  process.stdout.write(`${files.map((file) => `${options.out}/${file}\n`).join('')}`);
}

async function csv(reader: OpenRecordReader, out: string): Promise<Result<readonly string[]>> {
  const { exportCsv } = await import('../report/csv.ts');
  const written = await exportCsv(reader, out);
  return written.ok ? { ok: true, value: Object.keys(written.value) } : written;
}

async function dicom(reader: OpenRecordReader, out: string): Promise<Result<readonly string[]>> {
  const { studyOf } = await import('../report/dicomStudy.ts');
  const { exportFrames } = await import('../report/dicomFrames.ts');
  const { exportLog } = await import('../report/dicomLog.ts');
  const study = await studyOf(reader);
  const total = reader.planes.reduce((sum, plane) => sum + reader.frameIndex(plane).length, 0);
  let done = 0;
  const onFrame = () => {
    done++;
    if (process.stderr.isTTY && (done % 10 === 0 || done === total)) process.stderr.write(`\r${done} of ${total} frames${done === total ? '\n' : ''}`);
  };
  const files: string[] = [];
  for (const plane of reader.planes) {
    const written = await exportFrames(reader, study, plane, out, onFrame);
    if (!written.ok) return written;
    files.push(...written.value);
  }
  const log = await exportLog(reader, study, out);
  return log.ok ? { ok: true, value: [...files, ...log.value] } : log;
}

export function register(program: Command): void {
  program
    .command('export')
    .description('tables and DICOM instances of a record')
    .argument('<record>', 'folder of one record')
    .requiredOption('--out <dir>', 'folder of the export; must not exist or be empty')
    .option('--csv', 'readings, alarms, events, needle, cement and pose as tables')
    .option('--dicom', 'frames as multi-frame secondary captures, and the procedure log')
    .option('--json', 'one JSON object on standard output')
    .action(exportRecord);
}
