import { type Random, seededRandom } from '../../src/base/random.ts';
import { longestNewEraPacket, newEraDataAt, newEraPacket } from '../../src/injector/newEraPacket.ts';
import { pedicleV1Encode } from '../../src/injector/pedicleV1Frame.ts';
import type { VirtualInjector } from '../../src/simulation/virtualInjector.ts';
import { faultSinceMs, type InjectorFaultName, type ScheduledFault } from './injectorFaults.ts';

/** An injector as it is heard at its serial port. Made of a seed and a list of faults; the same give the same bytes. */
export interface SimulatedDevice {
  /** What it says by itself at `tMs` of the scenario. */
  speak(tMs: number): Uint8Array;
  /** What it answers to bytes from the console. */
  answer(bytes: Uint8Array, tMs: number): Uint8Array;
}

export interface SimulatedDeviceOptions {
  readonly driver: string;
  readonly seed: number;
  readonly faults: readonly ScheduledFault[];
  readonly measure: (tMs: number) => VirtualInjector;
}

const nothing = new Uint8Array(0);
const spikeKpa = 1500;
const driftKpaPerS = 2;
const clockDrift = 500e-6;
const occlusion = 0b10;
const identityEveryMs = 2000;
const badBytePart = 0.02;
const garbageBytes = 12;

type Active = (name: InjectorFaultName) => number | null;

/** What the sensor gets wrong. */
function withSensorFaults(measured: VirtualInjector, active: Active): VirtualInjector {
  const spike = active('pressure-spike') === null ? 0 : spikeKpa;
  const drift = ((active('slow-drift') ?? 0) / 1000) * driftKpaPerS;
  return { ...measured, pressureKpa: measured.pressureKpa + spike + drift };
}

/** What the line does to bytes. */
function overTheLine(bytes: Uint8Array, active: Active, random: Random): Uint8Array {
  if (active('stall') !== null) return nothing;
  if (active('baud-garbage') !== null) return Uint8Array.from({ length: garbageBytes }, () => random.uint32() & 0xff);
  let sent = [...bytes];
  if (active('drop') !== null) sent = sent.filter(() => random.next() >= badBytePart);
  if (active('corrupt') !== null) sent = sent.map((byte) => (random.next() < badBytePart ? byte ^ (1 << (random.uint32() & 7)) : byte));
  return Uint8Array.from(active('duplicate') === null ? sent : [...sent, ...sent]);
}

/** The last byte before the closing zero, changed without becoming a zero itself: it belongs to the check. */
function withWrongCheck(frame: Uint8Array, at: number): Uint8Array {
  const wrong = frame.slice();
  const byte = wrong[at] ?? 0;
  wrong[at] = byte ^ (byte === 0x10 ? 0x20 : 0x10);
  return wrong;
}

function pedicleV1Voice({ seed, measure }: SimulatedDeviceOptions): (tMs: number, active: Active) => Uint8Array {
  let sequence = 0;
  let identityAtMs = 0;
  return (tMs, active) => {
    const header = () => ({ sequence: sequence++ & 0xffff, bootId: seed & 0xffff, deviceTimeMs: Math.round(tMs + clockDrift * (active('clock-drift') ?? 0)) });
    const frames: Uint8Array[] = [];
    if (tMs >= identityAtMs) {
      identityAtMs = tMs + identityEveryMs;
      frames.push(pedicleV1Encode({ type: 'identity', ...header(), model: 'Pedicle injector-sim', serialNumber: `SIM-${seed}` }));
    }
    const measured = withSensorFaults(measure(tMs), active);
    const alarms = active('device-alarm') === null ? 0 : occlusion;
    frames.push(pedicleV1Encode({ type: 'reading', ...header(), ...measured, alarms }));
    if (active('sequence-gap') !== null) return nothing;
    return Uint8Array.from(frames.flatMap((frame) => [...(active('wrong-crc') === null ? frame : withWrongCheck(frame, frame.length - 2))]));
  };
}

