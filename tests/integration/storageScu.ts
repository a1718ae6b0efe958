import { connect, type Socket } from 'node:net';
import { concat, encodeDataValue, type Pdu, parseDataValues, pdu, pduReader, pduType } from '../../src/dicom/pdu.ts';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const item = (type: number, body: Uint8Array) => concat([Uint8Array.of(type, 0, body.length >> 8, body.length & 0xff), body]);

/** A whole A-ASSOCIATE-RQ. */
export function associateRequest(
  calledAe: string,
  callingAe: string,
  contexts: readonly { id: number; abstractSyntax: string; transferSyntaxes: readonly string[] }[],
): Uint8Array {
  const proposed = contexts.map(({ id, abstractSyntax, transferSyntaxes }) =>
    item(0x20, concat([Uint8Array.of(id, 0, 0, 0), item(0x30, ascii(abstractSyntax)), ...transferSyntaxes.map((uid) => item(0x40, ascii(uid)))])),
  );
  const user = item(0x50, item(0x51, Uint8Array.of(0, 0, 0x40, 0)));
  const titles = ascii(calledAe.padEnd(16) + callingAe.padEnd(16));
  return pdu(
    pduType.associateRequest,
    concat([Uint8Array.of(0, 1, 0, 0), titles, new Uint8Array(32), item(0x10, ascii('1.2.840.10008.3.1.1.1')), ...proposed, user]),
  );
}

/** A DIMSE request: C-STORE (1) or C-ECHO (0x30). */
export function request(field: number, sopClass: string, sopInstance: string, withDataset: boolean): Uint8Array {
  const element = (number: number, value: Uint8Array) =>
    concat([Uint8Array.of(0, 0, number & 0xff, number >> 8, value.length & 0xff, value.length >> 8, 0, 0), value]);
  const uid = (text: string) => ascii(text.length % 2 === 0 ? text : `${text}\0`);
  const short = (value: number) => Uint8Array.of(value & 0xff, value >> 8);
  return concat([
    element(0x0002, uid(sopClass)),
    element(0x0100, short(field)),
    element(0x0110, short(7)),
    element(0x0800, short(withDataset ? 1 : 0x0101)),
    ...(sopInstance === '' ? [] : [element(0x1000, uid(sopInstance))]),
  ]);
}

/** A peer that sends what a test tells it to, well formed or not. */
export interface TestPeer {
  readonly socket: Socket;
  send(bytes: Uint8Array): void;
  /** The next PDU from the other side, its body copied; `null` when the connection has ended. */
  receive(): Promise<Pdu | null>;
  sendValues(contextId: number, command: Uint8Array, dataset: Uint8Array | null, pieceBytes?: number): void;
  close(): void;
}

export function openPeer(port: number): TestPeer {
  const socket = connect(port, '127.0.0.1');
  const read = pduReader(2 ** 20);
  const arrived: Pdu[] = [];
  let ended = false;
  let wake = () => {};
  socket.on('data', (chunk) => {
    for (const entry of read(chunk)) if (entry !== 'too-long') arrived.push({ type: entry.type, body: entry.body.slice() });
    wake();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    ended = true;
    wake();
  });
  const send = (bytes: Uint8Array) => {
    socket.write(bytes);
  };
  return {
    socket,
    send,
    async receive() {
      while (arrived.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return arrived.shift() ?? null;
    },
    sendValues(contextId, command, dataset, pieceBytes = 10_000) {
      send(encodeDataValue({ contextId, isCommand: true, isLast: true, data: command }));
      for (let at = 0; dataset !== null && at < dataset.length; at += pieceBytes) {
        const data = dataset.subarray(at, at + pieceBytes);
        send(encodeDataValue({ contextId, isCommand: false, isLast: at + pieceBytes >= dataset.length, data }));
      }
    },
    close: () => socket.destroy(),
  };
}

/** The status (0000,0900) in a response. */
export function statusOf(response: Pdu | null): number | null {
  const [value] = response?.type === pduType.data ? (parseDataValues(response.body) ?? []) : [];
  const bytes = value?.data;
  if (bytes === undefined) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length; at += 8 + view.getUint32(at + 4, true))
    if (view.getUint16(at + 2, true) === 0x0900) return view.getUint16(at + 8, true);
  return null;
}
