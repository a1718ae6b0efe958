import type { AlarmPriority } from '../../src/alarm/alarm.ts';
import { type Burst, burstMs, bursts } from './burst.ts';

/** What can make a sound. `blocked`: the browser waits for a first click or key; `missing`: there is no sound on this computer. */
export interface AudioOut {
  state(): 'ready' | 'blocked' | 'missing';
  play(burst: Burst): void;
  /** Ends what is sounding. */
  silence(): void;
}

/** Of the alarm sound, always shown. It is never off: only paused, for a limited time, or held back by the browser. */
export type SoundState = { readonly kind: 'on' } | { readonly kind: 'paused'; readonly leftMs: number } | { readonly kind: 'blocked' | 'missing' };

/** The longest that the sound can be paused for. */
export const longestPauseMs = 120_000;

const rank: Readonly<Record<AlarmPriority, number>> = { low: 1, medium: 2, high: 3 };

export interface AlarmSound {
  /** The gravest alarm that nobody has acknowledged, null when there is none. */
  setPriority(priority: AlarmPriority | null): void;
  pause(): void;
  resume(): void;
  /** Sounds one burst, whatever else: true when it could be sounded. */
  test(priority: AlarmPriority): boolean;
  /** Starts what the browser may have held back; call it often. */
  tick(): void;
  state(): SoundState;
  /** How many bursts were sounded so far. */
  sounded(): number;
}

/** Repeats the burst of the gravest alarm. `now` in ms; it needs `tick` at least a few times a second. */
export function createAlarmSound(out: AudioOut, now: () => number): AlarmSound {
  let priority: AlarmPriority | null = null;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let pausedAt: AlarmPriority | null = null;
  let nextAt = Number.NEGATIVE_INFINITY;
  let count = 0;

  const isPaused = () => now() < pausedUntil;
  const sound = (which: AlarmPriority) => {
    out.play(bursts[which]);
    count++;
  };
  const tick = () => {
    if (priority === null || isPaused() || now() < nextAt || out.state() !== 'ready') return;
    sound(priority);
    nextAt = now() + burstMs(bursts[priority]) + bursts[priority].pauseMs;
  };
  const resume = () => {
    pausedUntil = Number.NEGATIVE_INFINITY;
    nextAt = now();
    tick();
  };

  return {
    setPriority: (next) => {
      if (next === priority) return;
      const graver = next !== null && rank[next] > (priority === null ? 0 : rank[priority]);
      priority = next;
      if (next === null) {
        out.silence();
        return;
      }
      // Something graver than what was paused must be heard.
      if (isPaused() && rank[next] > (pausedAt === null ? 0 : rank[pausedAt])) pausedUntil = Number.NEGATIVE_INFINITY;
      if (graver) {
        out.silence();
        nextAt = now();
      }
      tick();
    },
    pause: () => {
      pausedUntil = now() + longestPauseMs;
      pausedAt = priority;
      out.silence();
    },
    resume,
    test: (which) => {
      if (out.state() !== 'ready') return false;
      sound(which);
      nextAt = Math.max(nextAt, now() + burstMs(bursts[which]) + 500);
      return true;
    },
    tick,
    state: () => {
      const kind = out.state();
      if (kind !== 'ready') return { kind };
      return isPaused() ? { kind: 'paused', leftMs: pausedUntil - now() } : { kind: 'on' };
    },
    sounded: () => count,
  };
}
