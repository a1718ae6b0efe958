import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addAuditHook } from '../../../native-bridge/cli/auditHook.ts';
import { verifyAudit } from '../../../native-bridge/security/audit.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pedicle-audit-hook-'));
  file = join(folder, 'audit.jsonl');
  vi.stubEnv('PEDICLE_AUDIT_FILE', file);
});
afterEach(() => {
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** What is logged of a command that ends with `status`. */
async function loggedOf(status: number, command: string, ...args: readonly string[]): Promise<readonly (readonly [string, number, string | null])[]> {
  const program = new Command();
  addAuditHook(program);
  program
    .command(command)
    .argument('[record]')
    .argument('[other]')
    .option('--frames <uri>')
    .option('--frames-a <uri>')
    .option('--injector <uri>')
    .option('--deidentify')
    .action(() => {
      process.exitCode = status;
    });
  await program.parseAsync(['node', 'pedicle', command, ...args]);
  process.exitCode = undefined;
  const verified = verifyAudit(file);
  return verified.ok ? verified.value.entries.map(({ event, outcome, record }) => [event, outcome, record] as const) : [];
}

describe('the audit log of the command line', () => {
  it.each(['export', 'send', 'decrypt'])('says of %s that failed that it did', async (command) => {
    expect(await loggedOf(0, command, 'records/r1')).toEqual([['record-exported', 0, 'r1']]);
    expect(await loggedOf(1, command, 'records/r2')).toContainEqual(['record-exported', 8, 'r2']);
    expect(await loggedOf(2, command, 'records/r3')).toContainEqual(['record-exported', 4, 'r3']);
  });

  it('says that a record was read which was found bad', async () => {
    expect(await loggedOf(1, 'verify', 'records/r1')).toEqual([['record-opened', 0, 'r1']]);
  });

  it('names both records of a comparison', async () => {
    expect(await loggedOf(0, 'compare', 'records/r1', 'records/r2/')).toEqual([
      ['record-opened', 0, 'r1'],
      ['record-opened', 0, 'r2'],
    ]);
  });

  it('names the records that a session or an analysis reads, each once, and no other source', async () => {
    expect(await loggedOf(0, 'run', '--frames-a', 'record:records/r1?plane=b', '--injector', 'record:records/r1')).toEqual([['record-opened', 0, 'r1']]);
    expect(await loggedOf(0, 'analyze', '--frames', 'dicom:/data/name')).toHaveLength(1);
    expect(await loggedOf(0, 'analyze', '--frames', 'record:/data/r2?plane=a')).toContainEqual(['record-opened', 0, 'r2']);
  });
});
