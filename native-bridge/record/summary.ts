import { join } from 'node:path';
import { z } from 'zod';
import { RecordLockedError } from '../security/encryption.ts';
import { readRecordText } from './byteFile.ts';
import type { RecordSummary } from './record.ts';

const planeSummary = z.looseObject({ rows: z.number(), columns: z.number(), bitsStored: z.number(), frames: z.number(), gaps: z.number() });

/** `summary.json` as it must be to be read; fields added since pass. */
const summarySchema = z.looseObject({
  version: z.literal(1),
  durationMs: z.number(),
  planes: z.looseObject({ a: planeSummary.optional(), b: planeSummary.optional() }),
  telemetry: z.record(z.string(), z.number()),
  alarms: z.array(z.looseObject({ id: z.string(), priority: z.string(), fromMs: z.number(), toMs: z.number().nullable() })),
  level: z.string().optional(),
  patient: z.looseObject({ name: z.string(), id: z.string() }).optional(),
});

/** What a closed record says of itself; `null` when it has no summary that can be read. */
export async function readSummary(folder: string): Promise<RecordSummary | null> {
  try {
    const json: unknown = JSON.parse(await readRecordText(join(folder, 'summary.json')));
    // The text's own value, checked: fields added since stay.
    return summarySchema.safeParse(json).success ? (json as RecordSummary) : null;
  } catch (error) {
    // Not there (a record cut off) or damaged: verify says which, whoever only wants a summary has none.
    if (error instanceof SyntaxError || error instanceof RecordLockedError || (error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}
