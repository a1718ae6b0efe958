/** DIMSE command sets (PS3.7 annex E): always implicit VR little endian, group 0000. No I/O. */

export interface DimseCommand {
  /** (0000,0100), e.g. 0x0001 C-STORE-RQ. */
  readonly field: number;
  readonly messageId: number;
  readonly sopClass: string;
  readonly sopInstance: string;
  /** Whether a dataset follows. */
  readonly hasDataset: boolean;
}

export const commandField = { storeRequest: 0x0001, echoRequest: 0x0030, response: 0x8000 } as const;

/** Status codes of PS3.4 table B.2-1 and PS3.7 annex C. */
export const dimseStatus = { success: 0x0000, unrecognisedOperation: 0x0211, outOfResources: 0xa700, cannotUnderstand: 0xc000 } as const;

const noDataset = 0x0101;

/** Reads a command set; `null` when it is not well formed or has no command field. */
export function parseCommand(bytes: Uint8Array): DimseCommand | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    if (at + 8 > bytes.length) return null;
    const length = view.getUint32(at + 4, true);
    if (view.getUint16(at, true) !== 0 || at + 8 + length > bytes.length) return null;
    values.set(view.getUint16(at + 2, true), bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const number = (element: number) => {
    const value = values.get(element);
    return value === undefined || value.length < 2 ? null : (value[0] ?? 0) | ((value[1] ?? 0) << 8);
  };
  const uid = (element: number) => String.fromCharCode(...(values.get(element) ?? [])).replace(/[\0 ]+$/, '');
  const field = number(0x0100);
  if (field === null) return null;
  return { field, messageId: number(0x0110) ?? 0, sopClass: uid(0x0002), sopInstance: uid(0x1000), hasDataset: number(0x0800) !== noDataset };
}

/** The command set that answers `command` with a status. */
export function encodeResponse(command: DimseCommand, status: number): Uint8Array {
  const elements = [
    uidElement(0x0002, command.sopClass),
    numberElement(0x0100, command.field | commandField.response),
    numberElement(0x0120, command.messageId),
    numberElement(0x0800, noDataset),
    numberElement(0x0900, status),
    ...(command.sopInstance === '' ? [] : [uidElement(0x1000, command.sopInstance)]),
  ];
  return withGroupLength(elements.flat());
}

function withGroupLength(rest: readonly number[]): Uint8Array {
  const length = rest.length;
  return Uint8Array.from([...head(0x0000, 4), length & 0xff, (length >> 8) & 0xff, 0, 0, ...rest]);
}

const head = (element: number, length: number) => [0, 0, element & 0xff, element >> 8, length & 0xff, (length >> 8) & 0xff, 0, 0];
const numberElement = (element: number, value: number) => [...head(element, 2), value & 0xff, (value >> 8) & 0xff];

function uidElement(element: number, uid: string): readonly number[] {
  const padded = uid.length % 2 === 0 ? uid : `${uid}\0`;
  return [...head(element, padded.length), ...Array.from(padded, (character) => character.charCodeAt(0))];
}
