/** The requestor's half of association negotiation (PS3.8 section 9.3, PS3.7 annex D). No I/O. */
import {
  type AnsweredContext,
  applicationContext,
  ascii,
  codes,
  concat,
  encodeRole,
  implementation,
  item,
  itemsIn,
  type ProposedContext,
  pdu,
  pduType,
  type RoleSelection,
  viewOf,
} from './pdu.ts';

export interface AssociationRequest {
  readonly calledAe: string;
  readonly callingAe: string;
  readonly contexts: readonly ProposedContext[];
  readonly roles?: readonly RoleSelection[];
  /** The longest P-DATA that we take. */
  readonly maxPduLength: number;
}

export interface AssociationAccept {
  readonly answers: readonly AnsweredContext[];
  /** The longest P-DATA that the peer takes; 0: no limit. */
  readonly maxPduLength: number;
}

const title = (ae: string): string => ae.padEnd(16).slice(0, 16);

/** A whole A-ASSOCIATE-RQ. */
export function encodeAssociateRequest({ calledAe, callingAe, contexts, roles, maxPduLength }: AssociationRequest): Uint8Array {
  const proposed = contexts.map(({ id, abstractSyntax, transferSyntaxes }) =>
    item(0x20, concat([Uint8Array.of(id, 0, 0, 0), item(0x30, codes(abstractSyntax)), ...transferSyntaxes.map((uid) => item(0x40, codes(uid)))])),
  );
  const limit = new Uint8Array(4);
  viewOf(limit).setUint32(0, maxPduLength);
  const user = [item(0x51, limit), item(0x52, codes(implementation.classUid)), ...(roles ?? []).map(encodeRole), item(0x55, codes(implementation.versionName))];
  const head = [Uint8Array.of(0, 1, 0, 0), codes(title(calledAe) + title(callingAe)), new Uint8Array(32)];
  return pdu(pduType.associateRequest, concat([...head, item(0x10, codes(applicationContext)), ...proposed, item(0x50, concat(user))]));
}

const results: readonly AnsweredContext['result'][] = [
  'accepted',
  'transfer-syntaxes-not-supported',
  'transfer-syntaxes-not-supported',
  'abstract-syntax-not-supported',
  'transfer-syntaxes-not-supported',
];

/** Reads the body of an A-ASSOCIATE-AC; `null` when it is not well formed. */
export function parseAssociateAccept(body: Uint8Array): AssociationAccept | null {
  const items = body.length < 68 ? null : itemsIn(body.subarray(68));
  if (items === null) return null;
  const answers: AnsweredContext[] = [];
  let maxPduLength = 0;
  for (const { type, body: content } of items) {
    const parts = type === 0x21 ? itemsIn(content.subarray(4)) : type === 0x50 ? itemsIn(content) : [];
    if (parts === null) return null;
    if (type === 0x21) {
      const syntax = parts.find((part) => part.type === 0x40);
      // 1 is the user's, 2 the provider's refusal without a reason (PS3.8 table 9-18).
      answers.push({
        id: content[0] ?? 0,
        result: results[content[2] ?? 1] ?? 'abstract-syntax-not-supported',
        transferSyntax: syntax ? ascii(syntax.body) : '',
      });
    }
    const limit = type === 0x50 ? parts.find((part) => part.type === 0x51) : undefined;
    if (limit !== undefined && limit.body.length >= 4) maxPduLength = viewOf(limit.body).getUint32(0);
  }
  return { answers, maxPduLength };
}

/** Why the peer refuses, in words for a sentence that begins with its name (PS3.8 table 9-21). */
export function rejectionText(body: Uint8Array): string {
  const [source, reason] = [body[2] ?? 0, body[3] ?? 0];
  const of: Readonly<Record<string, string>> = {
    '1/1': 'gives no reason',
    '1/2': 'does not know the DICOM application context',
    '1/3': 'does not know our AE title',
    '1/7': 'does not answer to the AE title that it was called by',
    '2/2': 'does not speak this version of the protocol',
    '3/1': 'is congested for the moment',
    '3/2': 'has too many associations open',
  };
  return of[`${source}/${reason}`] ?? `gives reason ${source}/${reason}`;
}

export const encodeReleaseRequest = (): Uint8Array => pdu(pduType.releaseRequest, new Uint8Array(4));
/** An abort by the service user. */
export const encodeUserAbort = (): Uint8Array => pdu(pduType.abort, Uint8Array.of(0, 0, 0, 0));
