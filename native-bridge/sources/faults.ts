import { z } from 'zod';
import { fromBase64, toBase64 } from '../../src/base/bytes.ts';
import { combineSeeds, type Random, seededRandom } from '../../src/base/random.ts';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { type SourceFaultName, sourceFaults } from '../../src/link/sourceFaults.ts';
import { type PlaneId, planeIds, planeOfFrameTopic } from '../../src/sample/sample.ts';
import { readJsonFile } from './script.ts';
import type { Source, SourceEvent } from './source.ts';

/** A fault of the timetable; times are those of the session. */
export interface ScheduledSourceFault {
  readonly name: SourceFaultName;
  /** `null`: of both. Only for frames. */
  readonly plane: PlaneId | null;
  readonly fromMs: number;
  readonly toMs: number;
}

const isName = (name: string): name is SourceFaultName => Object.hasOwn(sourceFaults, name);
const isPlane = (text: string): text is PlaneId => planeIds.some((plane) => plane === text);

function scheduled(name: string, plane: string | null, fromS: number, toS: number | null, told: string): Result<ScheduledSourceFault> {
  if (!isName(name)) return inputFault(`"${told}" is no fault; the faults are ${Object.keys(sourceFaults).join(', ')}.`);
  const { of, lastsMs } = sourceFaults[name];
  if (plane !== null && (of !== 'frames' || !isPlane(plane)))
    return inputFault(`"${told}": write ${of === 'frames' ? `${name}:a@… or ${name}:b@…` : `${name}@…`}.`);
  const fromMs = fromS * 1000;
  const toMs = toS === null ? fromMs + lastsMs : toS * 1000;
  if (!(fromMs >= 0) || !(toMs > fromMs))
    return inputFault(`"${told}" does not say when; write ${name}@SECONDS or ${name}@FROM-TO, for example ${name}@12-14.`);
  return ok({ name, plane: plane !== null && isPlane(plane) ? plane : null, fromMs, toMs });
}

