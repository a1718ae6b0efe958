import type { Result } from '../../src/base/result.ts';
import { failedFault, ok } from '../../src/base/result.ts';
import type { InjectorSettings } from '../../src/injector/settings.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import { type DeviceEvent, type PlaneId, planeOfFrameTopic, type RawSample } from '../../src/sample/sample.ts';
import { type PlaneAnalysis, startPlaneAnalysis } from '../analysis/planeAnalysis.ts';
import type { RecordHeader, RecordSummary, RecordWriter } from '../record/record.ts';
import type { RecordTrouble } from '../record/writerProtocol.ts';
import type { Source, SourceEvent } from '../sources/source.ts';
import { stackOf } from '../stackOf.ts';
import { monotonicClock, type SessionClock, toWholeMicroseconds } from './clock.ts';
import { feedMerged, feedRealTime, tickEveryMs, tickSource } from './feed.ts';
import { createFrameWatch } from './frameWatch.ts';
import { type Folded, startPipeline } from './pipeline.ts';
import { startTally } from './tally.ts';

/** Frames of one plane that may wait for guidance before the next one goes by without it. */
const analysisBacklogFrames = 2;
/** Without real time, so much may wait for the disk (about sixteen frames) or for guidance before the sources wait too. */
const recordBacklogBytes = 32 * 1024 * 1024;
const foldBacklogSamples = 6;

export interface SessionOptions {
  /** In the order in which events of one time are taken. */
  readonly sources: readonly Source[];
  /** Planes whose guidance is made ready before the clock starts, or with their first pictures (`picturesFirst`). */
  readonly planes: readonly PlaneId[];
  /** The pictures do not wait for guidance: the first ones go by it while it gets ready, and the record says so of each. In real time only. */
  readonly picturesFirst?: boolean;
  /** Pictures and record alone: every frame goes by guidance, and the record says so of each. */
  readonly withoutGuidance?: boolean;
  /** Times real time; `max` takes paced sources only and does not wait. */
  readonly speed: number | 'max';
  /** What the site says of injectors and cements. */
  readonly injectorSettings: InjectorSettings;
  readonly describe: Omit<RecordHeader, 'startedAtEpochMs' | 'formatVersion'>;
  /** Opens the record; `null` runs without one. */
  readonly openRecord: ((header: RecordHeader, onTrouble: (message: string, trouble: RecordTrouble) => void) => Promise<Result<RecordWriter>>) | null;
}

export interface SessionListener {
  /** A sample has been stamped and is on its way to disk; frames are folded later. */
  readonly onRaw?: (raw: RawSample) => void;
  readonly onFolded?: (folded: Folded) => void;
}

/** A running session: sources are read, stamped by one clock, recorded, folded, and told to the listeners. */
export interface Session {
  readonly header: RecordHeader;
  readonly writer: RecordWriter | null;
  nowMs(): number;
  /** Takes what a person at a console did; its sample is stamped now. */
  operator(event: OperatorEvent): void;
  listen(listener: SessionListener): () => void;
  /** What has been counted so far. */
  summary(): RecordSummary;
  /** Ends the sources; `run` then resolves when the record is closed. */
  stop(): void;
  /** Reads the sources until they end or `stop`; resolves when the record is closed. Call once, after listening. */
  run(): Promise<Result<RecordSummary>>;
}

/** Ready to run. Fails only when a source cannot be made ready or the record cannot be opened. */
export async function startSession(options: SessionOptions): Promise<Result<Session>> {
  const virtual = options.speed === 'max';
  // Sources and guidance get ready side by side, unless the pictures come first: then guidance does so when they are there.
  const guided = options.withoutGuidance || (options.picturesFirst && !virtual) ? [] : options.planes;
  const analyses = new Map(guided.map((plane) => [plane, startPlaneAnalysis(plane)]));
  const closeAnalyses = () => Promise.all([...analyses.values()].map((analysis) => analysis.close()));
  const [made] = await Promise.all([Promise.all(options.sources.map(({ ready }) => ready)), Promise.all([...analyses.values()].map(({ ready }) => ready))]);
  const unready = made.find((result) => result !== undefined && !result.ok);
  if (unready && !unready.ok) {
    await closeAnalyses();
    return unready;
  }
  const clock = monotonicClock(options.speed === 'max' ? 1 : options.speed);
  const header: RecordHeader = { ...options.describe, formatVersion: 1, startedAtEpochMs: clock.startedAtEpochMs };
  const troubles: RecordTrouble[] = [];
  let onTrouble = (trouble: RecordTrouble): void => void troubles.push(trouble);
  let writer: RecordWriter | null = null;
  if (options.openRecord) {
    const opened = await options.openRecord(header, (_, trouble) => onTrouble(trouble));
    if (!opened.ok) {
      await closeAnalyses();
      return opened;
    }
    writer = opened.value;
  }
  const session = runSession(options, header, writer, virtual, clock, analyses);
  onTrouble = session.recordTrouble;
  for (const trouble of troubles) session.recordTrouble(trouble);
  return ok(session);
}

