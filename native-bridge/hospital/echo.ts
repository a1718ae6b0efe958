import { failedFault, ok, type Result } from '../../src/base/result.ts';
import { dimseField } from '../../src/dicom/commandSet.ts';
import { type PeerAccess, withAssociation } from './association.ts';
import { plainSyntaxes } from './identifier.ts';

const verification = '1.2.840.10008.1.1';

/** Whether a peer answers to its title with ours, and whether it knows `services`: which it does not, by abstract syntax. */
export async function echo(
  access: PeerAccess,
  services: readonly string[] = [],
): Promise<Result<{ readonly refused: readonly string[]; readonly ms: number }>> {
  const startedAt = performance.now();
  const contexts = [verification, ...services].map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes: plainSyntaxes }));
  const answered = await withAssociation({ ...access, contexts }, async (association) => {
    const refused = services.filter((service) => association.context(service) === null);
    const context = association.context(verification);
    // A peer without verification still has shown that it is there and knows us.
    if (context === null) return { refused, status: 0 };
    await association.send(context.id, { field: dimseField.echoRequest, messageId: 1, affectedSopClass: verification, hasDataset: false });
    return { refused, status: (await association.response()).command.status ?? 0 };
  });
  if (!answered.ok) return answered;
  const { status, refused } = answered.value;
  return status === 0
    ? ok({ refused, ms: performance.now() - startedAt })
    : failedFault(`${access.name} answered an echo with status ${status.toString(16).padStart(4, '0')}h; its log may say why.`);
}