/** `NAME@SECONDS`, `NAME@FROM-TO`, for frames of one plane `NAME:a@FROM-TO`. */
export function parseSourceFault(text: string): Result<ScheduledSourceFault> {
  const [, name = '', plane, from, to] = /^([a-z-]+)(?::([a-z]))?@(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(text) ?? [];
  if (from === undefined) return scheduled(text.split(/[:@]/)[0] ?? '', null, Number.NaN, null, text);
  return scheduled(name, plane ?? null, Number(from), to === undefined ? null : Number(to), text);
}

const timetable = z.array(z.strictObject({ fault: z.string(), plane: z.string().optional(), fromS: z.number(), toS: z.number().optional() }));

/** `--faults FILE`: `[{ "fault": "drop-frames", "plane": "a", "fromS": 12, "toS": 14 }]`. */
export async function readFaultsFile(path: string): Promise<Result<readonly ScheduledSourceFault[]>> {
  const read = await readJsonFile('timetable of faults', path, timetable);
  if (!read.ok) return read;
  const faults: ScheduledSourceFault[] = [];
  for (const { fault, plane, fromS, toS } of read.value) {
    const parsed = scheduled(fault, plane ?? null, fromS, toS ?? null, `${fault} in ${path}`);
    if (!parsed.ok) return parsed;
    faults.push(parsed.value);
  }
  return ok(faults);
}

/** What a source is of: faults of frames find their plane, faults of the line the injector. */
export type FaultSubject = PlaneId | 'injector';

const concerns = (fault: ScheduledSourceFault, subject: FaultSubject): boolean =>
  subject === 'injector' ? sourceFaults[fault.name].of === 'injector' : sourceFaults[fault.name].of === 'frames' && (fault.plane ?? subject) === subject;

/** A stalled device keeps so many frames; older ones it forgets. */
const framesKept = 8;
const badBytePart = 0.02;

/**
 * A source with what is to go wrong with it on the way. Each fault is announced and ended in the record as what it is, a fault put
 * in on purpose, and the source counts as simulated. The same source and faults give the same events, to the bit.
 */
export function withFaults(source: Source, subject: FaultSubject, faults: readonly ScheduledSourceFault[]): Result<Source> {
  const own = faults.filter((fault) => concerns(fault, subject)).sort((p, q) => p.fromMs - q.fromMs);
  if (own.length === 0) return ok(source);
  if (source.pace === 'live')
    return inputFault(
      `${source.uri} is live: faults on a timetable need a simulated or recorded source (an injector of "pedicle injector-sim" has faults of its own).`,
    );
  return ok({ ...source, simulated: true, events: (signal) => faulty(source.events(signal), subject, own) });
}

interface Turn {
  readonly atMs: number;
  readonly fault: ScheduledSourceFault;
  readonly begins: boolean;
}

/** Beginnings and ends in order; at one time what ends comes first. */
const turnsOf = (faults: readonly ScheduledSourceFault[]): Turn[] =>
  faults
    .flatMap((fault) => [
      { atMs: fault.fromMs, fault, begins: true },
      { atMs: fault.toMs, fault, begins: false },
    ])
    .sort((p, q) => p.atMs - q.atMs || Number(p.begins) - Number(q.begins));

type FrameEvent = Extract<SourceEvent, { topic: '/plane/a/frame' | '/plane/b/frame' }>;
type DeviceSourceEvent = Extract<SourceEvent, { topic: '/device' }>;

async function* faulty(events: AsyncIterable<SourceEvent>, subject: FaultSubject, faults: readonly ScheduledSourceFault[]): AsyncGenerator<SourceEvent> {
  const device = subject === 'injector' ? 'injector' : `plane-${subject}`;
  const turns = turnsOf(faults);
  const randoms = new Map(faults.map((fault, index) => [fault, seededRandom(combineSeeds(index, Math.round(fault.fromMs)))]));
  const running = new Set<ScheduledSourceFault>();
  let connected: DeviceSourceEvent | null = null;
  let frozen: FrameEvent | null = null;
  let late: FrameEvent[] = [];
  const isOn = (name: SourceFaultName) => [...running].some((fault) => fault.name === name);

  function* take({ atMs, fault, begins }: Turn): Generator<SourceEvent> {
    const { what } = sourceFaults[fault.name];
    const span = `${fault.fromMs / 1000} to ${fault.toMs / 1000} s`;
    const message = begins ? `Put in on purpose, ${fault.name}: ${what}, ${span}.` : `Over, ${fault.name} (put in on purpose).`;
    yield { topic: '/device', data: { device: `fault-${device}`, state: 'notice', simulated: true, message }, atMs };
    if (begins) running.add(fault);
    else running.delete(fault);
    if (fault.name === 'unplug-frames' || fault.name === 'unplug-injector') {
      if (begins) yield { topic: '/device', data: { device, state: 'lost', simulated: true, message: 'Unplugged (put in on purpose).' }, atMs };
      else if (connected) yield { ...connected, data: { ...connected.data, simulated: true, message: 'Plugged in again (put in on purpose).' }, atMs };
    }
    if (fault.name === 'stall-frames' && !begins) {
      for (const frame of late) yield { ...frame, atMs };
      late = [];
    }
    if (fault.name === 'freeze-frames' && !begins) frozen = null;
  }
  const onFrame = (event: FrameEvent): FrameEvent | null => {
    if (isOn('unplug-frames') || isOn('drop-frames')) return null;
    if (isOn('stall-frames')) {
      late = [...late, event].slice(-framesKept);
      return null;
    }
    if (!isOn('freeze-frames')) return event;
    frozen ??= event;
    return { ...event, data: { ...event.data, pixels: frozen.data.pixels } };
  };
  const onBytes = (event: Extract<SourceEvent, { topic: '/injector/bytes' }>): SourceEvent | null => {
    if (isOn('unplug-injector') || isOn('serial-stall')) return null;
    let bytes = fromBase64(event.data.data) ?? new Uint8Array(0);
    for (const fault of running) bytes = overTheLine(fault.name, bytes, randoms.get(fault) ?? seededRandom(0));
    return bytes.length === 0 ? null : { ...event, data: { ...event.data, data: toBase64(bytes) } };
  };

  for await (const event of events) {
    const atMs = event.atMs ?? 0;
    for (let next = turns[0]; next && next.atMs <= atMs; next = turns[0]) {
      turns.shift();
      yield* take(next);
    }
    if (event.topic === '/device' && event.data.device === device && event.data.state === 'connected') connected = event;
    if (event.topic === '/injector/bytes') {
      const heard = onBytes(event);
      if (heard) yield heard;
    } else if (event.topic === '/plane/a/frame' || event.topic === '/plane/b/frame') {
      const seen = planeOfFrameTopic(event.topic) === subject ? onFrame(event) : event;
      if (seen) yield seen;
    } else yield event;
  }
}

/** What the line does to bytes while a fault of it goes on. */
function overTheLine(name: SourceFaultName, bytes: Uint8Array, random: Random): Uint8Array {
  switch (name) {
    case 'serial-noise':
      return bytes.map((byte) => (random.next() < badBytePart ? byte ^ (1 << (random.uint32() & 7)) : byte));
    case 'serial-drop':
      return bytes.filter(() => random.next() >= badBytePart);
    case 'serial-garbage':
      return bytes.map(() => random.uint32() & 0xff);
    case 'serial-duplicate':
      return Uint8Array.from([...bytes, ...bytes]);
    default:
      return bytes;
  }
}
