import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerContext } from '../../native-bridge/sources/dicomAssociation.ts';
import { encodeCommandSet, parseCommandSet, responseTo } from '../../src/dicom/commandSet.ts';
import { concat, encodeAssociateAccept, encodeDataValue, parseAssociateRequest, parseDataValues, pdu, pduReader } from '../../src/dicom/pdu.ts';
import { associateRequest, request } from '../integration/storageScu.ts';

const pdus = fc.array(fc.record({ type: fc.integer({ min: 1, max: 7 }), body: fc.uint8Array({ maxLength: 40 }) }), { maxLength: 6 });

test('PDUs come out whole, in whatever pieces the bytes come in (seed 31)', () => {
  fc.assert(
    fc.property(pdus, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }), (sent, sizes) => {
      const stream = concat(sent.map(({ type, body }) => pdu(type, body)));
      const read = pduReader(40);
      const got: { type: number; body: number[] }[] = [];
      for (let at = 0, piece = 0; at < stream.length; piece++) {
        const size = sizes[piece % sizes.length] ?? 1;
        for (const entry of read(stream.subarray(at, at + size))) if (entry !== 'too-long') got.push({ type: entry.type, body: [...entry.body] });
        at += size;
      }
      expect(got).toEqual(sent.map(({ type, body }) => ({ type, body: [...body] })));
    }),
    { seed: 31, numRuns: 500 },
  );
});

test('a PDU longer than agreed is reported before its bytes are taken in', () => {
  const read = pduReader(1000);
  expect([...read(Uint8Array.of(4, 0, 0xff, 0xff, 0xff, 0xff))]).toEqual(['too-long']);
});

describe('an association request', () => {
  const contexts = [
    { id: 1, abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] },
    { id: 3, abstractSyntax: '1.2.840.10008.5.1.4.1.1.12.1', transferSyntaxes: ['1.2.840.10008.1.2.4.94', '1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.1'] },
    { id: 5, abstractSyntax: '1.2.840.10008.5.1.4.31', transferSyntaxes: ['1.2.840.10008.1.2'] },
    { id: 7, abstractSyntax: '1.2.840.10008.5.1.4.1.1.12.2', transferSyntaxes: ['1.2.3.4'] },
  ];
  const body = associateRequest('PEDICLE', 'CARM', contexts).subarray(6);

  test('is read: titles, contexts, and how much the peer takes', () => {
    expect(parseAssociateRequest(body)).toEqual({ calledAe: 'PEDICLE', callingAe: 'CARM', contexts, maxPduLength: 0x4000, roles: [] });
  });

  test('is answered: storage and verification in the first syntax that can be shown', () => {
    expect(contexts.map(answerContext).map(({ id, result, transferSyntax }) => [id, result, transferSyntax])).toEqual([
      [1, 'accepted', '1.2.840.10008.1.2'],
      [3, 'accepted', '1.2.840.10008.1.2.4.80'],
      [5, 'abstract-syntax-not-supported', '1.2.840.10008.1.2'],
      [7, 'transfer-syntaxes-not-supported', '1.2.3.4'],
    ]);
  });

  test('is answered with the titles that the peer gave, padded to 16 characters', () => {
    const parsed = parseAssociateRequest(body);
    if (parsed === null) throw new Error('not read');
    const accept = encodeAssociateAccept(parsed, parsed.contexts.map(answerContext), 1000);
    expect(String.fromCharCode(...accept.subarray(10, 42))).toBe('PEDICLE         CARM            ');
  });

  test('cut or damaged anywhere is read or refused, never a throw (seed 32)', () => {
    fc.assert(
      fc.property(fc.nat(body.length), fc.nat(body.length - 1), fc.nat(255), (keep, at, value) => {
        const bytes = body.slice(0, keep);
        if (at < bytes.length) bytes[at] = value;
        const parsed = parseAssociateRequest(bytes);
        expect(parsed === null || Array.isArray(parsed.contexts)).toBe(true);
      }),
      { seed: 32, numRuns: 500 },
    );
  });
});

test('data values come back as they were sent, and a wrong length is refused', () => {
  const value = { contextId: 3, isCommand: false, isLast: true, data: Uint8Array.of(1, 2, 3) };
  const body = encodeDataValue(value).subarray(6);
  expect(parseDataValues(body)).toEqual([value]);
  expect(parseDataValues(body.subarray(0, -1))).toBeNull();
});

test('a command is read and answered', () => {
  const command = parseCommandSet(request(1, '1.2.840.10008.5.1.4.1.1.12.1', '1.2.3', true));
  expect(command).toMatchObject({ field: 1, messageId: 7, affectedSopClass: '1.2.840.10008.5.1.4.1.1.12.1', affectedSopInstance: '1.2.3', hasDataset: true });
  if (command === null) return;
  const response = encodeCommandSet(responseTo(command, 0xa700));
  expect(parseCommandSet(response)).toMatchObject({ field: 0x8001, respondedMessageId: 7, affectedSopInstance: '1.2.3', status: 0xa700, hasDataset: false });
  // Group length: all that follows it.
  expect(new DataView(response.buffer).getUint32(8, true)).toBe(response.length - 12);
});

test('random bytes are no command, and no throw (seed 33)', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const command = parseCommandSet(bytes);
      expect(command === null || Number.isInteger(command.field)).toBe(true);
    }),
    { seed: 33, numRuns: 500 },
  );
});
