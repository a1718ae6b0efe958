import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { type AuditEvent, type AuditInput, audit } from '../security/audit.ts';
import { parseSourceUri } from '../sources/uri.ts';

/** Commands that read a record or let it out, and what the log calls that. */
const logged: Readonly<Record<string, AuditEvent>> = {
  replay: 'record-opened',
  verify: 'record-opened',
  recover: 'record-opened',
  compare: 'record-opened',
  run: 'record-opened',
  analyze: 'record-opened',
  export: 'record-exported',
  decrypt: 'record-exported',
  send: 'record-exported',
};

/** Options that name a source, which may be a record. */
const sourceOptions = ['frames', 'framesA', 'framesB', 'injector', 'injector2'] as const;

/** Every such command is in the audit log, whether it succeeded or not; each of its records once. */
export function addAuditHook(program: Command): void {
  program.hook('postAction', (_program, command) => {
    const event = logged[command.name()];
    if (event === undefined) return;
    const { deidentify } = command.opts<{ deidentify?: unknown }>();
    const detail = `${command.name()}${deidentify ? ', de-identified' : ''}`;
    for (const record of recordsOf(command)) audit({ event, record, detail, outcome: outcomeOf(event) });
  });
}

/** Folder names of the records that a command was given, as arguments or as sources (`record:RECORD?plane=a`). */
function recordsOf(command: Command): ReadonlySet<string> {
  const options = command.opts<Readonly<Partial<Record<(typeof sourceOptions)[number], unknown>>>>();
  const sources = sourceOptions.flatMap((name) => {
    const uri = options[name];
    const parsed = typeof uri === 'string' ? parseSourceUri(uri) : null;
    return parsed?.ok && parsed.value.scheme === 'record' ? [parsed.value.target] : [];
  });
  const given = [...(command.processedArgs as readonly unknown[]), ...sources];
  return new Set(given.filter((path) => typeof path === 'string').map((path) => basename(resolve(path))));
}

/**
 * EventOutcomeIndicator (PS3.15 A.5) of how the command ended: input that could not be used is a minor failure; what was not let out as
 * it should a serious one. A record that was read and found bad was read.
 */
function outcomeOf(event: AuditEvent): AuditInput['outcome'] & number {
  if (process.exitCode === 2) return 4;
  return process.exitCode === 1 && event === 'record-exported' ? 8 : 0;
}
