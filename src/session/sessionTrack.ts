import { type AlarmEpisode, startEpisodes } from '../alarm/episodes.ts';
import type { Stage } from '../procedure/operatorEvent.ts';
import type { PlaneId, Sample } from '../sample/sample.ts';

/** What guidance said of one frame, as far as two sessions are compared by it. */
export interface TrackedFrame {
  readonly tMs: number;
  readonly tipImagePx: readonly [x: number, y: number] | null;
  readonly mmPerPx: number | null;
  readonly cementMl: number | null;
}

/** One reading of the injector. */
export interface TrackedReading {
  readonly tMs: number;
  readonly pressureKpa: number | null;
  readonly volumeMl: number | null;
}

/** The course of a session: what is laid beside the course of another. Plain data; times are its own. */
export interface SessionTrack {
  readonly durationMs: number;
  readonly stages: readonly { readonly stage: Stage; readonly fromMs: number }[];
  readonly readings: readonly TrackedReading[];
  readonly frames: Readonly<Record<PlaneId, readonly TrackedFrame[]>>;
  readonly alarms: readonly AlarmEpisode[];
}

/** Collects a course out of samples in the order of the session; frames themselves are not needed. */
export function startSessionTrack(): { readonly add: (sample: Sample) => void; readonly track: () => SessionTrack } {
  const stages: { stage: Stage; fromMs: number }[] = [];
  const readings: TrackedReading[] = [];
  const frames: Record<PlaneId, TrackedFrame[]> = { a: [], b: [] };
  const alarms = startEpisodes();
  let durationMs = 0;
  let device: string | null = null;
  const lastFrame = (plane: PlaneId, tMs: number): TrackedFrame | null => {
    const last = frames[plane].at(-1);
    return last?.tMs === tMs ? last : null;
  };
  return {
    add(sample) {
      const { tMs } = sample;
      durationMs = Math.max(durationMs, tMs);
      switch (sample.topic) {
        case '/procedure':
          if (stages.at(-1)?.stage !== sample.data.stage) stages.push({ stage: sample.data.stage, fromMs: sample.data.stageSinceMs });
          break;
        case '/injector/reading':
          // Two injectors in one curve would be neither: the one that spoke first is compared.
          device ??= sample.data.device;
          if (sample.data.device === device) readings.push({ tMs, pressureKpa: sample.data.pressureKpa, volumeMl: sample.data.volumeMl });
          break;
        case '/plane/a/needle':
        case '/plane/b/needle': {
          const plane = sample.topic === '/plane/a/needle' ? 'a' : 'b';
          frames[plane].push({ tMs, tipImagePx: sample.data.needle?.tip ?? null, mmPerPx: sample.data.mmPerPx, cementMl: null });
          break;
        }
        case '/plane/a/cement':
        case '/plane/b/cement': {
          // Guidance says needle, then cement of a frame: the two make one entry.
          const plane = sample.topic === '/plane/a/cement' ? 'a' : 'b';
          const seen = lastFrame(plane, tMs);
          if (seen) frames[plane][frames[plane].length - 1] = { ...seen, cementMl: sample.data.volumeMl };
          break;
        }
        case '/alarm':
          alarms.add(tMs, sample.data);
          break;
        default:
      }
    },
    track: () => ({ durationMs, stages, readings, frames, alarms: alarms.episodes() }),
  };
}
