import { join } from 'node:path';
import { indexAt } from '../../src/base/times.ts';
import type { PlaneObservation, Pose, VertebraObservation } from '../../src/guidance/observation.ts';
import type { InjectorState } from '../../src/injector/state.ts';
import type { Curves } from '../../src/link/link.ts';
import type { PlaneId, Sample } from '../../src/sample/sample.ts';
import { openByteFile } from '../record/byteFile.ts';
import { toSample, toSampleAgain } from '../record/frames.ts';
import { mcapMagic, opcodes } from '../record/mcapFormat.ts';
import { isCut, loadChunk, recordAt } from '../record/mcapWalk.ts';
import type { RecordHeader } from '../record/record.ts';
import { type TelemetryMessage, telemetryMessage } from '../record/telemetry.ts';
import { sessionMsOf } from '../record/time.ts';
import { collectCurves } from './curve.ts';
import { type KeptMessages, keepMessages } from './keptMessages.ts';

/** What telemetry says of one moment besides events. */
export interface ReviewMoment {
  /** The last state of each injector. */
  readonly injectors: readonly InjectorState[];
  readonly pose: { readonly tMs: number; readonly pose: Pose } | null;
}

/** A further part of a record's telemetry, as the walk through it goes on. */
export interface ReviewPart {
  /** Events, alarms, gaps, device and procedure states, in the order of the file. */
  readonly samples: readonly Sample[];
  /** Points since the part before. */
  readonly curves: Curves;
  /** 0 to 1 of the file. */
  readonly fraction: number;
}

/**
 * A record's telemetry for review: walked once, of which events, the curve and the states of injector and pose are kept, these as
 * far as there is room; what guidance said of each frame is most of it, and is read again from its place in the file.
 */
export interface ReviewIndex {
  /** Walks through telemetry; parts come several times a second. */
  walk(onPart: (part: ReviewPart) => void): Promise<void>;
  /** What guidance said of a frame; `null` when it skipped it, or the walk has not come there. */
  observation(plane: PlaneId, seq: number): Promise<PlaneObservation | null>;
  /** The last states at or before a session time. */
  moment(tMs: number): Promise<ReviewMoment>;
  close(): Promise<void>;
}

/** What is told of a moment. */
type MomentTopic = '/injector/state' | '/guidance/pose';

/** Neither shown nor needed: read for replay only. */
const isSkipped = (message: TelemetryMessage): boolean => message.plane !== null || message.topic === '/injector/bytes' || message.topic === '/tick';
const partEveryMs = 250;
/** Frames come in order: the next one is in the chunk at hand or the one after. */
const keptChunks = 8;

/** For each injector, and for the pose; longer sessions read the rest from the file. */
const keptStateBytes = 64 << 20;

/** Times and places in the file, in order; for the last one at or before a time. */
interface Places {
  readonly tMs: number[];
  readonly offset: number[];
}

/** One course of states: at hand as far as there is room, and where each is in the file. */
interface Track {
  readonly places: Places;
  readonly kept: KeptMessages;
}
const newTrack = (): Track => ({ places: { tMs: [], offset: [] }, kept: keepMessages(keptStateBytes) });

