import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { Site } from '../../src/procedure/site.ts';
import { recordSecret } from './recordSecret.ts';

/** A site that wants its records encrypted gets no others: without a secret nothing is started. */
export function encryptionReady(site: Site): Result<void> {
  if (!site.protection?.encryptRecords || recordSecret() !== null) return ok(undefined);
  return inputFault('This site wants its records encrypted: start with --passphrase-file FILE, --ask-passphrase or PEDICLE_PASSPHRASE_FILE.');
}
