import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import packageJson from '../../../package.json' with { type: 'json' };
import { recordFingerprint } from '../fingerprint.ts';
import type { LibraryRecord } from '../library.ts';

/** A queue for each version: what this version derives is only worth comparing when this version derived it. */
export const queueName = `pedicle-replay-${packageJson.version}`;

/** How often a record is tried when its worker dies or cannot reach it. */
export const attempts = 3;
export const retryAfterMs = 1000;
/** A worker that has said nothing for so long is dead, and its record goes to another one. */
export const lockMs = 15_000;
/** How often the workers look for records of dead ones. */
export const stalledCheckMs = 5000;

/** A part of a path that stays within its folder on every system. */
const pathPart = z.string().regex(/^(?!\.{1,2}$)[^/\\\0]+$/, 'is no name within the library');

/** What a job says; it comes from Redis, so it is checked. */
export const jobDataSchema = z.strictObject({
  version: z.literal(1),
  /** The library's folder as the one who asked sees it; a worker may see it elsewhere. */
  library: z.string().min(1),
  /** The record's folder within it. */
  name: z.string().refine((name) => name.split('/').every((part) => pathPart.safeParse(part).success), 'is no name within the library'),
});
export type JobData = z.infer<typeof jobDataSchema>;

export interface ReplayJob {
  /** The same for the same record, byte for byte, in the same library: asked for twice, it is one job. */
  readonly id: string;
  readonly record: LibraryRecord;
  readonly data: JobData;
}

export async function jobOf(library: string, record: LibraryRecord): Promise<ReplayJob> {
  const fingerprint = await recordFingerprint(record.folder);
  const id = `record-${createHash('sha256')
    .update(JSON.stringify([library, record.name, fingerprint]))
    .digest('hex')
    .slice(0, 40)}`;
  return { id, record, data: { version: 1, library, name: record.name } };
}

/** Where a worker finds the record of a job. */
export const folderOf = ({ library, name }: JobData, recordsFolder: string | null): string => join(recordsFolder ?? library, ...name.split('/'));
