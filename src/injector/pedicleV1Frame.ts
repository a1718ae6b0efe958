import { crc32 } from '../base/crc.ts';
import { cobsDecode, cobsEncode } from './cobs.ts';
import type { InjectorReading } from './reading.ts';

/** `pedicle-v1` on the wire; specified byte by byte in docs/injector-protocol.md. */
export const pedicleV1 = {
  version: 1,
  messageReading: 1,
  messageIdentity: 2,
  headerBytes: 10,
  readingBytes: 32,
  maxNameBytes: 32,
  /** The longest stuffed message between two zeros: identity with two full names. */
  maxStuffedBytes: 10 + 2 + 2 * 32 + 4 + 1,
} as const;

/** Bits of the alarm field, in order from bit 0, and what each means to a person. */
export const pedicleV1Alarms = [
  'over pressure',
  'occlusion or stall',
  'end of travel or empty',
  'sensor fault',
  'battery low',
  'temperature out of range',
  'moved by hand while running',
  'internal fault',
] as const;

const statusCodes = ['unknown', 'ok', 'stopped', 'paused'] as const;
const modeCodes = ['idle', 'balloon', 'cement'] as const;
const notSaid = 0xff;
const absent32 = -0x80000000;
const absent16 = -0x8000;

interface PedicleV1Header {
  /** Counts up by one with every message, modulo 65,536. */
  readonly sequence: number;
  /** A number drawn anew at every power-up. */
  readonly bootId: number;
  /** The device's own clock, ms since power-up, modulo 2³². */
  readonly deviceTimeMs: number;
}

/** One reading as the device says it; null where it has no such sensor. */
export interface PedicleV1Reading extends PedicleV1Header {
  readonly type: 'reading';
  readonly pressureKpa: number | null;
  readonly volumeMl: number | null;
  readonly rateMlPerMin: number | null;
  readonly temperatureC: number | null;
  readonly mode: InjectorReading['mode'];
  readonly status: 'unknown' | 'ok' | 'stopped' | 'paused';
  /** Bit field, see `pedicleV1Alarms`. Not zero means that the device is in alarm. */
  readonly alarms: number;
}

/** Who the device is; sent at power-up and every two seconds or so. */
export interface PedicleV1Identity extends PedicleV1Header {
  readonly type: 'identity';
  readonly model: string;
  readonly serialNumber: string;
}

export type PedicleV1Frame = PedicleV1Reading | PedicleV1Identity;

function scaled(value: number | null, factor: number, absent: number): number {
  if (value === null || !Number.isFinite(value)) return absent;
  const limit = -absent - 1;
  return Math.min(limit, Math.max(-limit, Math.round(value * factor)));
}

function writeReading(frame: PedicleV1Reading, view: DataView): void {
  view.setInt32(10, scaled(frame.pressureKpa, 1000, absent32), true);
  view.setInt32(14, scaled(frame.volumeMl, 1000, absent32), true);
  view.setInt32(18, scaled(frame.rateMlPerMin, 1000, absent32), true);
  view.setInt16(22, scaled(frame.temperatureC, 100, absent16), true);
  view.setUint8(24, frame.mode === null ? notSaid : modeCodes.indexOf(frame.mode));
  view.setUint8(25, statusCodes.indexOf(frame.status));
  view.setUint16(26, frame.alarms, true);
}

/** Printable ASCII only, at most `maxNameBytes`; the protocol has no other letters. */
const nameBytes = (name: string): number[] =>
  [...name].slice(0, pedicleV1.maxNameBytes).map((letter) => (letter >= ' ' && letter <= '~' ? letter.charCodeAt(0) : 0x3f));

