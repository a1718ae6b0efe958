import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { RecordReader } from '../record/record.ts';
import type { Inspected } from '../sources/dicomInspect.ts';
import type { VideoInspection } from '../sources/videoInspect.ts';
import { printJson, reportFault } from './output.ts';

/** `pedicle inspect FILE_OR_FOLDER [--json]`: what a frame source or a record holds. */
export function register(program: Command): void {
  program
    .command('inspect')
    .description('Says what a DICOM file, a folder of them, a video or a record holds.')
    .argument('<file-or-folder>', 'DICOM file, folder with a DICOM series, video file (or video:DEVICE_OR_URL), or record')
    .option('--json', 'one JSON object on standard output')
    .action(async (target: string, options: { json?: boolean }) => {
      if (existsSync(join(target, 'telemetry.mcap'))) await inspectRecord(target, options.json === true);
      else await inspectFrames(target, options.json === true);
    });
}

async function inspectFrames(target: string, json: boolean): Promise<void> {
  const { inspectVideo, looksLikeVideo } = await import('../sources/videoInspect.ts');
  if (target.startsWith('video:') || (!target.startsWith('dicom:') && (await looksLikeVideo(target)))) {
    const found = await inspectVideo(target.startsWith('video:') ? target : `video:${target}`);
    if (!found.ok) return reportFault(found.fault);
    if (json) printJson(found.value);
    else process.stdout.write(videoText(found.value));
    return;
  }
  const { inspectDicom } = await import('../sources/dicomInspect.ts');
  const inspected = await inspectDicom(target.replace(/^dicom:/, ''));
  if (!inspected.ok) return reportFault(inspected.fault);
  for (const note of inspected.value.notes) process.stderr.write(`pedicle: ${note}\n`);
  if (json) printJson(inspected.value.inspection);
  else process.stdout.write(frameText(inspected.value));
}

function videoText(it: VideoInspection): string {
  return lines([
    ['coding', `${it.codec}, ${it.pixelFormat}`],
    ['frames', `${it.frames}, ${it.rows} rows, ${it.columns} columns${it.damaged === 0 ? '' : `; ${it.damaged} damaged`}`],
    ['pixels', `luma of ${it.bitsStored} bits`],
    ['frame time', it.frameTimeMs === null ? 'not said' : `${it.frameTimeMs} ms`],
    ['first frame SHA-256', it.firstFrameSha256],
    ['last frame SHA-256', it.lastFrameSha256],
  ]);
}

function frameText({ inspection: it, syntaxName, files }: Inspected): string {
  const { geometry } = it;
  const number = (value: number | null, unit: string) => (value === null ? 'not said' : `${value} ${unit}`);
  const spacing = geometry.imagerPixelSpacingMm;
  return lines([
    ['object', it.sopClass ?? 'not said'],
    ['coding', `${syntaxName}${it.transferSyntax === null ? ' (not declared)' : ` (${it.transferSyntax})`}`],
    ['frames', `${it.frames}${files > 1 ? ` in ${files} files` : ''}, ${it.rows} rows, ${it.columns} columns`],
    ['pixels', `${it.bitsStored} of ${it.bitsAllocated} bits, ${it.photometric}${it.samplesPerPixel > 1 ? `, ${it.samplesPerPixel} samples` : ''}`],
    ['frame time', number(it.frameTimeMs, 'ms')],
    ['angles', `primary ${number(geometry.primaryAngleDeg, '°')}, secondary ${number(geometry.secondaryAngleDeg, '°')}`],
    ['source to detector', number(geometry.sidMm, 'mm')],
    ['source to patient', number(geometry.sodMm, 'mm')],
    ['imager pixel spacing', spacing === null ? 'not said' : `${spacing[0]} × ${spacing[1]} mm`],
    ['first frame SHA-256', it.firstFrameSha256],
    ['last frame SHA-256', it.lastFrameSha256],
  ]);
}

async function inspectRecord(folder: string, json: boolean): Promise<void> {
  const { openRecordReader } = await import('../record/reader.ts');
  const opened = await openRecordReader(folder);
  if (!opened.ok) return reportFault(opened.fault);
  const reader = opened.value;
  try {
    const found = recordInspection(reader);
    if (json) printJson(found);
    else
      process.stdout.write(
        lines([
          ['record', folder],
          ['started', new Date(reader.header.startedAtEpochMs).toISOString()],
          ['procedure', `${reader.header.procedure}${reader.header.simulated ? ' (simulated)' : ''}`],
          ['duration', `${(reader.durationMs / 1000).toFixed(1)} s`],
          ['closed', reader.closed ? 'yes' : 'no: use "pedicle recover"'],
          ...reader.planes.map((plane): [string, string] => [`plane ${plane}`, `${reader.frameIndex(plane).length} frames`]),
          ['made by', `${reader.header.softwareVersion} on ${reader.header.runtime}`],
        ]),
      );
  } finally {
    await reader.close();
  }
}

function recordInspection(reader: RecordReader) {
  const planes = Object.fromEntries(reader.planes.map((plane) => [plane, { frames: reader.frameIndex(plane).length }]));
  return { kind: 'record', ...reader.header, durationMs: reader.durationMs, closed: reader.closed, planes };
}

function lines(rows: readonly (readonly [label: string, value: string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}\n`).join('');
}
