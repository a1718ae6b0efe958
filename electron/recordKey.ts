import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** What of Electron's `safeStorage` is needed. */
export interface KeyStore {
  /** False where the system has none, or only one that hides nothing. */
  readonly isTrusted: boolean;
  encrypt(text: string): Buffer;
  decrypt(bytes: Buffer): string;
}

const keyForm = /^[0-9a-f]{64}$/;

/**
 * The key of this workstation's records: random, made once, kept in `file` encrypted by the key store. Null when the store cannot be
 * trusted or no longer opens what it closed: a new key is never made in place of one that records are encrypted with.
 */
export function recordKeyOf(store: KeyStore, file: string, log: (line: string) => void): string | null {
  if (!store.isTrusted) return null;
  let sealed: Buffer;
  try {
    sealed = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      log(`The key of records cannot be read from ${file} (${(error as NodeJS.ErrnoException).code}).`);
      return null;
    }
    const key = randomBytes(32).toString('hex');
    writeFileSync(file, store.encrypt(key), { mode: 0o600, flag: 'wx', flush: true });
    return key;
  }
  try {
    const key = store.decrypt(sealed);
    return keyForm.test(key) ? key : null;
  } catch (error) {
    log(`The system's key store does not open the key of records: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
