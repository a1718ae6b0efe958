import type { AlarmPriority } from '../../src/alarm/alarm.ts';

/** One tone of a burst. */
export interface Pulse {
  /** From the start of the burst. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly frequencyHz: number;
}

/** The sound of one priority: told apart by count, pace and melody, not by loudness alone. */
export interface Burst {
  readonly pulses: readonly Pulse[];
  /** From the end of a burst to the start of the next. */
  readonly pauseMs: number;
}

const c4Hz = 261.6;
const e4Hz = 329.6;

function inARow(startMs: number, count: number, durationMs: number, gapMs: number, frequencyHz = c4Hz): Pulse[] {
  return Array.from({ length: count }, (_, i) => ({ atMs: startMs + i * (durationMs + gapMs), durationMs, frequencyHz }));
}

const endOf = (pulses: readonly Pulse[]): number => Math.max(...pulses.map(({ atMs, durationMs }) => atMs + durationMs));

const highPulseMs = 150;
const highGapMs = 90;
/** Three, a breath, two: half of a high-priority burst. */
function five(startMs: number): Pulse[] {
  const first = inARow(startMs, 3, highPulseMs, highGapMs);
  return [...first, ...inARow(endOf(first) + 2 * highGapMs + highPulseMs, 2, highPulseMs, highGapMs)];
}
const halfOfHigh = five(0);

/**
 * In the manner of IEC 60601-1-8: high has ten pulses (3 + 2, twice) with 75–200 ms pulses 50–125 ms apart, medium three and low
 * two with 125–250 ms pulses 125–250 ms apart; high comes again within 2.5–15 s, medium within 2.5–30 s, low after more than 15 s.
 */
export const bursts: Readonly<Record<AlarmPriority, Burst>> = {
  high: { pulses: [...halfOfHigh, ...five(endOf(halfOfHigh) + 600)], pauseMs: 3000 },
  medium: { pulses: inARow(0, 3, 200, 180), pauseMs: 7000 },
  low: {
    pulses: [
      { atMs: 0, durationMs: 200, frequencyHz: e4Hz },
      { atMs: 400, durationMs: 200, frequencyHz: c4Hz },
    ],
    pauseMs: 20_000,
  },
};

export const burstMs = (burst: Burst): number => endOf(burst.pulses);

/** Strengths of the fundamental and its harmonics: at least four within 15 dB, so that the tone is heard through noise and placed in the room. */
export const harmonics: readonly number[] = [1, 0.8, 0.6, 0.5, 0.4];
/** Of a pulse, for rise and fall: no click. */
export const riseShare = 0.15;