/** Of a state that is not parsed yet: the device is its first field, and names are short and plain. */
function deviceOf(data: Uint8Array): string {
  const head = Buffer.from(data.buffer, data.byteOffset, Math.min(data.byteLength, 64)).toString('latin1');
  return /^\{"device":"([a-z0-9-]+)"/.exec(head)?.[1] ?? 'injector';
}

function addPlace({ tMs, offset }: Places, atMs: number, at: number): void {
  // States of one chunk share its place; the first time of it decides, and what is derived late does not go back.
  if (offset.at(-1) === at || atMs < (tMs.at(-1) ?? 0)) return;
  tMs.push(atMs);
  offset.push(at);
}

export async function openReviewIndex(folder: string, header: RecordHeader): Promise<ReviewIndex> {
  const file = await openByteFile(join(folder, 'telemetry.mcap'));
  const chunkOfFrame: Record<PlaneId, Map<number, number>> = { a: new Map(), b: new Map() };
  /** Of few frames: the writer may close a chunk between what is said of one, as it does before the first of each kind. */
  const furtherChunks: Record<PlaneId, Map<number, readonly number[]>> = { a: new Map(), b: new Map() };
  const states = new Map<string, Track>();
  const poses = newTrack();
  const topics = new Map<number, string>();
  const chunks = new Map<number, readonly TelemetryMessage[]>();
  /** Held against their schema already, which takes longer than finding and reading them: a person goes back and forth over a few moments. */
  const checked = new WeakSet<TelemetryMessage>();

  const messagesAt = async (offset: number): Promise<readonly TelemetryMessage[]> => {
    const kept = chunks.get(offset);
    if (kept) return kept;
    const record = await recordAt(file, offset);
    if (isCut(record) || record.opcode !== opcodes.chunk) return [];
    const chunk = await loadChunk(file, record);
    if (typeof chunk === 'string') return [];
    for (const [id, topic] of chunk.topics) topics.set(id, topic);
    const messages = chunk.messages.flatMap((message) => telemetryMessage(message, topics) ?? []);
    chunks.set(offset, messages);
    const [oldest] = chunks.keys();
    if (chunks.size > keptChunks && oldest !== undefined) chunks.delete(oldest);
    return messages;
  };

  const addChunkOf = (plane: PlaneId, seq: number, offset: number): void => {
    const first = chunkOfFrame[plane].get(seq);
    if (first === undefined) chunkOfFrame[plane].set(seq, offset);
    else if (first !== offset) {
      const further = furtherChunks[plane].get(seq) ?? [];
      if (!further.includes(offset)) furtherChunks[plane].set(seq, [...further, offset]);
    }
  };
  /** Everything in the file that was said of a frame and stands beside it. */
  const messagesOf = async (plane: PlaneId, seq: number): Promise<readonly TelemetryMessage[]> => {
    const first = chunkOfFrame[plane].get(seq);
    const offsets = first === undefined ? [] : [first, ...(furtherChunks[plane].get(seq) ?? [])];
    const messages: TelemetryMessage[] = [];
    for (const offset of offsets) messages.push(...(await messagesAt(offset)).filter((message) => message.seq === seq));
    return messages;
  };

  const walk: ReviewIndex['walk'] = async (onPart) => {
    let samples: Sample[] = [];
    let curves = collectCurves();
    let toldAtMs = performance.now();
    const tell = (fraction: number) => {
      onPart({ samples, curves: curves.curves(), fraction });
      samples = [];
      curves = collectCurves();
      toldAtMs = performance.now();
    };
    const keep = ({ places, kept }: Track, message: TelemetryMessage, offset: number): void => {
      const tMs = sessionMsOf(header, message.logTimeNs);
      addPlace(places, tMs, offset);
      kept.add(tMs, message);
    };
    const take = (message: TelemetryMessage, offset: number): void => {
      if (isSkipped(message)) return;
      switch (message.topic) {
        case '/plane/a/needle':
        case '/plane/a/cement':
        case '/plane/a/vertebra':
          addChunkOf('a', message.seq, offset);
          return;
        case '/plane/b/needle':
        case '/plane/b/cement':
        case '/plane/b/vertebra':
          addChunkOf('b', message.seq, offset);
          return;
        case '/injector/state': {
          const device = deviceOf(message.data);
          const track = states.get(device) ?? newTrack();
          states.set(device, track);
          keep(track, message, offset);
          return;
        }
        case '/guidance/pose':
          keep(poses, message, offset);
          return;
        default: {
          const sample = toSample(message, header);
          if (typeof sample === 'string') return;
          if (sample.topic === '/injector/reading') curves.add(sample.tMs, sample.data);
          else samples.push(sample);
        }
      }
    };
    for (let offset = mcapMagic.length; ; ) {
      const record = await recordAt(file, offset);
      if (isCut(record) || record.opcode === opcodes.dataEnd) break;
      if (record.opcode === opcodes.chunk) for (const message of await messagesAt(offset)) take(message, offset);
      offset = record.end;
      if (performance.now() - toldAtMs > partEveryMs) tell(offset / Math.max(1, file.size));
    }
    tell(1);
  };

  type Wanted = (message: TelemetryMessage) => boolean;
  const fromFile = async (places: Places, atMs: number, wanted: Wanted): Promise<TelemetryMessage | null> => {
    const offset = places.offset[indexAt(places.tMs, atMs)];
    if (offset === undefined) return null;
    return (await messagesAt(offset)).findLast((each) => wanted(each) && sessionMsOf(header, each.logTimeNs) <= atMs) ?? null;
  };

  const lastOf = async <T extends MomentTopic>(topic: T, { places, kept }: Track, atMs: number, wanted: Wanted) => {
    const found = kept.lastAt(atMs);
    const message = found === 'missed' ? await fromFile(places, atMs, wanted) : found;
    if (!message) return null;
    const sample = checked.has(message) ? toSampleAgain(message, header) : toSample(message, header);
    if (typeof sample === 'string') return null;
    checked.add(message);
    return sample.topic === topic ? (sample as Extract<Sample, { topic: T }>) : null;
  };

  return {
    walk,
    async observation(plane, seq) {
      const parts: { needle?: PlaneObservation['needle']; cement?: PlaneObservation['cement']; vertebra?: VertebraObservation } = {};
      for (const message of await messagesOf(plane, seq)) {
        const sample = message.topic !== `/plane/${plane}/attributes` && message.topic.startsWith(`/plane/${plane}/`) ? toSample(message, header) : '';
        if (typeof sample === 'string') continue;
        if (sample.topic === '/plane/a/needle' || sample.topic === '/plane/b/needle') parts.needle = sample.data;
        if (sample.topic === '/plane/a/cement' || sample.topic === '/plane/b/cement') parts.cement = sample.data;
        if (sample.topic === '/plane/a/vertebra' || sample.topic === '/plane/b/vertebra') parts.vertebra = sample.data;
      }
      const { needle, cement, vertebra } = parts;
      return needle && cement ? { needle, cement, ...(vertebra ? { vertebra } : {}) } : null;
    },
    async moment(atMs) {
      const injectors: InjectorState[] = [];
      for (const [device, track] of states) {
        const ofDevice: Wanted = ({ topic, data }) => topic === '/injector/state' && deviceOf(data) === device;
        const state = await lastOf('/injector/state', track, atMs, ofDevice);
        if (state) injectors.push(state.data);
      }
      const pose = await lastOf('/guidance/pose', poses, atMs, ({ topic }) => topic === '/guidance/pose');
      return { injectors, pose: pose ? { tMs: pose.tMs, pose: pose.data } : null };
    },
    close: () => file.close(),
  };
}
