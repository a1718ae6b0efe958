import { createHash } from 'node:crypto';
import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const seqRange = z.tuple([z.int().nonnegative(), z.int().nonnegative()]).readonly();

/** `manifest.json`: written last, so its presence means that the record was closed. */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  softwareVersion: z.string(),
  /** Last raw sample's time. */
  durationMs: z.number(),
  samples: z.strictObject({
    raw: z.int().nonnegative(),
    derived: z.int().nonnegative(),
    /** How many raw samples were at most written between a raw sample and the last one derived from it. */
    derivedLag: z.int().nonnegative(),
  }),
  chain: z.strictObject({ links: z.int().nonnegative(), head: sha256 }),
  /** First and last sequence number of the frames whose pixels the disk had no room for: all of that plane in between. */
  framesNotRecorded: z.strictObject({ a: seqRange.nullable(), b: seqRange.nullable() }),
  files: z.record(z.string(), z.strictObject({ bytes: z.int().nonnegative(), sha256 })),
  /** What the files were before they were made dense; their frames were compared to the bit. Absent in a record as it was written. */
  compactedFrom: z.record(z.string(), z.strictObject({ bytes: z.int().nonnegative(), sha256 })).optional(),
  /** SHA-256 of this file's own text up to here: of its JSON without this last field. */
  manifestSha256: sha256,
});
export type Manifest = z.infer<typeof manifestSchema>;

const selfHash = (manifest: Omit<Manifest, 'manifestSha256'>): string => createHash('sha256').update(JSON.stringify(manifest)).digest('hex');

export function manifestText(manifest: Omit<Manifest, 'manifestSha256'>): string {
  return `${JSON.stringify({ ...manifest, manifestSha256: selfHash(manifest) }, null, 2)}\n`;
}

/** A manifest whose every byte is as it was written; else what is wrong with it. */
export function parseManifest(text: string): { readonly manifest: Manifest } | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: 'manifest.json is not JSON' };
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success)
    return { problem: `manifest.json is not a manifest (${parsed.error.issues[0]?.path.join('.') ?? ''}: ${parsed.error.issues[0]?.message ?? ''})` };
  const { manifestSha256: _, ...rest } = json as Manifest;
  if (manifestText(rest) !== text) return { problem: 'manifest.json was changed after it was written' };
  return { manifest: parsed.data };
}
