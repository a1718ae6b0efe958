import { type CommandSet, parseCommandSet } from '../../src/dicom/commandSet.ts';
import { concat, parseDataValues } from '../../src/dicom/pdu.ts';
import { PeerProblem } from './peerProblem.ts';

/** A whole DIMSE message. */
export interface DimseMessage {
  readonly contextId: number;
  readonly transferSyntax: string;
  readonly command: CommandSet;
  readonly dataset: Uint8Array | null;
}

/** Answers to queries are some kilobytes; whoever sends more than this without an end is not listened to. */
const mostMessageBytes = 16 * 2 ** 20;

/** Puts messages together out of the bodies of P-DATA-TF PDUs, in order. Throws `PeerProblem` when they break the protocol. */
export function messageAssembler(syntaxOf: ReadonlyMap<number, string>) {
  const whole: DimseMessage[] = [];
  let command: CommandSet | null = null;
  let parts: Uint8Array[] = [];
  let bytes = 0;

  const take = (): Uint8Array => {
    const taken = concat(parts);
    parts = [];
    bytes = 0;
    return taken;
  };
  return {
    next: (): DimseMessage | null => whole.shift() ?? null,
    add(body: Uint8Array): void {
      const values = parseDataValues(body);
      if (values === null) throw new PeerProblem('sent data that are not well formed');
      for (const { contextId, isCommand, isLast, data } of values) {
        const transferSyntax = syntaxOf.get(contextId);
        if (transferSyntax === undefined || isCommand !== (command === null)) throw new PeerProblem('broke the order of messages');
        parts.push(data);
        bytes += data.length;
        if (bytes > mostMessageBytes) throw new PeerProblem('sent a message without end');
        if (!isLast) continue;
        if (command === null) {
          const parsed = parseCommandSet(take());
          if (parsed === null) throw new PeerProblem('sent a command that is not well formed');
          if (parsed.hasDataset) command = parsed;
          else whole.push({ contextId, transferSyntax, command: parsed, dataset: null });
        } else {
          whole.push({ contextId, transferSyntax, command, dataset: take() });
          command = null;
        }
      }
    },
  };
}
