/** Protocol data units of the DICOM upper layer (PS3.8 section 9.3), as bytes and back. No I/O. */

export const pduType = { associateRequest: 1, associateAccept: 2, associateReject: 3, data: 4, releaseRequest: 5, releaseResponse: 6, abort: 7 } as const;

/** One thing that a peer proposes to talk about, and in which transfer syntaxes. */
export interface ProposedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** Who is to play which part in one service, where it is not the usual one (PS3.7 D.3.3.4). */
export interface RoleSelection {
  readonly abstractSyntax: string;
  /** Whether the requestor of the association may be user of the service. */
  readonly user: boolean;
  /** Whether it may be the provider. */
  readonly provider: boolean;
}

export interface AssociateRequest {
  readonly calledAe: string;
  readonly callingAe: string;
  readonly contexts: readonly ProposedContext[];
  /** The longest P-DATA that the peer takes; 0: no limit. */
  readonly maxPduLength: number;
  readonly roles: readonly RoleSelection[];
}

/** The answer to one proposed context: accepted with a syntax, or refused (PS3.8 table 9-18). */
export interface AnsweredContext {
  readonly id: number;
  readonly result: 'accepted' | 'abstract-syntax-not-supported' | 'transfer-syntaxes-not-supported';
  readonly transferSyntax: string;
}

export interface DataValue {
  readonly contextId: number;
  readonly isCommand: boolean;
  readonly isLast: boolean;
  readonly data: Uint8Array;
}

/** The UID and version by which this implementation names itself in associations and files; derived from a UUID (PS3.5 B.2). */
export const implementation = { classUid: '2.25.312200694049509086754795641561853571004', versionName: 'PEDICLE_1' } as const;

export const applicationContext = '1.2.840.10008.3.1.1.1';
const resultCodes = { accepted: 0, 'abstract-syntax-not-supported': 3, 'transfer-syntaxes-not-supported': 4 } as const;

/** Text without padding on either side. */
export const ascii = (bytes: Uint8Array): string =>
  String.fromCharCode(...bytes)
    .replace(/[\0 ]+$/, '')
    .trimStart();
export const codes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export interface Item {
  readonly type: number;
  readonly body: Uint8Array;
}

/** Items of type, reserved byte, 16-bit length. `null` when one reaches past the end. */
export function itemsIn(bytes: Uint8Array): readonly Item[] | null {
  const view = viewOf(bytes);
  const items: Item[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) return null;
    const end = at + 4 + view.getUint16(at + 2);
    if (end > bytes.length) return null;
    items.push({ type: bytes[at] ?? 0, body: bytes.subarray(at + 4, end) });
    at = end;
  }
  return items;
}

/** Reads the body of an A-ASSOCIATE-RQ; `null` when it is not well formed. */
export function parseAssociateRequest(body: Uint8Array): AssociateRequest | null {
  if (body.length < 68) return null;
  const items = itemsIn(body.subarray(68));
  if (items === null) return null;
  const contexts: ProposedContext[] = [];
  let maxPduLength = 0;
  let roles: readonly RoleSelection[] = [];
  for (const { type, body: content } of items) {
    const parts = type === 0x20 ? itemsIn(content.subarray(4)) : type === 0x50 ? itemsIn(content) : [];
    if (parts === null) return null;
    if (type === 0x20) {
      const abstractSyntax = parts.find((part) => part.type === 0x30);
      const transferSyntaxes = parts.filter((part) => part.type === 0x40).map((part) => ascii(part.body));
      contexts.push({ id: content[0] ?? 0, abstractSyntax: abstractSyntax ? ascii(abstractSyntax.body) : '', transferSyntaxes });
    }
    if (type === 0x50) roles = rolesIn(parts);
    const limit = type === 0x50 ? parts.find((part) => part.type === 0x51) : undefined;
    if (limit !== undefined && limit.body.length >= 4) maxPduLength = viewOf(limit.body).getUint32(0);
  }
  return { calledAe: ascii(body.subarray(4, 20)), callingAe: ascii(body.subarray(20, 36)), contexts, maxPduLength, roles };
}

/** A whole A-ASSOCIATE-AC that answers a request, with the titles as the peer gave them. */
export function encodeAssociateAccept(
  request: AssociateRequest,
  answers: readonly AnsweredContext[],
  maxPduLength: number,
  roles: readonly RoleSelection[] = [],
): Uint8Array {
  const limit = new Uint8Array(4);
  viewOf(limit).setUint32(0, maxPduLength);
  const user = concat([item(0x51, limit), item(0x52, codes(implementation.classUid)), ...roles.map(encodeRole), item(0x55, codes(implementation.versionName))]);
  const contexts = answers.map(({ id, result, transferSyntax }) =>
    item(0x21, concat([Uint8Array.of(id, 0, resultCodes[result], 0), item(0x40, codes(transferSyntax))])),
  );
  const titles = codes(request.calledAe.padEnd(16).slice(0, 16) + request.callingAe.padEnd(16).slice(0, 16));
  return pdu(
    pduType.associateAccept,
    concat([Uint8Array.of(0, 1, 0, 0), titles, new Uint8Array(32), item(0x10, codes(applicationContext)), ...contexts, item(0x50, user)]),
  );
}

