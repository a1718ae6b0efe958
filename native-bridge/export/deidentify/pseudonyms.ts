import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { failedFault, inputFault, ok, type Result } from '../../../src/base/result.ts';
import { withFileLock } from '../../fileLock.ts';
import { diskErrorText, isDiskError, isDiskTrouble } from '../../record/diskError.ts';

/** What stands in the output in place of a patient and a record. */
export interface Pseudonym {
  readonly patient: string;
  readonly record: string;
  /** Added to every date and time: years back, and a part of a day, the same for all records of a patient. */
  readonly shiftMs: number;
  /** Seed of the UIDs: they cannot be worked out without the table. */
  readonly uidSeed: string;
}

/** Who is behind a pseudonym; stays on this machine. */
const tableSchema = z.strictObject({
  version: z.literal(1),
  /** Everything is made from it, so that a patient has the same pseudonym in every export. */
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  records: z.array(
    z.strictObject({
      pseudonym: z.string(),
      patientName: z.string().nullable(),
      patientId: z.string().nullable(),
      birthDate: z.string().nullable(),
      accessionNumber: z.string().nullable(),
      studyInstanceUid: z.string().nullable(),
      record: z.string(),
      recordPseudonym: z.string(),
      shiftMs: z.number(),
    }),
  ),
});
type Table = z.infer<typeof tableSchema>;
type Entry = Table['records'][number];

/** Where the table is when nobody says: with the user's data, not with records or exports. */
export const defaultTablePath = (): string => join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'pedicle', 'pseudonyms.json');

/** Whom the pseudonym is for. `patientId` null: nobody was identified, and each record stands alone. */
export interface Person {
  readonly patientName: string | null;
  readonly patientId: string | null;
  readonly birthDate: string | null;
  readonly accessionNumber: string | null;
  readonly studyInstanceUid: string | null;
  readonly record: string;
}

/** How long another export may take with the table; longer than a lock that was left behind stands. */
const lockWaitMs = 15_000;

/**
 * The pseudonym of a person and a record; the table, 0600, is brought up to date before anything is written elsewhere. Several exports
 * may ask at once, in any processes.
 */
export function pseudonymOf(person: Person, tablePath: string, outFolder: string): Result<Pseudonym> {
  if (`${resolve(tablePath)}${sep}`.startsWith(`${resolve(outFolder)}${sep}`))
    return inputFault(`The pseudonym table ${tablePath} would lie in the export: give --pseudonyms a file elsewhere, that stays here.`);
  try {
    mkdirSync(dirname(tablePath), { recursive: true, mode: 0o700 });
  } catch (error) {
    return cannotWrite(tablePath, error);
  }
  // Read, make and write are one: of two secrets made at once, or two lists that grew at once, one would be lost.
  try {
    return withFileLock(tablePath, lockWaitMs, () => entered(person, tablePath));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      return failedFault(`The pseudonym table ${tablePath} is in use by another export; try again, or remove ${tablePath}.lock if there is none.`);
    return cannotWrite(tablePath, error);
  }
}

/** Reads the table and brings it up to date; to be called under its lock. */
function entered(person: Person, tablePath: string): Result<Pseudonym> {
  const read = readTable(tablePath);
  if (!read.ok) return read;
  const table = read.value;
  const made = make(table.secret, person);
  const entry: Entry = { ...person, pseudonym: made.patient, recordPseudonym: made.record, shiftMs: made.shiftMs };
  const same = table.records.some(({ recordPseudonym, patientId }) => recordPseudonym === entry.recordPseudonym && patientId === entry.patientId);
  const written = same ? ok(undefined) : writeTable(tablePath, { ...table, records: [...table.records, entry] });
  return written.ok ? ok(made) : written;
}

const dayMs = 86_400_000;

function make(secret: string, { patientId, record }: Person): Pseudonym {
  const keyed = (...names: readonly string[]) => createHmac('sha256', Buffer.from(secret, 'hex')).update(JSON.stringify(names)).digest();
  const whose = patientId === null ? ['record', record] : ['patient', patientId];
  const shift = keyed('shift', ...whose);
  return {
    patient: `P-${keyed('pseudonym', ...whose)
      .toString('hex')
      .slice(0, 12)
      .toUpperCase()}`,
    record: `R-${keyed('record pseudonym', record).toString('hex').slice(0, 12).toUpperCase()}`,
    shiftMs: -((1 + (shift.readUInt32BE(0) % 1825)) * dayMs + (shift.readUInt32BE(4) % dayMs)),
    uidSeed: keyed('uid', record).toString('hex'),
  };
}

function readTable(path: string): Result<Table> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok({ version: 1, secret: randomBytes(32).toString('hex'), records: [] });
    return inputFault(`The pseudonym table ${path} cannot be read: ${diskErrorText(error as NodeJS.ErrnoException, path)}.`);
  }
  try {
    const parsed = tableSchema.safeParse(JSON.parse(text));
    if (parsed.success) return ok(parsed.data);
  } catch {
    // Said below: it is no table either way.
  }
  return inputFault(`${path} is not a pseudonym table: give --pseudonyms another file, or bring this one back from a copy.`);
}

/** Whole or not at all. */
function writeTable(path: string, table: Table): Result<void> {
  try {
    writeFileSync(`${path}.part`, `${JSON.stringify(table, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(`${path}.part`, path);
    return ok(undefined);
  } catch (error) {
    return cannotWrite(path, error);
  }
}

const cannotWrite = (path: string, error: unknown): Result<never> =>
  (isDiskError(error) && isDiskTrouble(error) ? failedFault : inputFault)(
    `The pseudonym table ${path} cannot be written: ${diskErrorText(error as NodeJS.ErrnoException, path)}.`,
  );