const lineFeed = 10;

function lineVoice({ measure }: SimulatedDeviceOptions): (tMs: number, active: Active) => Uint8Array {
  return (tMs, active) => {
    if (active('sequence-gap') !== null) return nothing;
    const { pressureKpa, volumeMl, rateMlPerMin } = withSensorFaults(measure(tMs), active);
    const clockMs = Math.round(tMs + clockDrift * (active('clock-drift') ?? 0));
    const text = `P=${pressureKpa.toFixed(1)}kPa V=${volumeMl.toFixed(3)}mL Q=${rateMlPerMin.toFixed(2)}mL/min t=${clockMs}ms`;
    const bytes = [...text].map((letter) => letter.charCodeAt(0));
    const check = bytes.reduce((xor, byte) => xor ^ byte, 0) ^ (active('wrong-crc') === null ? 0 : 0xff);
    const suffix = `*${check.toString(16).toUpperCase().padStart(2, '0')}`;
    return Uint8Array.from([...bytes, ...[...suffix].map((letter) => letter.charCodeAt(0)), lineFeed]);
  };
}

const fixed = (value: number): string => value.toFixed(3).slice(0, 5);

/** What a pump says to a question; it has no pressure sensor and no clock to tell of. */
function newEraAnswer(question: string, measured: VirtualInjector, active: Active): Uint8Array {
  if (active('device-alarm') !== null) return newEraPacket('00A?S');
  const moving = Math.abs(measured.rateMlPerMin) > 0;
  const prompt = moving ? (measured.rateMlPerMin > 0 ? 'I' : 'W') : 'S';
  const volume = Math.max(0, measured.volumeMl);
  const body =
    question === 'DIS'
      ? `I${fixed(volume)}W0.000ML`
      : question === 'RAT'
        ? `${fixed(Math.abs(measured.rateMlPerMin))}MM`
        : question === 'VER'
          ? 'NE1000V3.928'
          : '?';
  const packet = newEraPacket(`00${prompt}${body}`);
  return active('wrong-crc') === null ? packet : withWrongCheck(packet, packet.length - 2);
}

/** Takes whole questions out of what came so far; the rest is kept, as much as can become one. */
function takeQuestions(pending: Uint8Array): { readonly questions: readonly string[]; readonly rest: Uint8Array } {
  const questions: string[] = [];
  let from = 0;
  for (let at = 0; at < pending.length; at++) {
    const question = newEraDataAt(pending, at);
    if (question === null) continue;
    questions.push(question);
    from = at + question.length + 5;
    at = from - 1;
  }
  return { questions, rest: pending.slice(Math.max(from, pending.length - longestNewEraPacket)) };
}

export function simulatedDevice(options: SimulatedDeviceOptions): SimulatedDevice {
  const random = seededRandom(options.seed);
  const activeAt =
    (tMs: number): Active =>
    (name) =>
      faultSinceMs(options.faults, name, tMs);
  if (options.driver === 'new-era') {
    let pending: Uint8Array = nothing;
    return {
      speak: () => nothing,
      answer(bytes, tMs) {
        const taken = takeQuestions(Uint8Array.from([...pending, ...bytes]));
        pending = taken.rest;
        const active = activeAt(tMs);
        if (active('sequence-gap') !== null) return nothing;
        const answers = taken.questions.flatMap((question) => [...newEraAnswer(question, withSensorFaults(options.measure(tMs), active), active)]);
        return answers.length === 0 ? nothing : overTheLine(Uint8Array.from(answers), active, random);
      },
    };
  }
  const voice = options.driver === 'line' ? lineVoice(options) : pedicleV1Voice(options);
  return {
    speak: (tMs) => overTheLine(voice(tMs, activeAt(tMs)), activeAt(tMs), random),
    answer: () => nothing,
  };
}
