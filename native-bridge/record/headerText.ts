import { z } from 'zod';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { RecordHeader } from './record.ts';
import type { SeqRange } from './writerProtocol.ts';

export const headerMetadataName = 'pedicle';
export const formatVersion = 1;

const source = z.string().nullable();
const headerSchema = z.looseObject({
  formatVersion: z.literal(formatVersion),
  softwareVersion: z.string(),
  runtime: z.string(),
  startedAtEpochMs: z.int().nonnegative(),
  procedure: z.string(),
  simulated: z.boolean(),
  sources: z.looseObject({ framesA: source, framesB: source, injector: source, injector2: z.string().optional() }),
});
const missingSchema = z.array(z.tuple([z.int().nonnegative(), z.int().nonnegative()]));

export interface HeaderMetadata {
  readonly header: RecordHeader;
  /** What a recovered record lacks; `null` in an original. */
  readonly missing: readonly SeqRange[] | null;
}

/** The header as MCAP metadata: a few plain entries that any tool shows, and the whole as JSON. */
export function headerMetadata({ header, missing }: HeaderMetadata): Record<string, string> {
  return {
    formatVersion: String(header.formatVersion),
    softwareVersion: header.softwareVersion,
    runtime: header.runtime,
    startedAt: new Date(header.startedAtEpochMs).toISOString(),
    procedure: header.procedure,
    simulated: String(header.simulated),
    header: JSON.stringify(header),
    ...(missing ? { recoveredWithout: JSON.stringify(missing) } : {}),
  };
}

/**
 * The header as the files of frames have it: sources by their kind alone. Paths may name who is treated, and identity is only in
 * telemetry and the summary.
 */
export function planeHeader({ header, missing }: HeaderMetadata): HeaderMetadata {
  const kindOf = (uri: string | null) => (uri === null ? null : uri.slice(0, uri.indexOf(':') + 1));
  const { framesA, framesB, injector, injector2 } = header.sources;
  const second = injector2 === undefined ? {} : { injector2: kindOf(injector2) ?? '' };
  return { header: { ...header, sources: { framesA: kindOf(framesA), framesB: kindOf(framesB), injector: kindOf(injector), ...second } }, missing };
}

export function parseHeaderMetadata(metadata: ReadonlyMap<string, string>, where: string): Result<HeaderMetadata> {
  const version = Number(metadata.get('formatVersion'));
  if (Number.isInteger(version) && version > formatVersion) {
    return inputFault(
      `${where} was written in record format ${version}, newer than the format ${formatVersion} that this version reads: open it with a newer Pedicle.`,
    );
  }
  const json = parseJson(metadata.get('header'));
  const header = headerSchema.safeParse(json);
  const missing = missingSchema.nullable().safeParse(metadata.has('recoveredWithout') ? parseJson(metadata.get('recoveredWithout')) : null);
  if (!header.success || !missing.success) {
    const issue = (header.error ?? missing.error)?.issues[0];
    return inputFault(`${where} has a damaged header (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}): try "pedicle recover".`);
  }
  // The text's own value, checked: fields added since, and their order, stay.
  return ok({ header: json as RecordHeader, missing: missing.data });
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
