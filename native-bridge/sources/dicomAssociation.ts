import type { Socket } from 'node:net';
import { type CommandSet, dimseField, dimseStatus, encodeCommandSet, parseCommandSet, responseTo } from '../../src/dicom/commandSet.ts';
import {
  type AnsweredContext,
  type AssociateRequest,
  concat,
  type DataValue,
  encodeAbort,
  encodeAssociateAccept,
  encodeAssociateReject,
  encodeDataValue,
  encodeReleaseResponse,
  type Pdu,
  type ProposedContext,
  parseAssociateRequest,
  parseDataValues,
  pduReader,
  pduType,
  type rejections,
} from '../../src/dicom/pdu.ts';
import { explicitLittleEndian, findTransferSyntax, implicitLittleEndian } from '../../src/dicom/transferSyntax.ts';
import { type IncomingFile, openIncomingFile } from './dicomIncoming.ts';
import type { ReceiverEvents, ReceiverOptions } from './dicomReceiver.ts';

const verification = '1.2.840.10008.1.1';
export const commitmentPush = '1.2.840.10008.1.20.1';
const storage = '1.2.840.10008.5.1.4.1.1.';
/** Command sets are some hundred bytes; one that grows beyond this is an attack. */
const mostCommandBytes = 16_384;

/** A peer that breaks the protocol: it is told by an abort, and the person by a notice. */
class ProtocolError extends Error {}

interface Association {
  readonly request: AssociateRequest;
  readonly syntaxOf: ReadonlyMap<number, string>;
}

interface Reporting {
  readonly command: CommandSet;
  readonly parts: Uint8Array[];
  bytes: number;
}

interface State {
  association: Association | null;
  /** Pieces of the command set that is coming. */
  command: Uint8Array[];
  commandBytes: number;
  /** The C-STORE whose dataset is coming. */
  storing: { readonly command: CommandSet; readonly file: IncomingFile } | null;
  /** The N-EVENT-REPORT whose dataset is coming. */
  reporting: Reporting | null;
  released: boolean;
}

/** Serves one association until it ends in whatever way. Never rejects. */
export async function serveAssociation(socket: Socket, options: ReceiverOptions, events: ReceiverEvents): Promise<void> {
  const state: State = { association: null, command: [], commandBytes: 0, storing: null, reporting: null, released: false };
  const read = pduReader(Math.max(options.maxPduLength, 65_536));
  const peer = () => state.association?.request.callingAe || 'a DICOM peer';
  try {
    // Leaving the loop must not destroy the socket: the last answer is still on its way.
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      for (const pdu of read(chunk)) {
        if (pdu === 'too-long') throw new ProtocolError('it sent a longer PDU than was agreed');
        await handlePdu(pdu, state, socket, options, events);
        if (state.released) return;
      }
    }
    if (state.storing !== null) events.onNotice(`${peer()} hung up in the middle of an instance; what had come of it was discarded.`);
  } catch (error) {
    if (error instanceof ProtocolError) {
      socket.write(encodeAbort(2));
      events.onNotice(`The association with ${peer()} was aborted: ${error.message}.`);
    } else if (state.storing !== null) events.onNotice(`The connection with ${peer()} broke in the middle of an instance; what had come of it was discarded.`);
  } finally {
    await state.storing?.file.discard();
  }
}

async function handlePdu(pdu: Pdu, state: State, socket: Socket, options: ReceiverOptions, events: ReceiverEvents): Promise<void> {
  switch (pdu.type) {
    case pduType.associateRequest:
      return associate(pdu, state, socket, options, events);
    case pduType.data: {
      const values = parseDataValues(pdu.body);
      if (values === null) throw new ProtocolError('it sent data that are not well formed');
      for (const value of values) await handleValue(value, state, socket, options, events);
      return;
    }
    case pduType.releaseRequest:
      socket.end(encodeReleaseResponse());
      state.released = true;
      return;
    case pduType.abort:
      state.released = true;
      return;
    default:
      throw new ProtocolError(`it sent a PDU of type ${pdu.type} where none belongs`);
  }
}

function associate(pdu: Pdu, state: State, socket: Socket, options: ReceiverOptions, events: ReceiverEvents): void {
  if (state.association !== null) throw new ProtocolError('it asked for an association twice');
  const request = parseAssociateRequest(pdu.body);
  if (request === null) throw new ProtocolError('its association request is not well formed');
  const refusal = refusalOf(request, options);
  if (refusal !== null) {
    events.onNotice(`${request.callingAe || 'A peer without a title'} was refused at the DICOM port: ${refusalText[refusal]}.`);
    socket.end(encodeAssociateReject(refusal));
    state.released = true;
    return;
  }
  const answers = request.contexts.map((context) =>
    context.abstractSyntax === commitmentPush && events.onEventReport ? acceptPlain(context) : answerContext(context),
  );
  const accepted = answers.filter((answer) => answer.result === 'accepted');
  state.association = { request, syntaxOf: new Map(accepted.map((answer) => [answer.id, answer.transferSyntax])) };
  // Whoever reports is the provider of the service and says so by its role (PS3.4 J.3.3).
  const roles = request.roles.filter(({ abstractSyntax }) => abstractSyntax === commitmentPush && events.onEventReport);
  socket.write(encodeAssociateAccept(request, answers, options.maxPduLength, roles));
}

