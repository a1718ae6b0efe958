import type { DriverOutput, InjectorAlert, InjectorDriver } from './driver.ts';
import { type PedicleV1Frame, type PedicleV1Reading, pedicleV1, pedicleV1Alarms, pedicleV1Decode } from './pedicleV1Frame.ts';
import type { InjectorReading } from './reading.ts';

/** Where the last message stood, to tell new ones from missing and repeated ones. */
interface Position {
  readonly sequence: number;
  readonly bootId: number;
  readonly deviceTimeMs: number;
  /** What has to be added to the 32-bit clock: it starts again after 49.7 days. */
  readonly wrappedMs: number;
}

export interface PedicleV1State {
  readonly device: string;
  /** Stuffed bytes since the last zero. */
  readonly pending: Uint8Array;
  /** More came without a zero than any message has: all is ignored up to the next zero. */
  readonly overflowed: boolean;
  /** A zero has been seen: before the first one stands what is left of a message that began before the port was opened. */
  readonly inStep: boolean;
  readonly position: Position | null;
  /** Of the device when the port was last open; `null` when it has not been. */
  readonly bootIdBefore: number | null;
  readonly alarms: number;
  readonly identity: string | null;
}

const none = new Uint8Array(0);

export function describePedicleV1Alarms(alarms: number): string {
  const named = pedicleV1Alarms.filter((_, bit) => alarms & (1 << bit));
  const known = (1 << pedicleV1Alarms.length) - 1;
  return [...named, ...(alarms & ~known ? ['an alarm this version does not know'] : [])].join(', ');
}

type Order = { readonly kind: 'first' | 'restarted' | 'repeated' } | { readonly kind: 'next'; readonly missing: number; readonly wrappedMs: number };

/** By the device's clock, and by the sequence where the clock stands still. Both run in circles. */
function orderOf({ position: last, bootIdBefore }: PedicleV1State, frame: PedicleV1Frame): Order {
  if (last === null) return { kind: bootIdBefore === null || bootIdBefore === frame.bootId ? 'first' : 'restarted' };
  if (last.bootId !== frame.bootId) return { kind: 'restarted' };
  const laterMs = (frame.deviceTimeMs - last.deviceTimeMs) | 0;
  const ahead = (frame.sequence - last.sequence) & 0xffff;
  if (laterMs < 0 || (laterMs === 0 && (ahead === 0 || ahead >= 0x8000))) return { kind: 'repeated' };
  // The same number at a later time is a full turn of 65,536 messages, of which all but this one are missing.
  const missing = ahead === 0 ? 0xffff : ahead - 1;
  return { kind: 'next', missing, wrappedMs: last.wrappedMs + (frame.deviceTimeMs < last.deviceTimeMs ? 4294967296 : 0) };
}

function toReading(device: string, frame: PedicleV1Reading, wrappedMs: number): InjectorReading {
  return {
    device,
    pressureKpa: frame.pressureKpa,
    volumeMl: frame.volumeMl,
    rateMlPerMin: frame.rateMlPerMin,
    mode: frame.mode,
    deviceTimeMs: frame.deviceTimeMs + wrappedMs,
    status: frame.alarms === 0 ? frame.status : 'alarm',
    temperatureC: frame.temperatureC,
  };
}

function orderAlert(order: Order): InjectorAlert | null {
  switch (order.kind) {
    case 'first':
      return null;
    case 'restarted':
      return { kind: 'restarted', count: 1, message: 'The injector was switched off and on again; its clock starts anew.' };
    case 'repeated':
      return { kind: 'repeated', count: 1, message: 'A message from the injector came twice; the second was ignored.' };
    case 'next':
      return order.missing === 0 ? null : { kind: 'missing', count: order.missing, message: `${order.missing} messages from the injector did not arrive.` };
  }
}

function alarmAlert(before: number, now: number): InjectorAlert | null {
  if (before === now) return null;
  if (now === 0) return { kind: 'device-alarm', count: 0, message: 'The injector no longer raises an alarm.' };
  return { kind: 'device-alarm', count: 1, message: `The injector raises an alarm: ${describePedicleV1Alarms(now)}.` };
}

