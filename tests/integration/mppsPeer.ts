import dimse from 'dcmjs-dimse';
import type { RealPeer } from './hospitalPeers.ts';
import { freePort, peerFolder } from './hospitalPeers.ts';

const { Scp, Server, log } = dimse;
const { NCreateResponse, NSetResponse, CEchoResponse } = dimse.responses;
const { Status, PresentationContextResult, TransferSyntax } = dimse.constants;

/** What a performed-step server was told, in order: elements by keyword. */
export interface ToldStep {
  readonly what: 'create' | 'set';
  readonly uid: string;
  readonly elements: Readonly<Record<string, unknown>>;
}

export interface MppsPeer extends Omit<RealPeer, 'log' | 'folder'> {
  readonly told: readonly ToldStep[];
  /** What is told is taken, and no answer goes out. */
  loseAnswers(lost: boolean): void;
  /** The next requests are answered with this status instead. */
  answerWith(status: number | null): void;
}

/**
 * A performed-step server on dcmjs-dimse, an implementation that is not ours: it keeps steps as the standard wants it
 * (PS3.4 F.7.2) and refuses what does not follow.
 */
export async function startMpps(): Promise<MppsPeer> {
  log.setLevel('silent');
  const told: ToldStep[] = [];
  const steps = new Map<string, string>();
  let forced: number | null = null;
  let losing = false;

  class Steps extends Scp {
    override associationRequested(association: dimse.association.Association): void {
      for (const { id } of association.getPresentationContexts()) {
        const context = association.getPresentationContext(id);
        const syntax = context
          .getTransferSyntaxUids()
          .find((uid) => uid === TransferSyntax.ImplicitVRLittleEndian || uid === TransferSyntax.ExplicitVRLittleEndian);
        context.setResult(syntax === undefined ? PresentationContextResult.RejectTransferSyntaxesNotSupported : PresentationContextResult.Accept, syntax);
      }
      this.sendAssociationAccept();
    }
    override cEchoRequest(request: dimse.requests.CEchoRequest, callback: (response: dimse.responses.CEchoResponse) => void): void {
      const response = CEchoResponse.fromRequest(request);
      response.setStatus(Status.Success);
      callback(response);
    }
    override nCreateRequest(request: dimse.requests.NCreateRequest, callback: (response: dimse.responses.NCreateResponse) => void): void {
      const uid = request.getAffectedSopInstanceUid();
      const elements = request.getDataset()?.getElements() ?? {};
      const response = NCreateResponse.fromRequest(request);
      const fits = elements.PerformedProcedureStepStatus === 'IN PROGRESS';
      response.setStatus(forced ?? (steps.has(uid) ? 0x0111 : fits ? Status.Success : 0x0106));
      if (response.getStatus() === Status.Success) {
        steps.set(uid, 'IN PROGRESS');
        told.push({ what: 'create', uid, elements });
      }
      callback(response);
    }
    override nSetRequest(request: dimse.requests.NSetRequest, callback: (response: dimse.responses.NSetResponse) => void): void {
      const uid = request.getRequestedSopInstanceUid();
      const elements = request.getDataset()?.getElements() ?? {};
      const response = NSetResponse.fromRequest(request);
      response.setStatus(forced ?? (!steps.has(uid) ? 0x0112 : steps.get(uid) === 'IN PROGRESS' ? Status.Success : 0x0110));
      if (response.getStatus() === Status.Success) {
        steps.set(uid, String(elements.PerformedProcedureStepStatus));
        told.push({ what: 'set', uid, elements });
      }
      if (!losing) callback(response);
    }
    override associationReleaseRequested(): void {
      this.sendAssociationReleaseResponse();
    }
  }

  const folder = await peerFolder();
  const port = await freePort();
  const server = new Server(Steps);
  server.listen(port);
  return {
    port,
    told,
    loseAnswers(lost) {
      losing = lost;
    },
    answerWith(status) {
      forced = status;
    },
    async stop() {
      server.close();
      const { rm } = await import('node:fs/promises');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
