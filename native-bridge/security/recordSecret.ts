import { createHash, hkdf, randomBytes, scrypt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { z } from 'zod';
import { inputFault, ok, type Result } from '../../src/base/result.ts';

/** What opens encrypted records, and encrypts new ones: a passphrase, or a key that the system's key store keeps. */
export type RecordSecret = { readonly kind: 'passphrase'; readonly text: string } | { readonly kind: 'key-store'; readonly keyHex: string };

const environmentName = 'pedicle record secret';

/** From now on in this process, and in every thread that it starts later. Never in a command line or an environment variable. */
export function setRecordSecret(secret: RecordSecret | null): void {
  // Without a value the entry goes.
  setEnvironmentData(environmentName, secret ?? undefined);
}

export function recordSecret(): RecordSecret | null {
  return (getEnvironmentData(environmentName) as RecordSecret | null | undefined) ?? null;
}

const shortestPassphrase = 12;

/** A passphrase as it was given, without the line end of a file. */
export function passphraseSecret(given: string): Result<RecordSecret> {
  const text = given.replace(/\r?\n$/, '').normalize('NFC');
  if (text.length < shortestPassphrase) return inputFault(`The passphrase of records has ${text.length} characters; give at least ${shortestPassphrase}.`);
  return ok({ kind: 'passphrase', text });
}

/** The passphrase that the environment gives: in a file that `PEDICLE_PASSPHRASE_FILE` names, or itself in `PEDICLE_PASSPHRASE`. */
export function secretOfEnvironment(environment: Readonly<Record<string, string | undefined>>): Result<RecordSecret | null> {
  const { PEDICLE_PASSPHRASE_FILE: file, PEDICLE_PASSPHRASE: text } = environment;
  if (file) return readPassphraseFile(file);
  return text ? passphraseSecret(text) : ok(null);
}

export function readPassphraseFile(path: string): Result<RecordSecret> {
  try {
    return passphraseSecret(readFileSync(path, 'utf8'));
  } catch (error) {
    return inputFault(`The passphrase file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path and its permissions.`);
  }
}

/** How a record's key-encryption key comes from a secret; stands in the head of each encrypted file. */
export const derivationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('scrypt'),
    // Bounds, so that a file from elsewhere cannot ask for all memory or an hour.
    cost: z
      .int()
      .min(1 << 14)
      .max(1 << 18),
    blockSize: z.literal(8),
    parallelization: z.literal(1),
    saltHex: z.string().regex(/^[0-9a-f]{32}$/),
  }),
  z.strictObject({ kind: z.literal('key-store'), keyId: z.string().regex(/^[0-9a-f]{16}$/) }),
]);
export type Derivation = z.infer<typeof derivationSchema>;

const scryptAsync = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
const hkdfAsync = promisify(hkdf);
const keyBytes = 32;
const derived = new Map<string, Promise<Buffer>>();

/** Whose key it is, without telling the key. */
const keyIdOf = (keyHex: string): string => createHash('sha256').update(`pedicle key id ${keyHex}`).digest('hex').slice(0, 16);

/** The salt of this user on this machine, kept so that a list of a hundred records does not derive a hundred keys. */
async function saltOfUser(): Promise<string> {
  const file = join(homedir(), 'Pedicle', 'record-salt');
  try {
    const text = (await readFile(file, 'utf8')).trim();
    if (/^[0-9a-f]{32}$/.test(text)) return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return randomBytes(16).toString('hex');
  }
  const made = randomBytes(16).toString('hex');
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, `${made}\n`, { mode: 0o600 });
  } catch {
    // A home that cannot be written to: the salt is in each record anyway, this file only saves time.
  }
  return made;
}

export async function newDerivation(secret: RecordSecret): Promise<Derivation> {
  if (secret.kind === 'key-store') return { kind: 'key-store', keyId: keyIdOf(secret.keyHex) };
  return { kind: 'scrypt', cost: 1 << 16, blockSize: 8, parallelization: 1, saltHex: await saltOfUser() };
}

/** The key-encryption key; `null` when this secret is of another kind than the record's, or another workstation's. */
export async function deriveKey(secret: RecordSecret, derivation: Derivation): Promise<Buffer | null> {
  if (derivation.kind === 'key-store') {
    if (secret.kind !== 'key-store' || keyIdOf(secret.keyHex) !== derivation.keyId) return null;
    return Buffer.from(await hkdfAsync('sha256', Buffer.from(secret.keyHex, 'hex'), Buffer.alloc(0), 'pedicle record key', keyBytes));
  }
  if (secret.kind !== 'passphrase') return null;
  const { cost, blockSize, parallelization, saltHex } = derivation;
  const cacheKey = createHash('sha256')
    .update(JSON.stringify([secret.text, cost, saltHex]))
    .digest('hex');
  const known =
    derived.get(cacheKey) ??
    scryptAsync(secret.text, Buffer.from(saltHex, 'hex'), keyBytes, { N: cost, r: blockSize, p: parallelization, maxmem: 256 * cost * blockSize });
  derived.set(cacheKey, known);
  return known;
}
