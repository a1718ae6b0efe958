/**
 * Compares what Pedicle says of every DICOM file of a collection with what independent programs said of it
 * (`expected.json` beside the files): node tests/conformance.ts [COLLECTION [TABLE.md]]
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Inspected, inspectDicom } from '../native-bridge/sources/dicomInspect.ts';

const nullableNumber = z.number().nullish();
const expectedSchema = z.object({
  readable: z.boolean(),
  pixels: z.boolean().optional(),
  sopClass: z.string().nullish(),
  transferSyntax: z.string().nullish(),
  rows: nullableNumber,
  columns: nullableNumber,
  frames: nullableNumber,
  bitsAllocated: nullableNumber,
  bitsStored: nullableNumber,
  samplesPerPixel: nullableNumber,
  photometric: z.string().nullish(),
  frameTimeMs: nullableNumber,
  geometry: z.object({ primaryAngleDeg: nullableNumber, secondaryAngleDeg: nullableNumber, sidMm: nullableNumber, sodMm: nullableNumber }).optional(),
  decoder: z.string().nullish(),
  lossy: z.boolean().nullish(),
  firstFrameSha256: z.string().nullish(),
  lastFrameSha256: z.string().nullish(),
  firstFrameMean: nullableNumber,
});
type Expected = z.infer<typeof expectedSchema>;

export interface Outcome {
  readonly file: string;
  readonly result: 'as expected' | 'refused' | 'opened, unjudged' | 'exception' | 'MISMATCH';
  readonly detail: string;
}

/** Where Pedicle differs from the reference on purpose, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {};

const plainFields = [
  'sopClass',
  'transferSyntax',
  'rows',
  'columns',
  'frames',
  'bitsAllocated',
  'bitsStored',
  'samplesPerPixel',
  'photometric',
  'frameTimeMs',
] as const;

function differences(expected: Expected, { inspection, firstFrameMean }: Inspected): readonly string[] {
  const found: string[] = [];
  for (const field of plainFields) {
    const wanted = expected[field] ?? null;
    if (wanted !== null && wanted !== inspection[field]) found.push(`${field} ${inspection[field]}, reference ${wanted}`);
  }
  for (const [field, wanted] of Object.entries(expected.geometry ?? {})) {
    const ours = inspection.geometry[field as keyof NonNullable<Expected['geometry']>];
    if (wanted !== null && wanted !== undefined && (ours === null || Math.abs(ours - wanted) > 1e-6)) found.push(`${field} ${ours}, reference ${wanted}`);
  }
  for (const field of ['firstFrameSha256', 'lastFrameSha256'] as const) {
    const wanted = expected[field];
    if (wanted && wanted !== inspection[field]) found.push(`${field.replace('Sha256', '')} pixels differ from ${expected.decoder}'s`);
  }
  const mean = expected.firstFrameMean;
  if (typeof mean === 'number' && Math.abs(mean - firstFrameMean()) > 1) found.push(`mean ${firstFrameMean().toFixed(3)}, reference ${mean}`);
  return found;
}

async function judge(folder: string, file: string, expected: Expected): Promise<Outcome> {
  const inspected = await inspectDicom(join(folder, file));
  const argued = exceptions[file];
  const outcome = (result: Outcome['result'], detail: string): Outcome =>
    argued !== undefined && result === 'MISMATCH' ? { file, result: 'exception', detail: `${detail}: ${argued}` } : { file, result, detail };
  if (!inspected.ok) {
    const why = inspected.fault.message.replaceAll(join(folder, file), 'It').replace(/^It: /, 'Its ');
    // A reference decoder that gave pixels shows that they can be had.
    return outcome(expected.readable && expected.pixels === true && expected.decoder ? 'MISMATCH' : 'refused', why);
  }
  const found = differences(expected, inspected.value);
  if (expected.readable && expected.pixels === false) return outcome('MISMATCH', 'opened, the reference finds no pixels');
  if (found.length > 0) return outcome('MISMATCH', found.join('; '));
  const { rows, columns, frames, bitsStored } = inspected.value.inspection;
  const what = `${rows} × ${columns} × ${frames}, ${bitsStored} bits, ${inspected.value.syntaxName}`;
  if (!expected.readable) return outcome('opened, unjudged', `${what}; the reference cannot read it`);
  if (!expected.decoder) return outcome('as expected', `${what}; header compared, no reference for its pixels`);
  return outcome('as expected', `${what}; pixels ${expected.firstFrameSha256 ? 'equal' : 'within 1 in the mean'} to ${expected.decoder}'s`);
}

/** Judges every file of the collection. */
export async function conformance(folder: string): Promise<readonly Outcome[]> {
  const expected = z.record(z.string(), expectedSchema).parse(JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')));
  const outcomes: Outcome[] = [];
  for (const [file, wanted] of Object.entries(expected)) outcomes.push(await judge(folder, file, wanted));
  return outcomes;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The table of `docs/conformance.md`. */
export function conformanceTable(outcomes: readonly Outcome[]): string {
  const counts = Map.groupBy(outcomes, (outcome) => outcome.result);
  const summary = [...counts].map(([result, of]) => `${of.length} ${result}`).join(', ');
  return [
    '# DICOM conformance',
    '',
    `What Pedicle makes of ${outcomes.length} files from public test collections, against pydicom, DCMTK and OpenJPEG: ${summary}.`,
    'Compared are object class, syntax, rows, columns, frames, bits, samples, photometric interpretation, frame time and geometry, and the',
    'stored values of the first and last frame: equal where the coding is lossless, within 1 in the mean where it is lossy.',
    'A refusal is given in the words that the program uses. Made by `node tests/conformance.ts`.',
    '',
    '| file | outcome | what was found |',
    '|---|---|---|',
    ...outcomes.map(({ file, result, detail }) => `| ${cell(file)} | ${result} | ${cell(detail)} |`),
    '',
  ].join('\n');
}

if (import.meta.main) {
  const [given, wanted] = process.argv.slice(2);
  const folder = given ?? '../shared/data/dicom';
  // The page of the documentation is of the one collection alone.
  const table = wanted ?? (given === undefined ? 'docs/conformance.md' : null);
  if (!existsSync(join(folder, 'expected.json'))) {
    process.stderr.write(`There is no collection with expected.json at ${folder}: give its folder.\n`);
    process.exit(2);
  }
  const outcomes = await conformance(folder);
  if (table !== null) await writeFile(table, conformanceTable(outcomes));
  const mismatches = outcomes.filter((outcome) => outcome.result === 'MISMATCH');
  for (const { file, detail } of mismatches) process.stdout.write(`${file}: ${detail}\n`);
  process.stdout.write(`${outcomes.length} files, ${mismatches.length} mismatches\n`);
  process.exitCode = mismatches.length > 0 ? 1 : 0;
}
