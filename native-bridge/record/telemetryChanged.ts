import { join } from 'node:path';
import { hashFile } from './fileHash.ts';
import { readManifest } from './reader.ts';

/** What to say of a record whose telemetry is no longer what it was when the record was closed, though its samples can still be read. */
export const telemetryChangedText = 'Its telemetry was changed since the record was closed: "pedicle verify" says where.';

/**
 * Whether a closed record's telemetry has other bytes than its manifest says. A byte can be changed that no sample stands in (a schema, a link
 * of the chain): then everything replays as before, and is still not the record that was made. Frames are left to `verify`.
 */
export async function telemetryChanged(folder: string): Promise<boolean> {
  const expected = (await readManifest(folder))?.files['telemetry.mcap'];
  return expected !== undefined && (await hashFile(join(folder, 'telemetry.mcap'))) !== expected.sha256;
}
