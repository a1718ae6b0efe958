/** Command sets of any DIMSE service (PS3.7 annex E), implicit VR little endian. No I/O. */

export const dimseField = {
  storeRequest: 0x0001,
  findRequest: 0x0020,
  moveRequest: 0x0021,
  echoRequest: 0x0030,
  eventReportRequest: 0x0100,
  setRequest: 0x0120,
  actionRequest: 0x0130,
  createRequest: 0x0140,
  cancelRequest: 0x0fff,
  response: 0x8000,
} as const;

/** Status codes of PS3.4 table B.2-1 and PS3.7 annex C. */
export const dimseStatus = { success: 0x0000, unrecognisedOperation: 0x0211, outOfResources: 0xa700, cannotUnderstand: 0xc000 } as const;

/** What a command set says; what it does not say is absent. */
export interface CommandSet {
  readonly field: number;
  readonly messageId?: number;
  readonly respondedMessageId?: number;
  readonly affectedSopClass?: string;
  readonly requestedSopClass?: string;
  readonly affectedSopInstance?: string;
  readonly requestedSopInstance?: string;
  readonly hasDataset: boolean;
  readonly status?: number;
  readonly priority?: number;
  readonly moveDestination?: string;
  readonly eventTypeId?: number;
  readonly actionTypeId?: number;
  readonly errorComment?: string;
  /** Sub-operations of a C-MOVE that failed. */
  readonly failed?: number;
}

type Key = keyof CommandSet;
const uids: readonly (readonly [number, Key])[] = [
  [0x0002, 'affectedSopClass'],
  [0x0003, 'requestedSopClass'],
  [0x1000, 'affectedSopInstance'],
  [0x1001, 'requestedSopInstance'],
];
const texts: readonly (readonly [number, Key])[] = [
  [0x0600, 'moveDestination'],
  [0x0902, 'errorComment'],
];
const numbers: readonly (readonly [number, Key])[] = [
  [0x0100, 'field'],
  [0x0110, 'messageId'],
  [0x0120, 'respondedMessageId'],
  [0x0700, 'priority'],
  [0x0900, 'status'],
  [0x1002, 'eventTypeId'],
  [0x1008, 'actionTypeId'],
  [0x1022, 'failed'],
];
const datasetType = 0x0800;
const noDataset = 0x0101;

const bytesOf = (text: string, filler: number): readonly number[] => {
  const bytes = Array.from(text, (character) => character.charCodeAt(0) & 0xff);
  return bytes.length % 2 === 0 ? bytes : [...bytes, filler];
};
const shortBytes = (value: number): readonly number[] => [value & 0xff, (value >> 8) & 0xff];

/** Elements in ascending order behind their group length, as the standard wants them. */
export function encodeCommandSet(command: CommandSet): Uint8Array {
  const elements: (readonly [number, readonly number[]])[] = [[datasetType, shortBytes(command.hasDataset ? 1 : noDataset)]];
  for (const [element, key] of uids) if (typeof command[key] === 'string') elements.push([element, bytesOf(String(command[key]), 0)]);
  for (const [element, key] of texts) if (typeof command[key] === 'string') elements.push([element, bytesOf(String(command[key]), 0x20)]);
  for (const [element, key] of numbers) if (typeof command[key] === 'number') elements.push([element, shortBytes(Number(command[key]))]);
  const body = elements.toSorted((a, b) => a[0] - b[0]).flatMap(([element, value]) => [...head(element, value.length), ...value]);
  return Uint8Array.from([...head(0, 4), ...shortBytes(body.length), 0, 0, ...body]);
}

const head = (element: number, length: number): readonly number[] => [0, 0, ...shortBytes(element), ...shortBytes(length), 0, 0];

/** Reads a command set; `null` when it is not well formed or has no command field. */
export function parseCommandSet(bytes: Uint8Array): CommandSet | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    if (at + 8 > bytes.length) return null;
    const length = view.getUint32(at + 4, true);
    if (view.getUint16(at, true) !== 0 || at + 8 + length > bytes.length) return null;
    values.set(view.getUint16(at + 2, true), bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const found: Partial<Record<Key, string | number>> = {};
  for (const [element, key] of [...uids, ...texts]) {
    const value = values.get(element);
    if (value !== undefined) found[key] = String.fromCharCode(...value).replace(/[\0 ]+$/, '');
  }
  for (const [element, key] of numbers) {
    const value = shortOf(values.get(element));
    if (value !== null) found[key] = value;
  }
  const field = found.field;
  if (typeof field !== 'number') return null;
  return { ...found, field, hasDataset: (shortOf(values.get(datasetType)) ?? noDataset) !== noDataset } as CommandSet;
}

const shortOf = (value: Uint8Array | undefined): number | null => (value === undefined || value.length < 2 ? null : (value[0] ?? 0) | ((value[1] ?? 0) << 8));

/** What answers a request with a status: its service, message, SOP class and instance given back. */
export function responseTo({ field, messageId, affectedSopClass, affectedSopInstance, eventTypeId }: CommandSet, status: number): CommandSet {
  return {
    field: field | dimseField.response,
    hasDataset: false,
    status,
    respondedMessageId: messageId ?? 0,
    ...(affectedSopClass !== undefined && { affectedSopClass }),
    ...(affectedSopInstance !== undefined && { affectedSopInstance }),
    ...(eventTypeId !== undefined && { eventTypeId }),
  };
}
