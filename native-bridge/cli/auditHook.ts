import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { type AuditEvent, audit } from '../security/audit.ts';

/** Commands that read a record or let it out, and what the log calls that. */
const logged: Readonly<Record<string, AuditEvent>> = {
  replay: 'record-opened',
  verify: 'record-opened',
  recover: 'record-opened',
  export: 'record-exported',
  decrypt: 'record-exported',
  send: 'record-exported',
};

/** Every such command is in the audit log, whether it succeeded or not. */
export function addAuditHook(program: Command): void {
  program.hook('postAction', (_program, command) => {
    const event = logged[command.name()];
    const [record] = command.processedArgs as readonly unknown[];
    if (event === undefined || typeof record !== 'string') return;
    const { deidentify } = command.opts<{ deidentify?: unknown }>();
    const detail = `${command.name()}${deidentify ? ', de-identified' : ''}`;
    audit({ event, record: basename(resolve(record)), detail, outcome: process.exitCode === 2 ? 4 : 0 });
  });
}
