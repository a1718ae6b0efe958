import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { withFileLock } from '../fileLock.ts';

/**
 * Events and their codes of the DICOM audit message (PS3.15 A.5, as IHE ATNA uses them). What de-identifies or decrypts is an export
 * with that said in `detail`.
 */
export const auditEvents = {
  'application-started': { code: '110100', action: 'E' },
  'application-stopped': { code: '110100', action: 'E' },
  'record-opened': { code: '110103', action: 'R' },
  'record-exported': { code: '110106', action: 'R' },
  'record-deleted': { code: '110105', action: 'D' },
  'signed-in': { code: '110114', action: 'E' },
  'signed-out': { code: '110114', action: 'E' },
  'security-alert': { code: '110113', action: 'E' },
} as const;
export type AuditEvent = keyof typeof auditEvents;

const entrySchema = z.strictObject({
  n: z.int().nonnegative(),
  at: z.string(),
  event: z.enum(Object.keys(auditEvents) as [AuditEvent, ...AuditEvent[]]),
  eventCode: z.string(),
  action: z.string(),
  /** EventOutcomeIndicator: 0 success, 4 minor failure, 8 serious failure. */
  outcome: z.union([z.literal(0), z.literal(4), z.literal(8)]),
  user: z.string(),
  role: z.string().nullable(),
  host: z.string(),
  /** The record's folder name; never who is treated. */
  record: z.string().nullable(),
  detail: z.string().nullable(),
  previous: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof entrySchema>;

export interface AuditInput {
  readonly event: AuditEvent;
  readonly outcome?: 0 | 4 | 8;
  /** The signed-in user; the system's own when nobody signs in. */
  readonly user?: { readonly name: string; readonly role: string } | null;
  readonly record?: string | null;
  readonly detail?: string | null;
}

export const auditFile = (): string => process.env.PEDICLE_AUDIT_FILE ?? join(homedir(), 'Pedicle', 'audit.jsonl');

const start = '0'.repeat(64);
const hashOf = (entry: Omit<AuditEntry, 'hash'>): string => createHash('sha256').update(JSON.stringify(entry)).digest('hex');

/** The chain must not fork: one writer at a time, whichever process. */
const lockWaitMs = 2000;

function lastEntry(file: string): { readonly n: number; readonly hash: string } | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const lines = text.trimEnd().split('\n');
  const parsed = parseEntry(lines.at(-1) ?? '');
  // A last line that a crash cut off: the chain goes on from its text, so that the break shows.
  return (
    parsed ?? {
      n: lines.length - 1,
      hash: createHash('sha256')
        .update(lines.at(-1) ?? '')
        .digest('hex'),
    }
  );
}

function parseEntry(line: string): AuditEntry | null {
  try {
    const parsed = entrySchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    // Not JSON: cut off or changed.
    return null;
  }
}

/** Appends one event, chained to the one before. What is being done goes on when the log cannot be written; that is said on standard error. */
export function audit(input: AuditInput, file: string = auditFile()): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    withFileLock(file, lockWaitMs, () => {
      const last = lastEntry(file);
      const { code, action } = auditEvents[input.event];
      const entry = {
        n: (last?.n ?? -1) + 1,
        at: new Date().toISOString(),
        event: input.event,
        eventCode: code,
        action,
        outcome: input.outcome ?? 0,
        user: input.user?.name ?? userInfo().username,
        role: input.user?.role ?? null,
        host: hostname(),
        record: input.record ?? null,
        detail: input.detail ?? null,
        previous: last?.hash ?? start,
      };
      appendFileSync(file, `${JSON.stringify({ ...entry, hash: hashOf(entry) })}\n`, { mode: 0o600, flush: true });
    });
  } catch (error) {
    process.stderr.write(`pedicle: the audit log ${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'failed'}); check its folder.\n`);
  }
}

export interface AuditVerdict {
  readonly intact: boolean;
  readonly entries: readonly AuditEntry[];
  /** Hash of the last entry: to note down elsewhere, so that entries cut off the end are found too. */
  readonly head: string;
  /** What is wrong, by line, from 1. */
  readonly findings: readonly { readonly line: number; readonly what: string }[];
}

/** Checks every entry against its hash and its place in the chain. */
export function verifyAudit(file: string = auditFile()): Result<AuditVerdict> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return inputFault(`The audit log ${file} cannot be read (${(error as NodeJS.ErrnoException).code}); nothing has been logged yet, or it is elsewhere.`);
  }
  const entries: AuditEntry[] = [];
  const findings: { line: number; what: string }[] = [];
  let head = start;
  const lines = text.split('\n').filter((line, i, all) => line !== '' || i < all.length - 1);
  for (const [i, line] of lines.entries()) {
    const entry = parseEntry(line);
    if (!entry) {
      findings.push({ line: i + 1, what: 'it is not an entry' });
      head = createHash('sha256').update(line).digest('hex');
      continue;
    }
    const { hash, ...rest } = entry;
    if (hashOf(rest) !== hash) findings.push({ line: i + 1, what: 'it was changed after it was written' });
    if (entry.previous !== head) findings.push({ line: i + 1, what: 'the entry before it is not the one that was there' });
    if (entry.n !== i) findings.push({ line: i + 1, what: `it has number ${entry.n}, not ${i}` });
    entries.push(entry);
    head = hash;
  }
  return ok({ intact: findings.length === 0, entries, head, findings });
}