type Output = { readings: InjectorReading[]; alerts: InjectorAlert[] };

function accept(state: PedicleV1State, frame: PedicleV1Frame, output: Output): PedicleV1State {
  const order = orderOf(state, frame);
  const said = orderAlert(order);
  if (said) output.alerts.push(said);
  if (order.kind === 'repeated') return state;
  const wrappedMs = order.kind === 'next' ? order.wrappedMs : 0;
  const position: Position = { sequence: frame.sequence, bootId: frame.bootId, deviceTimeMs: frame.deviceTimeMs, wrappedMs };
  if (frame.type === 'identity') {
    const identity = `${frame.model}, serial number ${frame.serialNumber}`;
    if (identity !== state.identity) output.alerts.push({ kind: 'identity', count: 1, message: `The injector is ${identity}.` });
    return { ...state, position, identity };
  }
  const alarm = alarmAlert(state.alarms, frame.alarms);
  if (alarm) output.alerts.push(alarm);
  output.readings.push(toReading(state.device, frame, wrappedMs));
  return { ...state, position, alarms: frame.alarms };
}

/** Takes what stood before a zero. */
function closeFrame(state: PedicleV1State, stuffed: Uint8Array, output: Output): PedicleV1State {
  const whole = !state.overflowed && stuffed.length <= pedicleV1.maxStuffedBytes;
  const decoded = whole ? pedicleV1Decode(stuffed) : 'corrupt';
  if (decoded === 'corrupt') {
    if (!state.inStep) return state;
    output.alerts.push({ kind: 'corrupt', count: 1, message: 'Bytes from the injector arrived damaged; check cable and baud rate.' });
    return state;
  }
  if (decoded === 'unsupported') {
    output.alerts.push({ kind: 'unsupported', count: 1, message: 'The injector sent a message of a version or kind that this program does not know.' });
    return state;
  }
  return accept(state, decoded, output);
}

function joined(before: Uint8Array, after: Uint8Array): Uint8Array {
  if (before.length === 0) return after;
  const both = new Uint8Array(before.length + after.length);
  both.set(before);
  both.set(after, before.length);
  return both;
}

function receive(before: PedicleV1State, bytes: Uint8Array): DriverOutput<PedicleV1State> {
  const output: Output = { readings: [], alerts: [] };
  let state = before;
  let from = 0;
  for (let zero = bytes.indexOf(0); zero !== -1; zero = bytes.indexOf(0, from)) {
    const stuffed = joined(state.pending, bytes.subarray(from, zero));
    // Two zeros in a row are the end of one frame and the beginning of the next.
    if (stuffed.length > 0 || state.overflowed) state = { ...closeFrame(state, stuffed, output), pending: none, overflowed: false };
    if (!state.inStep) state = { ...state, inStep: true };
    from = zero + 1;
  }
  const rest = bytes.subarray(from);
  if (rest.length === 0) return { state, ...output };
  const overflowed = state.overflowed || state.pending.length + rest.length > pedicleV1.maxStuffedBytes;
  // Copied, so that the state does not hold on to whatever buffer the bytes came in.
  return { state: { ...state, pending: overflowed ? none : joined(state.pending, rest.slice()), overflowed }, ...output };
}

const initial = (device: string): PedicleV1State => ({
  device,
  pending: none,
  overflowed: false,
  inStep: false,
  position: null,
  bootIdBefore: null,
  alarms: 0,
  identity: null,
});

/** The open protocol of this project: framed by zeros, numbered, protected by CRC-32, carrying the device's own time. */
export const pedicleV1Driver: InjectorDriver<PedicleV1State> = {
  name: 'pedicle-v1',
  defaultBaud: 115200,
  silentAfterMs: 500,
  initial,
  // Numbers that nobody heard meanwhile are not missing; a boot number that is another one means that the device was off.
  reopened: (before) => ({ ...initial(before.device), bootIdBefore: before.position?.bootId ?? before.bootIdBefore }),
  receive: (state, bytes) => receive(state, bytes),
};