/** The message before stuffing, CRC included. */
export function pedicleV1Message(frame: PedicleV1Frame): Uint8Array {
  const model = frame.type === 'identity' ? nameBytes(frame.model) : [];
  const serial = frame.type === 'identity' ? nameBytes(frame.serialNumber) : [];
  const size = frame.type === 'reading' ? pedicleV1.readingBytes : pedicleV1.headerBytes + 2 + model.length + serial.length + 4;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, pedicleV1.version);
  view.setUint8(1, frame.type === 'reading' ? pedicleV1.messageReading : pedicleV1.messageIdentity);
  view.setUint16(2, frame.sequence, true);
  view.setUint16(4, frame.bootId, true);
  view.setUint32(6, frame.deviceTimeMs, true);
  if (frame.type === 'reading') writeReading(frame, view);
  else bytes.set([model.length, ...model, serial.length, ...serial], pedicleV1.headerBytes);
  view.setUint32(size - 4, crc32(bytes.subarray(0, size - 4)), true);
  return bytes;
}

/** One frame as it goes over the wire: zero, stuffed message, zero. For simulators, adapters and firmware test vectors. */
export function pedicleV1Encode(frame: PedicleV1Frame): Uint8Array {
  const stuffed = cobsEncode(pedicleV1Message(frame));
  const wire = new Uint8Array(stuffed.length + 2);
  wire.set(stuffed, 1);
  return wire;
}

const unscaled = (value: number, factor: number, absent: number): number | null => (value === absent ? null : value / factor);

function readReading(header: PedicleV1Header, view: DataView): PedicleV1Reading | null {
  const modeCode = view.getUint8(24);
  const mode = modeCode === notSaid ? null : modeCodes[modeCode];
  const status = statusCodes[view.getUint8(25)];
  if (mode === undefined || status === undefined) return null;
  return {
    ...header,
    type: 'reading',
    pressureKpa: unscaled(view.getInt32(10, true), 1000, absent32),
    volumeMl: unscaled(view.getInt32(14, true), 1000, absent32),
    rateMlPerMin: unscaled(view.getInt32(18, true), 1000, absent32),
    temperatureC: unscaled(view.getInt16(22, true), 100, absent16),
    mode,
    status,
    alarms: view.getUint16(26, true),
  };
}

function readName(body: Uint8Array, at: number): string | null {
  const length = body[at];
  if (length === undefined || length > pedicleV1.maxNameBytes || at + 1 + length > body.length) return null;
  const letters = body.subarray(at + 1, at + 1 + length);
  return letters.every((byte) => byte >= 0x20 && byte <= 0x7e) ? String.fromCharCode(...letters) : null;
}

function readIdentity(header: PedicleV1Header, body: Uint8Array): PedicleV1Identity | null {
  const model = readName(body, 0);
  if (model === null) return null;
  const serialNumber = readName(body, 1 + model.length);
  if (serialNumber === null || body.length !== 2 + model.length + serialNumber.length) return null;
  return { ...header, type: 'identity', model, serialNumber };
}

/**
 * What stands between two zeros. `corrupt`: not a message, or damaged on the way. `unsupported`: whole, but of a version
 * or kind that this program does not know.
 */
export function pedicleV1Decode(stuffed: Uint8Array): PedicleV1Frame | 'corrupt' | 'unsupported' {
  const message = cobsDecode(stuffed);
  if (message === null || message.length < pedicleV1.headerBytes + 4) return 'corrupt';
  const view = new DataView(message.buffer);
  const end = message.length - 4;
  if (view.getUint32(end, true) !== crc32(message.subarray(0, end))) return 'corrupt';
  if (view.getUint8(0) !== pedicleV1.version) return 'unsupported';
  const header = { sequence: view.getUint16(2, true), bootId: view.getUint16(4, true), deviceTimeMs: view.getUint32(6, true) };
  switch (view.getUint8(1)) {
    case pedicleV1.messageReading:
      return message.length === pedicleV1.readingBytes ? (readReading(header, view) ?? 'unsupported') : 'unsupported';
    case pedicleV1.messageIdentity:
      return readIdentity(header, message.subarray(pedicleV1.headerBytes, end)) ?? 'unsupported';
    default:
      return 'unsupported';
  }
}
