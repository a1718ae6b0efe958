import type { DriverOutput, InjectorAlert, InjectorDriver, Poll } from './driver.ts';
import {
  longestNewEraPacket,
  mayBecomePacket,
  type NewEraAnswer,
  type NewEraQuestion,
  type NewEraStatus,
  newEraDataAt,
  newEraQuestion,
  readNewEraAnswer,
} from './newEraPacket.ts';
import type { InjectorReading } from './reading.ts';

export interface NewEraState {
  readonly device: string;
  readonly pending: Uint8Array;
  /** Bytes that were no packet have been reported since the last packet. */
  readonly noiseSaid: boolean;
  /** The rate the pump is set to; what it delivers at while it runs. */
  readonly setMlPerMin: number | null;
  readonly alarm: string | null;
  readonly identity: string | null;
  readonly asked: number;
}

const readingStatus: Readonly<Record<NewEraStatus, InjectorReading['status']>> = {
  infusing: 'ok',
  withdrawing: 'ok',
  purging: 'ok',
  stopped: 'stopped',
  paused: 'paused',
  'pause-phase': 'paused',
  'trigger-wait': 'paused',
};

function rateOf(status: NewEraStatus, setMlPerMin: number | null): number | null {
  if (status === 'purging') return null;
  if (status === 'infusing') return setMlPerMin;
  if (status === 'withdrawing') return setMlPerMin === null ? null : -setMlPerMin;
  return 0;
}

const nothingMeasured = { pressureKpa: null, volumeMl: null, rateMlPerMin: null, mode: null, deviceTimeMs: null } as const;

const restarted: InjectorAlert = { kind: 'restarted', count: 1, message: 'The injector was switched off and on again; its volume counts anew.' };

type Output = { readings: InjectorReading[]; alerts: InjectorAlert[] };

function accept(state: NewEraState, answer: NewEraAnswer, output: Output): NewEraState {
  if (answer.kind === 'alarm') {
    output.readings.push({ device: state.device, ...nothingMeasured, status: 'alarm' });
    if (answer.wasReset && state.alarm !== answer.reason) output.alerts.push(restarted);
    if (state.alarm !== answer.reason) output.alerts.push({ kind: 'device-alarm', count: 1, message: `The injector raises an alarm: ${answer.reason}.` });
    return { ...state, alarm: answer.reason };
  }
  if (answer.kind === 'refused') {
    output.alerts.push({
      kind: 'unsupported',
      count: 1,
      message: `The pump did not take a question (${answer.why}); check that it is a New Era pump in safe mode.`,
    });
    return state;
  }
  if (answer.kind === 'version') {
    if (state.identity !== answer.version) output.alerts.push({ kind: 'identity', count: 1, message: `The injector is a New Era pump, ${answer.version}.` });
    return { ...state, identity: answer.version };
  }
  if (state.alarm !== null) output.alerts.push({ kind: 'device-alarm', count: 0, message: 'The injector no longer raises an alarm.' });
  const calm = { ...state, alarm: null };
  if (answer.kind === 'rate') return { ...calm, setMlPerMin: answer.mlPerMin };
  if (answer.kind === 'status') return calm;
  output.readings.push({
    device: state.device,
    ...nothingMeasured,
    volumeMl: Math.round((answer.infusedMl - answer.withdrawnMl) * 1e6) / 1e6,
    rateMlPerMin: rateOf(answer.status, state.setMlPerMin),
    status: readingStatus[answer.status],
  });
  return calm;
}

const noise: InjectorAlert = {
  kind: 'corrupt',
  count: 1,
  message: 'Bytes from the injector are no packet of a New Era pump; check cable, baud rate and that the pump is in safe mode.',
};

function unseenAnswer(state: NewEraState, data: string, output: Output): NewEraState {
  const answer = readNewEraAnswer(data);
  if (answer) return accept(state, answer, output);
  output.alerts.push({ kind: 'unsupported', count: 1, message: 'The pump gave an answer that this program does not know.' });
  return state;
}

function receive(before: NewEraState, bytes: Uint8Array): DriverOutput<NewEraState> {
  const output: Output = { readings: [], alerts: [] };
  const all = new Uint8Array(before.pending.length + bytes.length);
  all.set(before.pending);
  all.set(bytes, before.pending.length);
  let state = before;
  let at = 0;
  let noiseFrom = 0;
  const sayNoise = () => {
    if (noiseFrom < at && !state.noiseSaid) {
      output.alerts.push(noise);
      state = { ...state, noiseSaid: true };
    }
  };
  // Every 02 is tried: a damaged packet before it may claim to be longer than it is, and must not swallow a good one.
  for (let i = 0; i < all.length; i++) {
    if (all[i] !== 0x02) continue;
    const data = newEraDataAt(all, i);
    if (data === null) continue;
    at = i;
    sayNoise();
    state = { ...unseenAnswer(state, data, output), noiseSaid: false };
    at = i + data.length + 5;
    noiseFrom = at;
    i = at - 1;
  }
  const keepFrom = Math.max(at, all.length - longestNewEraPacket);
  let start = keepFrom;
  while (start < all.length && !mayBecomePacket(all, start)) start++;
  at = start;
  sayNoise();
  return { state: { ...state, pending: all.slice(start) }, ...output };
}

/** Volume mostly, the set rate and the firmware now and then, never two others in a row: that would look like silence. */
const round: readonly NewEraQuestion[] = ['RAT', 'DIS', 'VER', 'DIS', 'DIS', 'DIS', 'RAT', 'DIS', 'DIS', 'DIS'];

function poll(state: NewEraState): Poll<NewEraState> {
  const question = round[state.asked % round.length] ?? 'DIS';
  return { state: { ...state, asked: state.asked + 1 }, send: newEraQuestion(question) };
}

/** New Era NE-1000 / NE-500 syringe pumps in safe mode: asked, never commanded. */
export const newEraDriver: InjectorDriver<NewEraState> = {
  name: 'new-era',
  defaultBaud: 19200,
  silentAfterMs: 800,
  initial: (device) => ({ device, pending: new Uint8Array(0), noiseSaid: false, setMlPerMin: null, alarm: null, identity: null, asked: 0 }),
  receive: (state, bytes) => receive(state, bytes),
  pollEveryMs: 200,
  poll,
};
