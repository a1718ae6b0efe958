import type { PlaneObservation } from '../../src/guidance/observation.ts';
import type { InjectorSettings } from '../../src/injector/settings.ts';
import { type DerivedSample, type PlaneId, planeIds, planeOfFrameTopic, type RawSample } from '../../src/sample/sample.ts';
import { initialSessionState, step } from '../../src/session/step.ts';
import { type PlaneAnalysis, startPlaneAnalysis } from '../analysis/planeAnalysis.ts';

/** One raw sample folded: what was seen in it and what follows from it. */
export interface Folded {
  readonly raw: RawSample;
  readonly observation: PlaneObservation | null;
  readonly derived: readonly DerivedSample[];
}

/**
 * Raw samples in, folded samples out, in the order of ingest whichever plane's guidance finished first. The live session
 * and replay are this same object: that is why they agree.
 */
export interface Pipeline {
  /** Frames of this plane that wait for guidance. */
  pending(plane: PlaneId): number;
  /**
   * Whether guidance takes a frame of this plane at once. While it does not it gets ready, one plane after the other: the pictures,
   * which do not wait for it, need the other processors.
   */
  readyFor(plane: PlaneId): boolean;
  push(raw: RawSample): void;
  /** Resolves when at most `count` samples wait. */
  settled(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface PipelineOptions {
  /** Threads that are warm already; the others start with the first frame of their plane. */
  readonly analyses?: ReadonlyMap<PlaneId, PlaneAnalysis>;
  /** The site's; a replay is given the record's own. */
  readonly injectorSettings: InjectorSettings;
  readonly onFolded: (folded: Folded) => void;
  /** Guidance threw on a frame: said once a plane. */
  readonly onFailure: (plane: PlaneId, failure: string) => void;
}

interface Waiting {
  readonly raw: RawSample;
  observation: PlaneObservation | null;
  ready: boolean;
}

export function startPipeline(options: PipelineOptions): Pipeline {
  const analyses = new Map<PlaneId, PlaneAnalysis>(options.analyses);
  const skipNext = new Set<PlaneId>();
  const failed = new Set<PlaneId>();
  const queue: Waiting[] = [];
  const settleWaiters: { count: number; resolve: () => void }[] = [];
  let state = initialSessionState(options.injectorSettings);

  // Both planes hear every word of the operator, so a thread that starts late must hear what was said before.
  const spoken: Extract<RawSample, { topic: '/operator' }>[] = [];
  const analysisOf = (plane: PlaneId): PlaneAnalysis => {
    const running = analyses.get(plane);
    if (running) return running;
    const started = startPlaneAnalysis(plane);
    for (const sample of spoken) started.operator(sample.data);
    analyses.set(plane, started);
    return started;
  };

  const drain = () => {
    for (let head = queue[0]; head?.ready; head = queue[0]) {
      queue.shift();
      const result = step(state, head.raw, head.observation);
      state = result.state;
      options.onFolded({ raw: head.raw, observation: result.seen, derived: result.derived });
    }
    for (let i = settleWaiters.length - 1; i >= 0; i--) {
      const waiter = settleWaiters[i];
      if (waiter && queue.length <= waiter.count) {
        settleWaiters.splice(i, 1);
        waiter.resolve();
      }
    }
  };

  const analyse = (entry: Waiting, plane: PlaneId, raw: Extract<RawSample, { topic: '/plane/a/frame' | '/plane/b/frame' }>) => {
    void analysisOf(plane)
      .frame(raw.data, raw.tMs)
      .then((reply) => {
        entry.observation = reply.observation;
        entry.ready = true;
        if (reply.failure !== null && !failed.has(plane)) {
          failed.add(plane);
          options.onFailure(plane, reply.failure);
        }
        drain();
      });
  };

  return {
    pending: (plane) => analyses.get(plane)?.pending ?? 0,
    readyFor(plane) {
      const othersAreReady = planeIds.every((other) => other === plane || analyses.get(other)?.isReady !== false);
      return (analyses.has(plane) || othersAreReady) && analysisOf(plane).isReady;
    },
    push(raw) {
      const entry: Waiting = { raw, observation: null, ready: true };
      queue.push(entry);
      switch (raw.topic) {
        case '/operator':
          spoken.push(raw);
          for (const analysis of analyses.values()) analysis.operator(raw.data);
          break;
        case '/gap':
          if (raw.data.kind === 'analysis-skipped') skipNext.add(raw.data.plane);
          break;
        case '/plane/a/frame':
        case '/plane/b/frame': {
          const plane = planeOfFrameTopic(raw.topic);
          if (!skipNext.delete(plane)) {
            entry.ready = false;
            analyse(entry, plane, raw);
          }
          break;
        }
        default:
      }
      drain();
    },
    settled(count) {
      if (queue.length <= count) return Promise.resolve();
      return new Promise((resolve) => settleWaiters.push({ count, resolve }));
    },
    async close() {
      await Promise.all(planeIds.map((plane) => analyses.get(plane)?.close()));
    },
  };
}
