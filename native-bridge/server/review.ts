import type { ServerResponse } from 'node:http';
import type { PlaneObservation } from '../../src/guidance/observation.ts';
import type { ReviewOpened, ReviewState, SessionInfo } from '../../src/link/link.ts';
import { derivedTopics, type PlaneId, planeIds, rawTopics, type Sample, type Topic } from '../../src/sample/sample.ts';
import type { RecordReader } from '../record/record.ts';
import { collectCurve } from './curve.ts';
import { type FrameStream, type OutgoingFrame, startFrameStream } from './frameStream.ts';

/** How often the position moves while playing: finer than the time between two frames at 30 fps. */
const playEveryMs = 20;
/** How often the console is told the position while playing. */
const tellEveryMs = 100;

/** One record being looked at by one console: a position that plays, pauses, seeks and steps, and the frames at it. */
export interface Review {
  readonly opened: ReviewOpened;
  stream(plane: PlaneId, response: ServerResponse): void;
  play(speed: number): void;
  pause(): void;
  seek(positionMs: number): void;
  stepFrame(plane: PlaneId, by: number): void;
  /** Playing goes back to the start of the range at its end; `null` plays through. */
  loop(range: LoopRange | null): void;
  close(): Promise<void>;
}

/** Part of a record that is played again and again, ms of the session. */
export interface LoopRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Less than this is no part that a person could look at. */
const shortestLoopMs = 200;

interface RecordedPlane {
  readonly index: readonly { readonly seq: number; readonly tMs: number }[];
  readonly observations: Map<number, { needle?: PlaneObservation['needle']; cement?: PlaneObservation['cement'] }>;
  readonly streams: Set<FrameStream>;
  shownSeq: number | null;
  /** Reads go one after another; only the newest wish is kept. */
  loading: boolean;
}

