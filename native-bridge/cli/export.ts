import type { Command } from 'commander';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { Mask } from '../export/deidentify/masks.ts';
import type { ExportKind, ExportOptions, ExportProgress } from '../export/exportRecord.ts';
import { printJson, reportFault } from './output.ts';

interface Options {
  readonly out: string;
  readonly csv?: true;
  readonly report?: true;
  readonly dicom?: true;
  readonly video?: string | true;
  readonly lossless?: true;
  readonly jpegLs?: true;
  readonly deidentify?: true;
  readonly pseudonyms?: string;
  readonly mask: readonly string[];
  readonly json?: true;
}

async function exportCommand(record: string, options: Options): Promise<void> {
  const { exportKinds, exportRecord } = await import('../export/exportRecord.ts');
  const chosen: Readonly<Partial<Record<ExportKind, string | true | undefined>>> = options;
  const kinds = exportKinds.filter((kind) => chosen[kind]);
  if (kinds.length === 0) return reportFault({ kind: 'input', message: 'Nothing to export: say at least one of --csv, --report, --dicom and --video.' });
  if (options.video !== undefined && ![true, 'overlay', 'plain'].includes(options.video))
    return reportFault({ kind: 'input', message: `--video ${options.video} is not known: say --video overlay or --video plain.` });
  const anonymous = await deidentifyOptions(options);
  if (!anonymous.ok) return reportFault(anonymous.fault);
  const { openRecordReader } = await import('../record/reader.ts');
  const opened = await openRecordReader(record);
  if (!opened.ok) return reportFault(opened.fault);
  const cancel = new AbortController();
  const onInterrupt = () => cancel.abort();
  process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt);
  const exported = await exportRecord(opened.value, kinds, options.out, {
    signal: cancel.signal,
    onProgress: showProgress(),
    dicomSyntax: options.jpegLs ? 'jpeg-ls' : 'uncompressed',
    video: { overlay: options.video !== 'plain', lossless: options.lossless === true },
    ...anonymous.value,
  });
  process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
  await opened.value.close();
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  if (!exported.ok) return reportFault(exported.fault);
  const { files, complete, remarks } = exported.value;
  for (const remark of remarks) process.stderr.write(`pedicle: ${remark}\n`);
  if (options.json) return printJson({ out: options.out, files, complete, remarks });
  process.stdout.write(files.map((file) => `${options.out}/${file}\n`).join(''));
}

async function deidentifyOptions({ deidentify, pseudonyms, mask }: Options): Promise<Result<Pick<ExportOptions, 'deidentify'>>> {
  if (!deidentify)
    return pseudonyms !== undefined || mask.length > 0
      ? inputFault('--pseudonyms and --mask belong to --deidentify: say that too, or leave them out.')
      : ok({});
  const { parseMask } = await import('../export/deidentify/masks.ts');
  const masks: Mask[] = [];
  for (const text of mask) {
    const parsed = parseMask(text);
    if (!parsed.ok) return parsed;
    masks.push(parsed.value);
  }
  return ok({ deidentify: { masks, ...(pseudonyms === undefined ? {} : { tablePath: pseudonyms }) } });
}

/** One line on a terminal, ten times a second at most; nothing elsewhere. */
function showProgress(): (progress: ExportProgress) => void {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  return ({ kind, done, total, fraction }) => {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - shownAtMs < 100) return;
    shownAtMs = nowMs;
    const bar = '#'.repeat(Math.round(fraction * 30)).padEnd(30, '.');
    process.stderr.write(`\r[${bar}] ${Math.round(fraction * 100)} % · ${kind} ${Math.round(done)} of ${Math.round(total)}\u001b[K`);
  };
}

export function register(program: Command): void {
  program
    .command('export')
    .description('report, tables, DICOM instances and videos of a record')
    .argument('<record>', 'folder of one record')
    .requiredOption('--out <dir>', 'folder of the export; must not exist or be empty')
    .option('--csv', 'readings, alarms, events, needle, cement and pose as tables')
    .option('--report', 'report as PDF and HTML with curves and key images, and its tables as CSV and JSON')
    .option('--dicom', 'one study: frames, overlays and selection of marked frames, procedure log, report')
    .option('--video [style]', 'a video of each plane (H.264), "overlay" burned in or "plain"')
    .option('--lossless', 'videos in FFV1; with --video plain they hold the stored values themselves')
    .option('--jpeg-ls', 'DICOM frames in lossless JPEG-LS instead of uncompressed')
    .option('--deidentify', 'do not say whose record it is: pseudonym, dates shifted, typed texts removed')
    .option('--pseudonyms <file>', 'table that says who is who; stays here (default: pedicle/pseudonyms.json of your user data)')
    .option(
      '--mask <mask>',
      'black out PLANE:X,Y,WIDTH,HEIGHT of the pictures; may be given again',
      (mask: string, masks: readonly string[]) => [...masks, mask],
      [],
    )
    .option('--json', 'one JSON object on standard output')
    .action(exportCommand);
}
