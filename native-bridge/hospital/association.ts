import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { failedFault, ok, type Result } from '../../src/base/result.ts';
import { encodeAssociateRequest, encodeReleaseRequest, encodeUserAbort, parseAssociateAccept, rejectionText } from '../../src/dicom/associate.ts';
import { type CommandSet, encodeCommandSet } from '../../src/dicom/commandSet.ts';
import { encodeReleaseResponse, type ProposedContext, pduReader, pduType, type RoleSelection } from '../../src/dicom/pdu.ts';
import type { DicomPeer } from '../../src/procedure/hospitalSite.ts';
import { fragmented } from './fragmented.ts';
import { type DimseMessage, messageAssembler } from './messages.ts';
import { PeerProblem, socketProblem } from './peerProblem.ts';
import type { TlsMaterial } from './tls.ts';

/** How long a peer may take. */
export interface PeerPatience {
  readonly connectMs: number;
  /** For the answer to a request for an association. */
  readonly associateMs: number;
  /** For each response. */
  readonly responseMs: number;
}
export const defaultPatience: PeerPatience = { connectMs: 5_000, associateMs: 15_000, responseMs: 60_000 };

/** How to reach a peer, and how a sentence names it: by the part it plays, never with anything of a patient. */
export interface PeerAccess {
  readonly peer: DicomPeer;
  readonly name: string;
  readonly callingAe: string;
  readonly tls: TlsMaterial | null;
  readonly patience: PeerPatience;
}

export interface AssociationOptions extends PeerAccess {
  readonly contexts: readonly Omit<ProposedContext, 'id'>[];
  readonly roles?: readonly RoleSelection[];
  readonly signal?: AbortSignal;
}

export interface AcceptedContext {
  readonly id: number;
  readonly transferSyntax: string;
}