/** Index of the last frame at or before `tMs`; 0 when the first is later. */
function frameAt(index: readonly { readonly tMs: number }[], tMs: number): number {
  let low = 0;
  let high = index.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((index[middle]?.tMs ?? 0) <= tMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What a review shows besides frames; bytes, ticks and attributes of frames are most of a record and none of it. */
const reviewedTopics: readonly Topic[] = [...rawTopics, ...derivedTopics].filter(
  (topic) => topic !== '/injector/bytes' && topic !== '/tick' && topic !== '/plane/a/frame' && topic !== '/plane/b/frame',
);

/** Reads everything but the pixels, then stands at the first frame. */
export async function openReview(
  id: string,
  record: string,
  reader: RecordReader,
  display: SessionInfo['display'],
  onState: (state: ReviewState) => void,
): Promise<Review> {
  const planes = new Map<PlaneId, RecordedPlane>();
  for (const plane of reader.planes)
    planes.set(plane, { index: reader.frameIndex(plane), observations: new Map(), streams: new Set(), shownSeq: null, loading: false });
  const curve = collectCurve();
  const samples: Sample[] = [];
  const observationOf = (plane: PlaneId, seq: number) => {
    const observations = planes.get(plane)?.observations;
    const found = observations?.get(seq) ?? {};
    observations?.set(seq, found);
    return found;
  };
  for await (const sample of reader.samples({ frames: false, topics: reviewedTopics })) {
    switch (sample.topic) {
      case '/injector/reading':
        curve.add(sample.tMs, sample.data);
        break;
      case '/plane/a/needle':
      case '/plane/b/needle':
        observationOf(sample.topic === '/plane/a/needle' ? 'a' : 'b', sample.seq).needle = sample.data;
        break;
      case '/plane/a/cement':
      case '/plane/b/cement':
        observationOf(sample.topic === '/plane/a/cement' ? 'a' : 'b', sample.seq).cement = sample.data;
        break;
      case '/plane/a/frame':
      case '/plane/b/frame':
      case '/injector/bytes':
      case '/tick':
        break;
      default:
        samples.push(sample);
    }
  }

  const { header, durationMs } = reader;
  const frames: Partial<Record<PlaneId, readonly number[]>> = {};
  for (const [plane, { index }] of planes) frames[plane] = index.map(({ tMs }) => tMs);
  let positionMs = 0;
  let speed = 1;
  let playing: ReturnType<typeof setInterval> | null = null;
  let looped: LoopRange | null = null;
  let closed = false;

  const tell = () => onState({ review: id, positionMs, playing: playing !== null, speed });

  const show = async (plane: PlaneId, recorded: RecordedPlane): Promise<void> => {
    if (recorded.loading || recorded.index.length === 0) return;
    recorded.loading = true;
    for (;;) {
      const wanted = recorded.index[frameAt(recorded.index, positionMs)];
      if (closed || wanted === undefined || wanted.seq === recorded.shownSeq) break;
      recorded.shownSeq = wanted.seq;
      const outgoing = await load(plane, recorded, wanted.seq);
      if (outgoing) for (const stream of recorded.streams) stream.offer(outgoing);
    }
    recorded.loading = false;
  };
  const load = async (plane: PlaneId, recorded: RecordedPlane, seq: number): Promise<OutgoingFrame | null> => {
    const frame = await reader.frame(plane, seq);
    if (!frame.ok) {
      process.stderr.write(`pedicle: ${frame.fault.message}\n`);
      return null;
    }
    const seen = recorded.observations.get(seq);
    const observation = seen?.needle && seen.cement ? { needle: seen.needle, cement: seen.cement } : null;
    return { header: { plane, seq, tMs: frame.value.tMs, observation, stampedEpochMs: performance.timeOrigin + performance.now() }, frame: frame.value.data };
  };
  const showAll = () => {
    for (const [plane, recorded] of planes) void show(plane, recorded);
  };
  const moveTo = (toMs: number) => {
    positionMs = Math.min(durationMs, Math.max(0, toMs));
    showAll();
  };
  const pause = () => {
    if (playing) clearInterval(playing);
    playing = null;
    tell();
  };

  return {
    opened: {
      review: id,
      record,
      session: {
        startedAtEpochMs: header.startedAtEpochMs,
        softwareVersion: header.softwareVersion,
        simulated: header.simulated,
        sources: header.sources,
        record,
        display,
      },
      durationMs,
      closed: reader.closed,
      curve: curve.curve(),
      samples,
      frames,
    },
    stream(plane, response) {
      const recorded = planes.get(plane);
      const stream = startFrameStream(response, () => recorded?.streams.delete(stream));
      if (!recorded) {
        stream.end();
        return;
      }
      recorded.streams.add(stream);
      recorded.shownSeq = null;
      void show(plane, recorded);
    },
    play(atSpeed) {
      if (playing) clearInterval(playing);
      speed = atSpeed;
      const startMs = looped?.fromMs ?? 0;
      if (positionMs >= (looped?.toMs ?? durationMs) || positionMs < startMs) positionMs = startMs;
      let lastMs = performance.now();
      let toldMs = lastMs;
      playing = setInterval(() => {
        const nowMs = performance.now();
        moveTo(positionMs + (nowMs - lastMs) * speed);
        lastMs = nowMs;
        if (looped && positionMs >= looped.toMs) moveTo(looped.fromMs);
        else if (positionMs >= durationMs) pause();
        else if (nowMs - toldMs >= tellEveryMs) {
          toldMs = nowMs;
          tell();
        }
      }, playEveryMs);
      tell();
    },
    pause,
    seek(toMs) {
      if (playing) pause();
      moveTo(toMs);
      tell();
    },
    stepFrame(plane, by) {
      if (playing) pause();
      const index = planes.get(plane)?.index ?? [];
      const at = index[Math.min(index.length - 1, Math.max(0, frameAt(index, positionMs) + by))];
      if (at) moveTo(at.tMs);
      tell();
    },
    loop(range) {
      looped = range && range.toMs - range.fromMs >= shortestLoopMs ? range : null;
    },
    async close() {
      closed = true;
      if (playing) clearInterval(playing);
      for (const plane of planeIds) for (const stream of planes.get(plane)?.streams ?? []) stream.end();
      await reader.close();
    },
  };
}
