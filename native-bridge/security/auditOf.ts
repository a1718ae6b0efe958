import type { ClientMessage } from '../../src/link/link.ts';
import type { AuditInput } from './audit.ts';

/** What of a console's requests is logged; null for the rest. */
export function auditOf(message: ClientMessage): AuditInput | null {
  switch (message.kind) {
    case 'open-review':
      return { event: 'record-opened', record: message.record };
    case 'verify-replay':
      return { event: 'record-opened', record: message.record, detail: 'verified and replayed' };
    case 'run-again':
      return { event: 'record-opened', record: message.record, detail: 'run again' };
    case 'export-record':
      return { event: 'record-exported', record: message.record, detail: `${message.kinds.join(', ')}${message.deidentify ? ', de-identified' : ''}` };
    case 'send-record':
      return { event: 'record-exported', record: message.record, detail: `sent to ${message.to ?? 'the archive'}` };
    default:
      return null;
  }
}
