import { statfs } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { Curves, PlaneStatus, SessionInfo, Status } from '../../src/link/link.ts';
import { type PlaneId, planeIds, planeOfFrameTopic, type RawSample, type Sample } from '../../src/sample/sample.ts';
import type { Folded } from '../session/pipeline.ts';
import type { Session } from '../session/session.ts';
import { collectCurves } from './curve.ts';
import { type FrameStream, type OutgoingFrame, startFrameStream, type UnseenFrame } from './frameStream.ts';

/** A view that has had no new frame for so long must say so. */
const staleAfterMs = 500;
const rateOverMs = 2000;
const statusEveryMs = 500;

/** The running session as consoles see it: what they missed, what happens, and the frames. */
export interface LiveView {
  readonly info: SessionInfo;
  /** For a console that has just come, or come back. */
  catchUp(): { readonly curves: Curves; readonly samples: readonly Sample[]; readonly status: Status };
  onSamples(listener: (samples: readonly Sample[]) => void): () => void;
  onStatus(listener: (status: Status) => void): () => void;
  stream(plane: PlaneId, response: ServerResponse): void;
  /** Says that the session is over; frames and numbers stay as they were. */
  sessionEnded(recording: 'closed' | 'failed' | 'off', message: string | null): void;
  close(): void;
}

interface PlaneCount {
  received: number;
  analysisSkipped: number;
  missing: number;
  lastFrameAtMs: number | null;
  lost: boolean;
  ended: boolean;
  recentMs: number[];
}

/** Small samples that a console is told as they happen; needle, cement and vertebra travel with their frame instead, frames that guidance skipped with the status. */
function isTold(sample: Sample): boolean {
  switch (sample.topic) {
    case '/plane/a/frame':
    case '/plane/b/frame':
    case '/plane/a/needle':
    case '/plane/b/needle':
    case '/plane/a/cement':
    case '/plane/b/cement':
    case '/plane/a/vertebra':
    case '/plane/b/vertebra':
    case '/injector/bytes':
    case '/tick':
      return false;
    // As many as frames, where guidance has no time: kept for late consoles they would grow without end.
    case '/gap':
      return sample.data.kind !== 'analysis-skipped';
    default:
      return true;
  }
}