function runSession(
  options: SessionOptions,
  header: RecordHeader,
  writer: RecordWriter | null,
  virtual: boolean,
  clock: SessionClock,
  analyses: ReadonlyMap<PlaneId, PlaneAnalysis>,
): Session & { recordTrouble(trouble: RecordTrouble): void } {
  const listeners = new Set<SessionListener>();
  const tally = startTally();
  const stop = new AbortController();
  const watch = createFrameWatch();
  let seq = 0;
  let virtualNowMs = 0;
  const nowMs = () => (virtual ? virtualNowMs : clock.nowMs());

  const pipeline = startPipeline({
    analyses,
    injectorSettings: options.injectorSettings,
    onFolded(folded) {
      for (const sample of folded.derived) {
        writer?.write(sample);
        tally.count(sample);
      }
      for (const listener of listeners) listener.onFolded?.(folded);
    },
    onFailure(plane, failure) {
      process.stderr.write(`pedicle: guidance of plane ${plane} failed on a frame and went on with the next: ${failure}\n`);
      stamp({
        topic: '/device',
        data: { device: `guidance-${plane}`, state: 'notice', message: 'Guidance failed on a frame; it goes on with the next.' },
        atMs: null,
      });
    },
  });

  const stamp = (event: SourceEvent): void => {
    if (virtual && event.atMs !== null) virtualNowMs = Math.max(virtualNowMs, toWholeMicroseconds(event.atMs));
    const raw = { topic: event.topic, tMs: nowMs(), seq: seq++, data: event.data } as RawSample;
    writer?.write(raw);
    tally.count(raw);
    for (const listener of listeners) listener.onRaw?.(raw);
    pipeline.push(raw);
  };

  /** The frame as it is stamped, after what must be said before it: what is odd about it, and guidance that has no time. */
  const announced = (event: SourceEvent): SourceEvent => {
    if (event.topic === '/gap') watch.told(event.data);
    if (event.topic !== '/plane/a/frame' && event.topic !== '/plane/b/frame') return event;
    const plane = planeOfFrameTopic(event.topic);
    const arrivedMs = virtual && event.atMs !== null ? Math.max(virtualNowMs, toWholeMicroseconds(event.atMs)) : nowMs();
    const { before, frame } = watch.see(plane, event.data, arrivedMs);
    for (const odd of before) stamp({ ...odd, atMs: event.atMs });
    const isLate = () => (options.picturesFirst === true && !pipeline.readyFor(plane)) || pipeline.pending(plane) >= analysisBacklogFrames;
    const goesBy = options.withoutGuidance === true || (!virtual && isLate());
    if (goesBy) stamp({ topic: '/gap', data: { kind: 'analysis-skipped', plane }, atMs: null });
    return { ...event, data: frame };
  };

  const accept = async (event: SourceEvent): Promise<void> => {
    stamp(announced(event));
    if (virtual) {
      await pipeline.settled(foldBacklogSamples);
      if (writer) await writer.drained(recordBacklogBytes);
    }
  };

  const recordTrouble = (trouble: RecordTrouble) => stamp(troubleEvent(trouble));

  const feed = async (): Promise<void> => {
    if (virtual) return feedMerged(endingWithTheRest(options.sources), accept, stop);
    let count = 0;
    const ticking = setInterval(() => stamp({ topic: '/tick', data: { count: count++ }, atMs: null }), tickEveryMs / clock.speed);
    return feedRealTime(options.sources, clock, accept, stop).finally(() => clearInterval(ticking));
  };

  const run = async (): Promise<Result<RecordSummary>> => {
    // Whatever happened, what has come is recorded and the record closed.
    const failure = await feed().then(
      () => null,
      (error: unknown) => {
        process.stderr.write(`pedicle: the session failed: ${stackOf(error)}\n`);
        return error instanceof Error ? error.message : String(error);
      },
    );
    await pipeline.settled(0);
    await pipeline.close();
    const summary = tally.summary();
    if (writer) {
      const closed = await writer.close(summary);
      if (!closed.ok) return closed;
    }
    return failure === null ? ok(summary) : failedFault(`The session ended by a failure in the bridge: ${failure}. What had come until then is recorded.`);
  };

  return {
    header,
    writer,
    nowMs,
    recordTrouble,
    operator: (event) => {
      if (!stop.signal.aborted) stamp({ topic: '/operator', data: event, atMs: null });
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    summary: tally.summary,
    stop: () => stop.abort(),
    run,
  };
}

/** How trouble of the record becomes part of it. `disk` is watched by an alarm; what only makes a record larger is not. */
function troubleEvent({ kind, message, plane }: RecordTrouble): SourceEvent {
  const device = (name: string, state: DeviceEvent['state']): SourceEvent => ({ topic: '/device', data: { device: name, state, message }, atMs: null });
  switch (kind) {
    case 'frames-not-recorded':
      return plane ? { topic: '/gap', data: { kind, plane, why: message }, atMs: null } : device('disk', 'lost');
    case 'disk-low':
    case 'disk-failing':
      return device('disk', 'lost');
    case 'disk-recovered':
      return device('disk', 'connected');
    case 'uncompressed':
    case 'not-a-number':
      return device('recorder', 'notice');
  }
}

/** Ticks beside the sources for as long as any of them goes on. */
function endingWithTheRest(sources: readonly Source[]): readonly Source[] {
  let running = sources.length;
  const counted = sources.map((source) => ({
    ...source,
    async *events(signal: AbortSignal) {
      try {
        yield* source.events(signal);
      } finally {
        running--;
      }
    },
  }));
  const ticks = tickSource();
  const bounded: Source = {
    ...ticks,
    async *events(signal) {
      for await (const event of ticks.events(signal)) {
        if (running === 0) return;
        yield event;
      }
    },
  };
  return [...counted, bounded];
}
