import { join } from 'node:path';
import type { PlaneObservation, Pose, VertebraObservation } from '../../src/guidance/observation.ts';
import type { InjectorState } from '../../src/injector/state.ts';
import type { Curve } from '../../src/link/link.ts';
import type { PlaneId, Sample } from '../../src/sample/sample.ts';
import { openByteFile } from '../record/byteFile.ts';
import { toSample } from '../record/frames.ts';
import { mcapMagic, opcodes } from '../record/mcapFormat.ts';
import { isCut, loadChunk, recordAt } from '../record/mcapWalk.ts';
import type { RecordHeader } from '../record/record.ts';
import { type TelemetryMessage, telemetryMessage } from '../record/telemetry.ts';
import { sessionMsOf } from '../record/time.ts';
import { collectCurve } from './curve.ts';

/** What telemetry says of one moment besides events. */
export interface ReviewMoment {
  readonly injector: InjectorState | null;
  readonly pose: { readonly tMs: number; readonly pose: Pose } | null;
}

/** A further part of a record's telemetry, as the walk through it goes on. */
export interface ReviewPart {
  /** Events, alarms, gaps, device and procedure states, in the order of the file. */
  readonly samples: readonly Sample[];
  /** Points since the part before. */
  readonly curve: Curve;
  /** 0 to 1 of the file. */
  readonly fraction: number;
}

/**
 * A record's telemetry for review: walked once, of which events and the curve are kept; what guidance said of each frame and the
 * injector's states are most of it, and are read again from their place in the file when they are looked at.
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

/** Neither shown nor needed: read for replay only. */
const isSkipped = (message: TelemetryMessage): boolean => message.plane !== null || message.topic === '/injector/bytes' || message.topic === '/tick';
const partEveryMs = 250;
/** Frames come in order: the next one is in the chunk at hand or the one after. */
const keptChunks = 8;

/** Times and places in the file, in order; for the last one at or before a time. */
interface Places {
  readonly tMs: number[];
  readonly offset: number[];
}

function placeAt({ tMs, offset }: Places, atMs: number): number | null {
  let low = 0;
  let high = tMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tMs[middle] ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return offset[low - 1] ?? null;
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
  const states: Places = { tMs: [], offset: [] };
  const poses: Places = { tMs: [], offset: [] };
  const topics = new Map<number, string>();
  const chunks = new Map<number, readonly TelemetryMessage[]>();

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

  const walk: ReviewIndex['walk'] = async (onPart) => {
    let samples: Sample[] = [];
    let curve = collectCurve();
    let toldAtMs = performance.now();
    const tell = (fraction: number) => {
      onPart({ samples, curve: curve.curve(), fraction });
      samples = [];
      curve = collectCurve();
      toldAtMs = performance.now();
    };
    const take = (message: TelemetryMessage, offset: number): void => {
      if (isSkipped(message)) return;
      switch (message.topic) {
        case '/plane/a/needle':
        case '/plane/b/needle':
          chunkOfFrame[message.topic === '/plane/a/needle' ? 'a' : 'b'].set(message.seq, offset);
          return;
        case '/plane/a/cement':
        case '/plane/b/cement':
        case '/plane/a/vertebra':
        case '/plane/b/vertebra':
          return;
        case '/injector/state':
          addPlace(states, sessionMsOf(header, message.logTimeNs), offset);
          return;
        case '/guidance/pose':
          addPlace(poses, sessionMsOf(header, message.logTimeNs), offset);
          return;
        default: {
          const sample = toSample(message, header);
          if (typeof sample === 'string') return;
          if (sample.topic === '/injector/reading') curve.add(sample.tMs, sample.data);
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

  const lastOf = async <T extends '/injector/state' | '/guidance/pose'>(topic: T, places: Places, atMs: number) => {
    const offset = placeAt(places, atMs);
    if (offset === null) return null;
    const message = (await messagesAt(offset)).findLast((each) => each.topic === topic && sessionMsOf(header, each.logTimeNs) <= atMs);
    const sample = message ? toSample(message, header) : null;
    return sample && typeof sample !== 'string' && sample.topic === topic ? (sample as Extract<Sample, { topic: T }>) : null;
  };

  return {
    walk,
    async observation(plane, seq) {
      const offset = chunkOfFrame[plane].get(seq);
      if (offset === undefined) return null;
      const parts: { needle?: PlaneObservation['needle']; cement?: PlaneObservation['cement']; vertebra?: VertebraObservation } = {};
      for (const message of await messagesAt(offset)) {
        if (message.seq !== seq) continue;
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
      const state = await lastOf('/injector/state', states, atMs);
      const pose = await lastOf('/guidance/pose', poses, atMs);
      return { injector: state?.data ?? null, pose: pose ? { tMs: pose.tMs, pose: pose.data } : null };
    },
    close: () => file.close(),
  };
}