/** Why an association is refused (PS3.8 table 9-21): result, source, reason. */
export const rejections = {
  calledAeUnknown: [1, 1, 7],
  callingAeUnknown: [1, 1, 3],
  tooManyAssociations: [2, 3, 2],
} as const;

export const encodeAssociateReject = (reason: keyof typeof rejections): Uint8Array => pdu(pduType.associateReject, Uint8Array.of(0, ...rejections[reason]));
export const encodeReleaseResponse = (): Uint8Array => pdu(pduType.releaseResponse, new Uint8Array(4));
/** An abort by the service provider; `reason` of PS3.8 table 9-26: 2 unexpected, 6 invalid parameter. */
export const encodeAbort = (reason: 0 | 2 | 6): Uint8Array => pdu(pduType.abort, Uint8Array.of(0, 0, 2, reason));

/** The values in the body of a P-DATA-TF; `null` when they are not well formed. */
export function parseDataValues(body: Uint8Array): readonly DataValue[] | null {
  const view = viewOf(body);
  const values: DataValue[] = [];
  for (let at = 0; at < body.length; ) {
    if (at + 6 > body.length) return null;
    const length = view.getUint32(at);
    const end = at + 4 + length;
    if (length < 2 || end > body.length) return null;
    const control = body[at + 5] ?? 0;
    values.push({ contextId: body[at + 4] ?? 0, isCommand: (control & 1) !== 0, isLast: (control & 2) !== 0, data: body.subarray(at + 6, end) });
    at = end;
  }
  return values;
}

/** A whole P-DATA-TF with one value. */
export function encodeDataValue(value: DataValue): Uint8Array {
  const head = new Uint8Array(6);
  viewOf(head).setUint32(0, value.data.length + 2);
  head[4] = value.contextId;
  head[5] = (value.isCommand ? 1 : 0) | (value.isLast ? 2 : 0);
  return pdu(pduType.data, concat([head, value.data]));
}

export function encodeRole({ abstractSyntax, user, provider }: RoleSelection): Uint8Array {
  const uid = codes(abstractSyntax);
  return item(0x54, concat([Uint8Array.of(uid.length >> 8, uid.length & 0xff), uid, Uint8Array.of(user ? 1 : 0, provider ? 1 : 0)]));
}

/** The role selections among the parts of a user information item. */
function rolesIn(parts: readonly Item[]): readonly RoleSelection[] {
  return parts
    .filter((part) => part.type === 0x54 && part.body.length >= 4)
    .map(({ body }) => {
      const length = viewOf(body).getUint16(0);
      return { abstractSyntax: ascii(body.subarray(2, 2 + length)), user: body[2 + length] === 1, provider: body[3 + length] === 1 };
    });
}

/** One item of type, reserved byte, 16-bit length. */
export function item(type: number, body: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(type, 0, body.length >> 8, body.length & 0xff), body]);
}

export function pdu(type: number, body: Uint8Array): Uint8Array {
  const head = new Uint8Array(6);
  head[0] = type;
  viewOf(head).setUint32(2, body.length);
  return concat([head, body]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export interface Pdu {
  readonly type: number;
  /** Valid until the next PDU is taken out. */
  readonly body: Uint8Array;
}

/**
 * Cuts a byte stream into PDUs, whatever pieces it comes in. Memory is bounded by `maxLength`: a longer PDU is reported
 * as `'too-long'` and nothing after it is read. Each byte is copied at most once.
 */
export function pduReader(maxLength: number): (chunk: Uint8Array) => Generator<Pdu | 'too-long'> {
  const held = new Uint8Array(maxLength + 6);
  let size = 0;
  return function* read(chunk) {
    let at = 0;
    while (at < chunk.length || size > 0) {
      const source = size > 0 ? held : chunk;
      const from = size > 0 ? 0 : at;
      const available = size > 0 ? size : chunk.length - at;
      const length = available >= 6 ? viewOf(source).getUint32(from + 2) : 0;
      if (length > maxLength) {
        yield 'too-long';
        return;
      }
      const needed = available >= 6 ? 6 + length : 6;
      if (available >= 6 && available >= needed) {
        // Whole in the chunk, or filled up in the buffer: handed out without a further copy.
        if (size > 0) size = 0;
        else at += needed;
        yield { type: source[from] ?? 0, body: source.subarray(from + 6, from + needed) };
        continue;
      }
      const take = Math.min(needed - size, chunk.length - at);
      if (take === 0) return;
      held.set(chunk.subarray(at, at + take), size);
      size += take;
      at += take;
    }
  };
}
