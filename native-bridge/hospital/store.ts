import { ok, type Result } from '../../src/base/result.ts';
import { dimseField } from '../../src/dicom/commandSet.ts';
import { findTransferSyntax } from '../../src/dicom/transferSyntax.ts';
import { type Association, type PeerAccess, withAssociation } from './association.ts';
import { datasetOf, type InstanceFile } from './instanceFile.ts';

/** What became of one instance; `failure` in words, null when the archive has it. */
export type StoreOutcome = (instance: InstanceFile, failure: string | null) => Promise<void>;

/** An association may propose 128 contexts; few peers like that many. */
const mostContexts = 60;

/**
 * C-STORE of each instance as its file has it, streamed. `onOutcome` is awaited after each answer, so that what has arrived is
 * known even when the connection breaks later. Fails when the peer does; an instance that is refused is an outcome.
 */
export async function storeInstances(
  access: PeerAccess,
  instances: readonly InstanceFile[],
  onOutcome: StoreOutcome,
  signal?: AbortSignal,
): Promise<Result<void>> {
  for (const batch of batches(instances)) {
    const contexts = [...kindsOf(batch).values()].map(({ sopClass, transferSyntax }) => ({ abstractSyntax: sopClass, transferSyntaxes: [transferSyntax] }));
    const sent = await withAssociation({ ...access, contexts, ...(signal && { signal }) }, async (association) => {
      let messageId = 0;
      for (const instance of batch) {
        messageId = (messageId % 0xffff) + 1;
        await onOutcome(instance, await storeOne(association, instance, messageId));
      }
    });
    if (!sent.ok) return sent;
  }
  return ok(undefined);
}

const kindOf = ({ sopClass, transferSyntax }: InstanceFile): string => `${sopClass} ${transferSyntax}`;
const kindsOf = (instances: readonly InstanceFile[]) => new Map(instances.map((instance) => [kindOf(instance), instance]));

/** Groups that need few enough contexts, in order. */
function batches(instances: readonly InstanceFile[]): readonly (readonly InstanceFile[])[] {
  const all: InstanceFile[][] = [];
  let kinds = new Set<string>();
  for (const instance of instances) {
    const last = all.at(-1);
    kinds.add(kindOf(instance));
    if (last && kinds.size <= mostContexts) last.push(instance);
    else {
      all.push([instance]);
      kinds = new Set([kindOf(instance)]);
    }
  }
  return all;
}

async function storeOne(association: Association, instance: InstanceFile, messageId: number): Promise<string | null> {
  const { sopClass, sopInstance, transferSyntax } = instance;
  const context = association.context(sopClass, transferSyntax);
  if (context === null) return `the archive does not take this kind of object in ${findTransferSyntax(transferSyntax)?.name ?? transferSyntax}`;
  const command = { field: dimseField.storeRequest, messageId, affectedSopClass: sopClass, affectedSopInstance: sopInstance, priority: 0, hasDataset: true };
  await association.send(context.id, command, datasetOf(instance));
  const { status = 0 } = (await association.response()).command;
  return storeFailure(status);
}

/** PS3.4 table B.2-1; warnings (Bxxx) mean that it was stored. */
function storeFailure(status: number): string | null {
  if (status === 0 || status >> 12 === 0xb) return null;
  const code = `${status.toString(16).toUpperCase().padStart(4, '0')}h`;
  if (status >> 8 === 0xa7) return `the archive is out of resources (${code})`;
  if (status >> 8 === 0xa9) return `the archive says that the object does not match its class (${code})`;
  if (status >> 12 === 0xc) return `the archive cannot understand the object (${code})`;
  return `the archive refused it with status ${code}`;
}