/** An open association. Everything throws `PeerProblem` when the peer goes away, is too slow or breaks the protocol. */
export interface Association {
  /** The first accepted context of a class; of those with `transferSyntax`, where one is wanted. */
  context(abstractSyntax: string, transferSyntax?: string): AcceptedContext | null;
  send(contextId: number, command: CommandSet, dataset?: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  /** The next message, a request or a response; `null` when none came within `withinMs` (then nothing is lost). */
  receive(withinMs: number): Promise<DimseMessage | null>;
  /** The response to a request that has been sent; intermediate messages are the caller's with `receive`. */
  response(): Promise<DimseMessage>;
}

/** Longest PDU that we take; responses are small. */
const ownPduLength = 131_072;

/**
 * Opens an association, uses it, and releases it. Expected failures come back as one sentence that names the peer and says
 * what to do; `problem.retry` of it is left to whoever queues. The connection is gone in every case.
 */
export async function withAssociation<T>(options: AssociationOptions, use: (association: Association) => Promise<T>): Promise<Result<T>> {
  let socket: Socket | null = null;
  const abort = () => socket?.destroy();
  options.signal?.addEventListener('abort', abort);
  try {
    if (options.signal?.aborted) throw new PeerProblem('was given up');
    socket = await open(options);
    const link = startLink(socket, options);
    const association = await associate(link, options);
    const value = await use(association);
    await release(link);
    return ok(value);
  } catch (error) {
    if (!(error instanceof PeerProblem)) throw error;
    if (socket?.writable) socket.write(encodeUserAbort());
    const { ae, host, port } = options.peer;
    return failedFault(
      options.signal?.aborted ? `Sending to ${options.name} was stopped.` : `${capital(options.name)} (${ae} at ${host}:${port}) ${error.message}.`,
    );
  } finally {
    options.signal?.removeEventListener('abort', abort);
    socket?.destroySoon();
  }
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

async function open({ peer, tls, patience }: AssociationOptions): Promise<Socket> {
  const { host, port } = peer;
  const socket = tls === null ? connect({ host, port, noDelay: true }) : connectTls({ host, port, minVersion: 'TLSv1.2', ...tls });
  const timer = setTimeout(
    () => socket.destroy(new PeerProblem(`did not answer within ${patience.connectMs / 1000} s; check that it is on and the network is up`)),
    patience.connectMs,
  );
  try {
    await once(socket, tls === null ? 'connect' : 'secureConnect');
  } catch (error) {
    socket.destroy();
    throw socketProblem(error, tls !== null);
  } finally {
    clearTimeout(timer);
  }
  socket.setNoDelay(true);
  return socket;
}

/** One PDU after the other, each waited for with a limit. */
interface Link {
  readonly socket: Socket;
  readonly patience: PeerPatience;
  /** The next PDU, its body copied; `null` when none came in time. */
  next(withinMs: number): Promise<{ readonly type: number; readonly body: Uint8Array } | null>;
  write(bytes: Uint8Array): Promise<void>;
}

function startLink(socket: Socket, { tls, patience }: AssociationOptions): Link {
  const read = pduReader(ownPduLength);
  const arrived: { type: number; body: Uint8Array }[] = [];
  let problem: PeerProblem | null = null;
  let wake = () => {};
  socket.on('data', (chunk) => {
    for (const pdu of read(chunk)) {
      if (pdu === 'too-long') socket.destroy(new PeerProblem('sent a longer PDU than was agreed'));
      else arrived.push({ type: pdu.type, body: pdu.body.slice() });
    }
    wake();
  });
  socket.on('error', (error) => {
    problem = socketProblem(error, tls !== null);
    wake();
  });
  socket.on('close', () => {
    problem ??= new PeerProblem('closed the connection in the middle; its log may say why');
    wake();
  });
  const next = async (withinMs: number) => {
    const until = performance.now() + withinMs;
    for (;;) {
      const pdu = arrived.shift();
      if (pdu) return pdu;
      if (problem) throw problem;
      const left = until - performance.now();
      if (left <= 0) return null;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const write = async (bytes: Uint8Array) => {
    if (problem) throw problem;
    if (socket.write(bytes)) return;
    // A peer that takes nothing any more must not hold us for ever.
    const stalled = setTimeout(() => socket.destroy(new PeerProblem(`took no more data for ${patience.responseMs / 1000} s`)), patience.responseMs);
    await new Promise<void>((resolve) => {
      const go = () => {
        socket.off('drain', go);
        socket.off('close', go);
        resolve();
      };
      socket.on('drain', go);
      socket.on('close', go);
    });
    clearTimeout(stalled);
    if (problem) throw problem;
  };
  return { socket, patience, next, write };
}

async function associate(link: Link, options: AssociationOptions): Promise<Association> {
  const { peer, callingAe, patience } = options;
  const contexts = options.contexts.map((context, index) => ({ ...context, id: 2 * index + 1 }));
  await link.write(
    encodeAssociateRequest({ calledAe: peer.ae, callingAe, contexts, maxPduLength: ownPduLength, ...(options.roles && { roles: options.roles }) }),
  );
  const answer = await link.next(patience.associateMs);
  if (answer === null) throw new PeerProblem(`did not answer the association request within ${patience.associateMs / 1000} s`);
  if (answer.type === pduType.associateReject) {
    const why = rejectionText(answer.body);
    throw new PeerProblem(`refused the association from ${callingAe}: it ${why}; compare the AE titles of the site configuration with its own`);
  }
  if (answer.type === pduType.abort) throw new PeerProblem('aborted the association before it began; its log may say why');
  const accepted = answer.type === pduType.associateAccept ? parseAssociateAccept(answer.body) : null;
  if (accepted === null) throw new PeerProblem('did not answer as a DICOM application; check the port');
  const syntaxOf = new Map(accepted.answers.filter(({ result }) => result === 'accepted').map(({ id, transferSyntax }) => [id, transferSyntax]));
  // The length of a PDU counts the value's own head of six bytes; fragments are even.
  const pieceBytes = (Math.min(accepted.maxPduLength === 0 ? ownPduLength : accepted.maxPduLength, ownPduLength) - 6) & ~1;
  if (pieceBytes < 64) throw new PeerProblem(`takes PDUs of ${accepted.maxPduLength} bytes, which is too little to say anything`);
  const assemble = messageAssembler(syntaxOf);

  const receive = async (withinMs: number): Promise<DimseMessage | null> => {
    for (;;) {
      const waiting = assemble.next();
      if (waiting) return waiting;
      const pdu = await link.next(withinMs);
      if (pdu === null) return null;
      if (pdu.type === pduType.data) assemble.add(pdu.body);
      else if (pdu.type === pduType.releaseRequest) {
        await link.write(encodeReleaseResponse());
        throw new PeerProblem('released the association before it was done');
      } else throw new PeerProblem(pdu.type === pduType.abort ? 'aborted the association; its log may say why' : 'broke the protocol');
    }
  };
  return {
    context(abstractSyntax, transferSyntax) {
      const found = contexts.find(
        (context) =>
          context.abstractSyntax === abstractSyntax &&
          syntaxOf.has(context.id) &&
          (transferSyntax === undefined || syntaxOf.get(context.id) === transferSyntax),
      );
      return found ? { id: found.id, transferSyntax: syntaxOf.get(found.id) ?? '' } : null;
    },
    async send(contextId, command, dataset) {
      for await (const bytes of fragmented(contextId, true, encodeCommandSet(command), pieceBytes)) await link.write(bytes);
      if (dataset !== undefined) for await (const bytes of fragmented(contextId, false, dataset, pieceBytes)) await link.write(bytes);
    },
    receive,
    async response() {
      const message = await receive(patience.responseMs);
      if (message === null) throw new PeerProblem(`did not respond within ${patience.responseMs / 1000} s`);
      return message;
    },
  };
}

/** The work is done: a peer that does not answer the farewell has failed nothing. */
async function release(link: Link): Promise<void> {
  try {
    await link.write(encodeReleaseRequest());
    await link.next(Math.min(link.patience.responseMs, 5_000));
  } catch (error) {
    if (!(error instanceof PeerProblem)) throw error;
  }
}
