import { type AlarmEvent, type AlarmPriority, isGraver } from './alarm.ts';

/** One alarm from raised to ended. */
export interface AlarmEpisode {
  readonly id: string;
  readonly condition: string;
  /** The gravest that it had. */
  readonly priority: AlarmPriority;
  readonly fromMs: number;
  /** `null` when it stood until the end. */
  readonly toMs: number | null;
}

/** Collects the life of each alarm out of its events, in order of their beginning. */
export function startEpisodes(): { readonly add: (tMs: number, event: AlarmEvent) => void; readonly episodes: () => readonly AlarmEpisode[] } {
  const standing = new Map<string, AlarmEpisode>();
  const ended: AlarmEpisode[] = [];
  return {
    add(tMs, { id, condition, priority, phase }) {
      const before = standing.get(id);
      if (phase === 'ended') {
        if (before) ended.push({ ...before, toMs: tMs });
        standing.delete(id);
      } else if (before) standing.set(id, isGraver(priority, before.priority) ? { ...before, priority } : before);
      else standing.set(id, { id, condition, priority, fromMs: tMs, toMs: null });
    },
    episodes: () => [...ended, ...standing.values()].sort((p, q) => p.fromMs - q.fromMs),
  };
}

export interface EpisodeChanges {
  /** The same from beginning to end. */
  readonly unchanged: number;
  readonly moved: readonly { readonly was: AlarmEpisode; readonly is: AlarmEpisode }[];
  readonly lost: readonly AlarmEpisode[];
  readonly gained: readonly AlarmEpisode[];
}

/** An alarm that comes this much earlier or later is the same alarm, moved; further apart one was lost and another gained. */
const sameWithinMs = 2000;

/** Which alarms one side has and the other lacks. `offsetMs` is added to the times of `was` first. */
export function compareEpisodes(was: readonly AlarmEpisode[], is: readonly AlarmEpisode[], offsetMs = 0): EpisodeChanges {
  const left = [...is];
  const moved: { was: AlarmEpisode; is: AlarmEpisode }[] = [];
  const lost: AlarmEpisode[] = [];
  let unchanged = 0;
  for (const episode of was) {
    const fromMs = episode.fromMs + offsetMs;
    const candidates = left.filter(({ id, fromMs: otherMs }) => id === episode.id && Math.abs(otherMs - fromMs) <= sameWithinMs);
    const [nearest] = candidates.sort((p, q) => Math.abs(p.fromMs - fromMs) - Math.abs(q.fromMs - fromMs));
    if (nearest === undefined) {
      lost.push(episode);
      continue;
    }
    left.splice(left.indexOf(nearest), 1);
    const toMs = episode.toMs === null ? null : episode.toMs + offsetMs;
    if (nearest.fromMs === fromMs && nearest.toMs === toMs && nearest.priority === episode.priority) unchanged++;
    else moved.push({ was: episode, is: nearest });
  }
  return { unchanged, moved, lost, gained: left };
}
