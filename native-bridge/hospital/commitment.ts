import { z } from 'zod';
import type { Result } from '../../src/base/result.ts';
import { dimseField } from '../../src/dicom/commandSet.ts';
import type { OutElement } from '../../src/dicom/encodeElements.ts';
import { type PeerAccess, withAssociation } from './association.ts';
import { encodeIdentifier, type Identifier, plainSyntaxes, readIdentifier } from './identifier.ts';
import type { InstanceFile } from './instanceFile.ts';
import { PeerProblem } from './peerProblem.ts';

/** Storage Commitment Push Model, and its one well-known instance (PS3.4 annex J). */
export const commitmentClass = '1.2.840.10008.1.20.1';
const commitmentInstance = '1.2.840.10008.1.20.1.1';
const requestCommitment = 1;

/** What an archive answers for: instances that it keeps, and those that it does not, each with a reason. */
export const commitmentReportSchema = z.strictObject({
  transactionUid: z.string().regex(/^[0-9.]{1,64}$/),
  committed: z.array(z.string()).readonly(),
  failed: z.array(z.strictObject({ sopInstance: z.string(), reason: z.string() })).readonly(),
});
export type CommitmentReport = z.infer<typeof commitmentReportSchema>;

type Reference = Pick<InstanceFile, 'sopClass' | 'sopInstance'>;

/**
 * Asks an archive to answer for instances (N-ACTION), and waits a little for its report (N-EVENT-REPORT) on the same association;
 * null when it will come later, on an association of the archive's own.
 */
export function requestCommitmentOf(
  access: PeerAccess,
  transactionUid: string,
  instances: readonly Reference[],
  sameAssociationMs: number,
  signal?: AbortSignal,
): Promise<Result<CommitmentReport | null>> {
  const contexts = [{ abstractSyntax: commitmentClass, transferSyntaxes: plainSyntaxes }];
  return withAssociation({ ...access, contexts, ...(signal && { signal }) }, async (association) => {
    const context = association.context(commitmentClass);
    if (context === null)
      throw new PeerProblem('does not offer storage commitment; set "commitment" of this archive to "none" or to the application that does');
    const command = {
      field: dimseField.actionRequest,
      messageId: 1,
      requestedSopClass: commitmentClass,
      requestedSopInstance: commitmentInstance,
      actionTypeId: requestCommitment,
      hasDataset: true,
    };
    await association.send(context.id, command, encodeIdentifier(requestOf(transactionUid, instances), context.transferSyntax));
    let report: CommitmentReport | null = null;
    let answered = false;
    while (!answered || report === null) {
      // An archive may report before it answers.
      const message = answered ? await association.receive(sameAssociationMs) : await association.response();
      if (message === null) break;
      if (message.command.field === dimseField.eventReportRequest) {
        report = message.dataset === null ? null : reportOf(readIdentifier(message.dataset, message.transferSyntax));
        await association.send(message.contextId, {
          field: dimseField.eventReportRequest | dimseField.response,
          respondedMessageId: message.command.messageId ?? 0,
          affectedSopClass: commitmentClass,
          affectedSopInstance: commitmentInstance,
          eventTypeId: message.command.eventTypeId ?? 1,
          hasDataset: false,
          status: 0,
        });
      } else {
        answered = true;
        const status = message.command.status ?? 0;
        if (status !== 0) throw new PeerProblem(`refused the request for commitment with status ${status.toString(16).padStart(4, '0')}h; its log may say why`);
      }
    }
    return report?.transactionUid === transactionUid ? report : null;
  });
}

const reference = ({ sopClass, sopInstance }: Reference): readonly OutElement[] => [
  { tag: 0x00081150, vr: 'UI', value: sopClass },
  { tag: 0x00081155, vr: 'UI', value: sopInstance },
];

const requestOf = (transactionUid: string, instances: readonly Reference[]): readonly OutElement[] => [
  { tag: 0x00081195, vr: 'UI', value: transactionUid },
  { tag: 0x00081199, vr: 'SQ', value: instances.map(reference) },
];

/** PS3.4 table J.3-5. */
const reasons: Readonly<Record<number, string>> = {
  272: 'it could not process the instance',
  274: 'it does not have the instance',
  281: 'it has an instance of another class under this identifier',
  290: 'it does not keep this class',
  305: 'the transaction was used before',
  531: 'it is out of resources',
};

/** Reads a report; null when it names no transaction. */
export function reportOf(dataset: Identifier): CommitmentReport | null {
  const transactionUid = dataset.text('x00081195');
  if (transactionUid === null || !/^[0-9.]{1,64}$/.test(transactionUid)) return null;
  return {
    transactionUid,
    committed: dataset.items('x00081199').flatMap((item) => item.text('x00081155') ?? []),
    failed: dataset.items('x00081198').flatMap((item) => {
      const sopInstance = item.text('x00081155');
      const reason = item.integer('x00081197');
      return sopInstance === null ? [] : [{ sopInstance, reason: reasons[reason ?? 0] ?? `it gives reason ${(reason ?? 0).toString(16).padStart(4, '0')}h` }];
    }),
  };
}

/** Reads a report that came by itself; null when it is none that can be used. */
export function readReport(dataset: Uint8Array, transferSyntax: string): CommitmentReport | null {
  try {
    return reportOf(readIdentifier(dataset, transferSyntax));
  } catch (error) {
    if (!(error instanceof PeerProblem)) throw error;
    return null;
  }
}
