import type { Result } from '../../src/base/result.ts';
import { dimseField } from '../../src/dicom/commandSet.ts';
import type { OutElement } from '../../src/dicom/encodeElements.ts';
import { type PeerAccess, withAssociation } from './association.ts';
import { encodeIdentifier, type Identifier, plainSyntaxes, readIdentifier } from './identifier.ts';
import { PeerProblem } from './peerProblem.ts';

/** Pending, without and with a warning about optional keys (PS3.4 C.4.1.1.4). */
const pending: ReadonlySet<number> = new Set([0xff00, 0xff01]);
const cancelled = 0xfe00;

/** What a query brought; `more` when the peer had more than was asked for. */
export interface Found {
  readonly items: readonly Identifier[];
  readonly more: boolean;
}

/** One C-FIND. Answers beyond `most` are cancelled. */
export function find(access: PeerAccess, model: string, keys: readonly OutElement[], most: number, signal?: AbortSignal): Promise<Result<Found>> {
  const contexts = [{ abstractSyntax: model, transferSyntaxes: plainSyntaxes }];
  return withAssociation({ ...access, contexts, ...(signal && { signal }) }, async (association) => {
    const context = association.context(model);
    if (context === null) throw new PeerProblem('does not offer this kind of query; check the port and AE title');
    const request = { field: dimseField.findRequest, messageId: 1, affectedSopClass: model, priority: 0, hasDataset: true };
    await association.send(context.id, request, encodeIdentifier(keys, context.transferSyntax));
    const items: Identifier[] = [];
    let more = false;
    for (;;) {
      const { command, dataset, transferSyntax } = await association.response();
      const status = command.status ?? 0;
      if (!pending.has(status)) {
        if (status === 0 || (status === cancelled && more)) return { items, more };
        throw new PeerProblem(`refused the query with status ${status.toString(16).padStart(4, '0')}h${statusWord(status)}`);
      }
      if (dataset === null) continue;
      if (items.length < most) items.push(readIdentifier(dataset, transferSyntax));
      else if (!more) {
        more = true;
        await association.send(context.id, { field: dimseField.cancelRequest, respondedMessageId: 1, hasDataset: false });
      }
    }
  });
}

function statusWord(status: number): string {
  if (status === 0xa700) return ' (out of resources); try again later';
  if (status === 0xa900) return ' (it does not understand the keys); its log says more';
  return status >> 12 === 0xc ? ' (it cannot process the query); its log says more' : '';
}
