import { type Command, InvalidArgumentError } from 'commander';
import { inputFault } from '../../src/base/result.ts';
import { differenceText } from '../../src/session/compare.ts';
import { lackingText } from '../../src/session/lacking.ts';
import { printJson, reportFault } from './output.ts';

interface ReplayCommandOptions {
  readonly report?: string;
  readonly processes?: number;
  readonly queue?: string;
  readonly json?: true;
}

async function replay(record: string, options: { readonly json?: true }): Promise<void> {
  const { openRecordReader } = await import('../record/reader.ts');
  const { replayRecord } = await import('../session/replay.ts');
  const opened = await openRecordReader(record);
  if (!opened.ok) {
    const { findRecords } = await import('../fleet/library.ts');
    const records = await findRecords(record);
    if (!records.ok) return reportFault(opened.fault);
    return reportFault(inputFault(`${record} is no record, and holds ${records.value.length}: say with --report where the report on all of them goes.`).fault);
  }
  const progress = process.stderr.isTTY ? (fraction: number) => process.stderr.write(`\r${Math.round(fraction * 100)} % `) : () => {};
  const result = await replayRecord(opened.value, { onProgress: progress });
  await opened.value.close();
  if (process.stderr.isTTY) process.stderr.write('\r');
  if (!result.ok) return reportFault(result.fault);
  const { identical, samples, derived, firstDifference, speed, limited, lacking } = result.value;
  if (!identical) process.exitCode = 1;
  const { telemetryChanged, telemetryChangedText } = await import('../record/telemetryChanged.ts');
  if (await telemetryChanged(record)) process.stderr.write(`pedicle: ${telemetryChangedText}\n`);
  if (options.json) return printJson({ identical, samples, derived, firstDifference, speed, ...(limited ? { limited } : {}), ...(lacking ? { lacking } : {}) });
  for (const lack of [limited?.why, lackingText(lacking)]) if (lack) process.stdout.write(`${lack}\n`);
  if (limited && firstDifference === null && !identical) {
    process.stdout.write(`Compared in part: ${derived} samples derived again from ${samples} are identical, ${limited.notCompared} could not be compared.\n`);
    return;
  }
  if (firstDifference === null) {
    process.stdout.write(`Identical: ${derived} samples derived again from ${samples}, at ${speed.toFixed(1)} times real time.\n`);
    return;
  }
  process.stdout.write(`Differs: ${differenceText(firstDifference)}.\n`);
}

function processesArgument(text: string): number {
  const processes = Number(text);
  if (!Number.isInteger(processes) || processes < 1 || processes > 256) throw new InvalidArgumentError('It has to be a whole number from 1 to 256.');
  return processes;
}

async function replayRecordOrLibrary(path: string, options: ReplayCommandOptions): Promise<void> {
  const { report, ...rest } = options;
  if (report !== undefined) return (await import('./replayLibrary.ts')).replayLibraryCommand(path, { ...rest, report });
  if (options.queue !== undefined || options.processes !== undefined)
    return reportFault(inputFault('--queue and --processes are for a folder of records; say with --report where its report goes.').fault);
  return replay(path, options);
}

export function register(program: Command): void {
  program
    .command('replay')
    .description('derives everything in a record again and compares; with --report, in every record of a folder')
    .argument('<record>', 'folder of one record, or with --report a folder of records')
    .option('--report <dir>', 'where junit.xml, index.html and results.json go')
    .option('--processes <n>', 'records at the same time; as many as the machine has cores when not given', processesArgument)
    .option('--queue <url>', 'redis://…: let "pedicle worker" processes do it, on any machine that sees the records')
    .option('--json', 'one JSON object on standard output')
    .action(replayRecordOrLibrary);
}