/** A service without images: its datasets come in one of the two plain syntaxes. */
function acceptPlain({ id, transferSyntaxes }: ProposedContext): AnsweredContext {
  const chosen = transferSyntaxes.find((uid) => uid === explicitLittleEndian || uid === implicitLittleEndian);
  return chosen === undefined
    ? { id, result: 'transfer-syntaxes-not-supported', transferSyntax: transferSyntaxes[0] ?? '' }
    : { id, result: 'accepted', transferSyntax: chosen };
}

type Refusal = keyof typeof rejections;
const refusalText: Readonly<Record<Refusal, string>> = {
  calledAeUnknown: 'it called another application than this one',
  callingAeUnknown: 'its title is not among those that may send',
  tooManyAssociations: 'too many associations are open',
};

function refusalOf(request: AssociateRequest, options: ReceiverOptions): Refusal | null {
  if (!options.anyCalledAe && request.calledAe !== options.ae) return 'calledAeUnknown';
  if (options.allow.length > 0 && !options.allow.includes(request.callingAe)) return 'callingAeUnknown';
  return null;
}

/** Every storage class and verification, in the first proposed syntax that can be shown later. */
export function answerContext(context: ProposedContext): AnsweredContext {
  const { id, abstractSyntax, transferSyntaxes } = context;
  const fallback = transferSyntaxes[0] ?? '';
  if (abstractSyntax !== verification && !abstractSyntax.startsWith(storage)) return { id, result: 'abstract-syntax-not-supported', transferSyntax: fallback };
  const chosen = transferSyntaxes.find((uid) => !['unsupported', undefined].includes(findTransferSyntax(uid)?.coding));
  return chosen === undefined
    ? { id, result: 'transfer-syntaxes-not-supported', transferSyntax: fallback }
    : { id, result: 'accepted', transferSyntax: chosen };
}

async function handleValue(value: DataValue, state: State, socket: Socket, options: ReceiverOptions, events: ReceiverEvents): Promise<void> {
  const syntax = state.association?.syntaxOf.get(value.contextId);
  if (state.association === null || syntax === undefined) throw new ProtocolError('it sent data for a context that was not accepted');
  if (!value.isCommand) return state.reporting === null ? storeData(value, state, socket, events) : reportData(value, state, socket, events);
  state.commandBytes += value.data.length;
  if (state.commandBytes > mostCommandBytes) throw new ProtocolError('it sent a command without end');
  // Copied: the PDU's bytes are gone when the next one comes.
  state.command.push(value.data.slice());
  if (!value.isLast) return;
  const command = parseCommandSet(concat(state.command));
  state.command = [];
  state.commandBytes = 0;
  if (command === null) throw new ProtocolError('it sent a command that is not well formed');
  if (state.storing !== null || state.reporting !== null) throw new ProtocolError('it sent a command in the middle of an instance');
  if (command.field === dimseField.eventReportRequest && events.onEventReport && command.hasDataset) {
    state.reporting = { command, parts: [], bytes: 0 };
  } else if (command.field === dimseField.storeRequest && command.hasDataset) {
    const { callingAe } = state.association.request;
    state.storing = { command, file: openIncomingFile(options, { ...instanceOf(command), transferSyntax: syntax, sourceAe: callingAe }) };
  } else {
    respond(socket, value.contextId, command, statusWithoutDataset(command));
  }
}

const instanceOf = ({ affectedSopClass = '', affectedSopInstance = '' }: CommandSet) => ({ sopClass: affectedSopClass, sopInstance: affectedSopInstance });

function statusWithoutDataset({ field }: CommandSet): number {
  if (field === dimseField.echoRequest) return dimseStatus.success;
  return field === dimseField.storeRequest ? dimseStatus.cannotUnderstand : dimseStatus.unrecognisedOperation;
}

/** Reports list instances; more than this no procedure has. */
const mostReportBytes = 4 * 2 ** 20;

async function reportData(value: DataValue, state: State, socket: Socket, events: ReceiverEvents): Promise<void> {
  const { reporting, association } = state;
  if (reporting === null || association === null) throw new ProtocolError('it sent data without a command');
  reporting.parts.push(value.data.slice());
  reporting.bytes += value.data.length;
  if (reporting.bytes > mostReportBytes) throw new ProtocolError('it sent a report without end');
  if (!value.isLast) return;
  state.reporting = null;
  const { command } = reporting;
  const status = await events.onEventReport?.({
    callingAe: association.request.callingAe,
    eventTypeId: command.eventTypeId ?? 0,
    transferSyntax: association.syntaxOf.get(value.contextId) ?? '',
    dataset: concat(reporting.parts),
  });
  respond(socket, value.contextId, command, status ?? dimseStatus.cannotUnderstand);
}

async function storeData(value: DataValue, state: State, socket: Socket, events: ReceiverEvents): Promise<void> {
  const { storing, association } = state;
  if (storing === null || association === null) throw new ProtocolError('it sent data without a command');
  await storing.file.append(value.data);
  if (!value.isLast) return;
  const path = await storing.file.finish();
  state.storing = null;
  const { command, file } = storing;
  if (path === null) {
    events.onNotice(`An instance from ${association.request.callingAe} could not be kept: ${file.failure}.`);
    respond(socket, value.contextId, command, dimseStatus.outOfResources);
    return;
  }
  respond(socket, value.contextId, command, dimseStatus.success);
  events.onReceived({ path, ...instanceOf(command), callingAe: association.request.callingAe, bytes: file.bytes });
}

function respond(socket: Socket, contextId: number, command: CommandSet, status: number): void {
  socket.write(encodeDataValue({ contextId, isCommand: true, isLast: true, data: encodeCommandSet(responseTo(command, status)) }));
}
