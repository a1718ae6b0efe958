import type { ServerResponse } from 'node:http';
import { indexAt } from '../../src/base/times.ts';
import type { ReviewOpened, ServerMessage, SessionInfo } from '../../src/link/link.ts';
import { type PlaneId, planeIds } from '../../src/sample/sample.ts';
import type { RecordReader } from '../record/record.ts';
import { type FrameStream, type OutgoingFrame, startFrameStream } from './frameStream.ts';
import type { ReviewMoment } from './reviewIndex.ts';
import { startReviewTelemetry } from './reviewTelemetry.ts';

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
  /** From now on `review` stands where this one stands, `offsetMs` later: two records locked in time. */
  lead(review: Review, offsetMs: number): void;
  release(review: Review): void;
  /** Goes where another review stands. */
  follow(toMs: number, isPlaying: boolean): void;
  close(): Promise<void>;
}

/** What a review tells its console as it goes. */
export type ReviewMessage = Extract<ServerMessage, { kind: 'review-state' | 'review-part' }>;

/** Part of a record that is played again and again, ms of the session. */
export interface LoopRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Less than this is no part that a person could look at. */
const shortestLoopMs = 200;

interface RecordedPlane {
  readonly index: readonly { readonly seq: number; readonly tMs: number }[];
  /** Of each frame of the index. */
  readonly times: readonly number[];
  readonly streams: Set<FrameStream>;
  shownSeq: number | null;
  /** Reads go one after another; only the newest wish is kept. */
  loading: boolean;
}

/** The last frame at or before `tMs`; the first one when that is later. */
const frameAt = (times: readonly number[], tMs: number): number => Math.max(0, indexAt(times, tMs));

/** Stands at the first frame at once; events and the curve come through `tell` as telemetry is walked. */
export function openReview(id: string, record: string, reader: RecordReader, display: SessionInfo['display'], tell: (message: ReviewMessage) => void): Review {
  const planes = new Map<PlaneId, RecordedPlane>();
  for (const plane of reader.planes) {
    const index = reader.frameIndex(plane);
    planes.set(plane, { index, times: index.map(({ tMs }) => tMs), streams: new Set(), shownSeq: null, loading: false });
  }
  const { header, durationMs } = reader;
  const frames: Partial<Record<PlaneId, readonly number[]>> = {};
  for (const [plane, { times }] of planes) frames[plane] = times;
  const followers = new Map<string, { readonly review: Review; readonly offsetMs: number }>();
  let positionMs = 0;
  let speed = 1;
  let playing: ReturnType<typeof setInterval> | null = null;
  let looped: LoopRange | null = null;
  let closed = false;
  let moment: ReviewMoment = { injectors: [], pose: null };
  let momentWanted = false;
  let momentLoading = false;
  let followedAtMs = 0;

  const tellState = () => {
    if (!closed) tell({ kind: 'review-state', state: { review: id, positionMs, playing: playing !== null, speed, ...moment } });
  };
  /** The states at the position, then told; while one is on its way only the newest wish is kept. */
  const lookAtMoment = async (): Promise<void> => {
    momentWanted = true;
    if (momentLoading) return;
    momentLoading = true;
    while (momentWanted && !closed) {
      momentWanted = false;
      moment = await telemetry.moment(positionMs);
      tellState();
    }
    momentLoading = false;
  };
  const telemetry = startReviewTelemetry(reader.folder, header, (part) => {
    if (closed) return;
    tell({ kind: 'review-part', review: id, samples: part.samples, curves: part.curves, fraction: part.fraction });
    if (part.fraction < 1) return;
    // Frames that were shown before the walk came to them went out without what guidance said of them.
    for (const recorded of planes.values()) recorded.shownSeq = null;
    showAll();
    void lookAtMoment();
  });

  const show = async (plane: PlaneId, recorded: RecordedPlane): Promise<void> => {
    if (recorded.loading || recorded.index.length === 0) return;
    recorded.loading = true;
    for (;;) {
      const wanted = recorded.index[frameAt(recorded.times, positionMs)];
      if (closed || wanted === undefined || wanted.seq === recorded.shownSeq) break;
      recorded.shownSeq = wanted.seq;
      const outgoing = await load(plane, wanted.seq).catch((error: unknown) => {
        // A share that is gone while somebody reviews must not end a procedure that runs beside.
        process.stderr.write(`pedicle: a frame of ${record} cannot be read: ${error instanceof Error ? error.message : String(error)}\n`);
        return null;
      });
      if (outgoing) for (const stream of recorded.streams) stream.offer(outgoing);
    }
    recorded.loading = false;
  };
  const load = async (plane: PlaneId, seq: number): Promise<OutgoingFrame | null> => {
    const [frame, observation] = await Promise.all([reader.frame(plane, seq), telemetry.observation(plane, seq)]);
    if (!frame.ok) {
      process.stderr.write(`pedicle: ${frame.fault.message}\n`);
      return null;
    }
    return { header: { plane, seq, tMs: frame.value.tMs, observation, stampedEpochMs: Date.now() }, frame: frame.value.data };
  };
  const showAll = () => {
    for (const [plane, recorded] of planes) void show(plane, recorded);
  };
  const moveTo = (toMs: number) => {
    positionMs = Math.min(durationMs, Math.max(0, toMs));
    showAll();
    for (const { review, offsetMs } of followers.values()) review.follow(positionMs + offsetMs, playing !== null);
  };
  const told = () => {
    tellState();
    void lookAtMoment();
  };
  const pause = () => {
    if (playing) clearInterval(playing);
    playing = null;
    told();
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
          told();
        }
      }, playEveryMs);
      told();
    },
    pause,
    seek(toMs) {
      if (playing) pause();
      moveTo(toMs);
      told();
    },
    stepFrame(plane, by) {
      if (playing) pause();
      const { index, times } = planes.get(plane) ?? { index: [], times: [] };
      const at = index[Math.min(index.length - 1, Math.max(0, frameAt(times, positionMs) + by))];
      if (at) moveTo(at.tMs);
      told();
    },
    loop(range) {
      looped = range && range.toMs - range.fromMs >= shortestLoopMs ? range : null;
    },
    lead(review, offsetMs) {
      followers.set(review.opened.review, { review, offsetMs });
      review.follow(positionMs + offsetMs, playing !== null);
    },
    release: (review) => void followers.delete(review.opened.review),
    follow(toMs, isPlaying) {
      if (closed) return;
      if (playing) pause();
      moveTo(toMs);
      const nowMs = performance.now();
      if (isPlaying && nowMs - followedAtMs < tellEveryMs) return;
      followedAtMs = nowMs;
      told();
    },
    async close() {
      closed = true;
      await telemetry.close();
      if (playing) clearInterval(playing);
      for (const plane of planeIds) for (const stream of planes.get(plane)?.streams ?? []) stream.end();
      await reader.close();
    },
  };
}