export function startLiveView(session: Pick<Session, 'writer' | 'nowMs' | 'listen'>, info: SessionInfo): LiveView {
  const sampleListeners = new Set<(samples: readonly Sample[]) => void>();
  const statusListeners = new Set<(status: Status) => void>();
  const streams: Record<PlaneId, Set<FrameStream>> = { a: new Set(), b: new Set() };
  const newest: Partial<Record<PlaneId, OutgoingFrame>> = {};
  const counts: Partial<Record<PlaneId, PlaneCount>> = {};
  /** Frames that guidance looks at, by number; viewers get their pixels meanwhile. */
  const unseen = new Map<number, UnseenFrame>();
  /** What a late console must know: everything told but readings (those are the curve) and only the latest of each state. */
  const kept: Sample[] = [];
  const latest = new Map<string, Sample>();
  const curves = collectCurves();
  let outbox: Sample[] = [];
  /** Session time; null while it runs. */
  let endedAtMs: number | null = null;
  let recording: Status['recording'] = { state: session.writer ? 'recording' : 'off', freeBytes: null, message: null };

  const countOf = (plane: PlaneId): PlaneCount => {
    const count = counts[plane] ?? { received: 0, analysisSkipped: 0, missing: 0, lastFrameAtMs: null, lost: false, ended: false, recentMs: [] };
    counts[plane] = count;
    return count;
  };

  const tell = (sample: Sample) => {
    if (!isTold(sample)) return;
    if (sample.topic === '/injector/reading') curves.add(sample.tMs, sample.data);
    if (sample.topic === '/injector/reading' || sample.topic === '/injector/state') latest.set(`${sample.topic} ${sample.data.device}`, sample);
    else if (sample.topic === '/procedure' || sample.topic === '/guidance/pose') latest.set(sample.topic, sample);
    else kept.push(sample);
    if (outbox.length === 0) setImmediate(flush);
    outbox.push(sample);
  };
  const flush = () => {
    if (outbox.length === 0) return;
    const samples = outbox;
    outbox = [];
    for (const listener of sampleListeners) listener(samples);
  };

  /** The pixels are on their way to the screen while guidance looks at them; what it sees follows. */
  const goAhead = (raw: Extract<RawSample, { topic: '/plane/a/frame' | '/plane/b/frame' }>, stampedEpochMs: number) => {
    const plane = planeOfFrameTopic(raw.topic);
    const frame = { header: { plane, seq: raw.seq, tMs: raw.tMs, stampedEpochMs }, frame: raw.data };
    unseen.set(raw.seq, frame);
    // Guidance is handed the frame first: writing it takes this thread a while.
    queueMicrotask(() => {
      if (unseen.has(raw.seq)) for (const stream of streams[plane]) stream.sendAhead(frame);
    });
  };

  const noteRaw = (raw: RawSample) => {
    switch (raw.topic) {
      case '/plane/a/frame':
      case '/plane/b/frame': {
        const count = countOf(planeOfFrameTopic(raw.topic));
        // A held image is as old as when it was new, however often it comes.
        const heldMs = raw.data.attributes.unchangedForMs ?? 0;
        count.received++;
        count.lastFrameAtMs = raw.tMs - heldMs;
        count.lost = false;
        if (heldMs === 0) count.recentMs.push(raw.tMs);
        goAhead(raw, Date.now() - heldMs);
        break;
      }
      case '/gap': {
        const count = countOf(raw.data.plane);
        if (raw.data.kind === 'analysis-skipped') count.analysisSkipped++;
        if (raw.data.kind === 'frames-missing') count.missing += raw.data.toFrame - raw.data.fromFrame + 1;
        break;
      }
      case '/device': {
        const plane = raw.data.device === 'plane-a' ? 'a' : raw.data.device === 'plane-b' ? 'b' : null;
        // A notice is about the source, not its coming or going.
        if (plane && raw.data.state !== 'notice') {
          countOf(plane).lost = raw.data.state === 'lost';
          countOf(plane).ended = raw.data.state === 'ended';
        }
        if (raw.data.device === 'disk') recording = { ...recording, message: raw.data.message };
        break;
      }
      default:
    }
  };

  const showFrame = ({ raw, observation }: Folded) => {
    if (raw.topic !== '/plane/a/frame' && raw.topic !== '/plane/b/frame') return;
    const plane = planeOfFrameTopic(raw.topic);
    const ahead = unseen.get(raw.seq);
    unseen.delete(raw.seq);
    if (!ahead) return;
    const outgoing: OutgoingFrame = { header: { ...ahead.header, observation }, frame: raw.data };
    newest[plane] = outgoing;
    for (const stream of streams[plane]) stream.offer(outgoing);
  };

  const planeStatus = (count: PlaneCount, nowMs: number): PlaneStatus => {
    while ((count.recentMs[0] ?? nowMs) < nowMs - rateOverMs) count.recentMs.shift();
    const stale = count.lastFrameAtMs !== null && nowMs - count.lastFrameAtMs > staleAfterMs;
    const state = count.ended || endedAtMs !== null ? 'ended' : count.lost ? 'lost' : count.lastFrameAtMs === null ? 'waiting' : stale ? 'stale' : 'live';
    return {
      received: count.received,
      analysisSkipped: count.analysisSkipped,
      missing: count.missing,
      lastFrameAtMs: count.lastFrameAtMs,
      framesPerSecond: (count.recentMs.length * 1000) / rateOverMs,
      state,
    };
  };
  const status = (): Status => {
    const nowMs = endedAtMs ?? session.nowMs();
    const planes: Partial<Record<PlaneId, PlaneStatus>> = {};
    for (const plane of planeIds) {
      const count = counts[plane];
      if (count) planes[plane] = planeStatus(count, nowMs);
    }
    return { nowMs, ended: endedAtMs !== null, recording, planes };
  };
  const tellStatus = () => {
    const now = status();
    for (const listener of statusListeners) listener(now);
  };
  const measureDisk = async () => {
    if (!session.writer || endedAtMs !== null) return;
    const disk = await statfs(session.writer.folder);
    recording = { ...recording, freeBytes: disk.bavail * disk.bsize };
  };
  const statusTimer = setInterval(() => {
    tellStatus();
    measureDisk().catch((error: unknown) => {
      recording = { ...recording, message: `The record's disk does not answer: ${error instanceof Error ? error.message : String(error)}` };
    });
  }, statusEveryMs);

  const stopListening = session.listen({
    onRaw: noteRaw,
    onFolded(folded) {
      tell(folded.raw);
      for (const sample of folded.derived) tell(sample);
      showFrame(folded);
    },
  });

  return {
    info,
    catchUp() {
      // What waits to be told is among what is caught up with, and must not come twice.
      flush();
      return { curves: curves.curves(), samples: [...kept, ...latest.values()], status: status() };
    },
    onSamples(listener) {
      sampleListeners.add(listener);
      return () => sampleListeners.delete(listener);
    },
    onStatus(listener) {
      statusListeners.add(listener);
      return () => statusListeners.delete(listener);
    },
    stream(plane, response) {
      const stream = startFrameStream(response, () => streams[plane].delete(stream));
      streams[plane].add(stream);
      const last = newest[plane];
      if (last) stream.offer(last);
    },
    sessionEnded(state, message) {
      endedAtMs ??= session.nowMs();
      recording = { ...recording, state, message };
      tellStatus();
    },
    close() {
      clearInterval(statusTimer);
      stopListening();
      for (const plane of planeIds) for (const stream of streams[plane]) stream.end();
    },
  };
}
