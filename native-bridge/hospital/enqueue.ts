import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { findInstances } from './instanceFile.ts';
import type { Outbox } from './outbox.ts';

const isRecord = (path: string): boolean => existsSync(join(path, 'telemetry.mcap'));

/** Puts a record (exported when its turn comes), a DICOM file or a folder of them onto the outbox. Gives the job. */
export async function enqueueStore(outbox: Outbox, what: string, archive: string): Promise<Result<string>> {
  const path = resolve(what);
  if (!isRecord(path)) {
    const instances = await findInstances(path);
    return instances.ok ? ok(await outbox.add(basename(path), archive, { kind: 'store', record: null, instances: [...instances.value] })) : instances;
  }
  if (!existsSync(join(path, 'manifest.json')))
    return inputFault(`${what} is not closed: wait for the procedure to end, or make a whole record of it with "pedicle recover".`);
  return ok(await outbox.add(basename(path), archive, { kind: 'store', record: path, instances: [] }));
}
