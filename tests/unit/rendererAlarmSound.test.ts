import { describe, expect, test } from 'vitest';
import { type AudioOut, createAlarmSound, longestPauseMs } from '../../renderer/alarm/alarmSound.ts';
import { type Burst, burstMs, bursts, harmonics } from '../../renderer/alarm/burst.ts';

function room() {
  let nowMs = 0;
  let state: ReturnType<AudioOut['state']> = 'ready';
  const played: { readonly atMs: number; readonly burst: Burst }[] = [];
  const sound = createAlarmSound({ state: () => state, play: (burst) => void played.push({ atMs: nowMs, burst }), silence: () => {} }, () => nowMs);
  return {
    sound,
    played,
    count: (burst: Burst) => played.filter((each) => each.burst === burst).length,
    setState: (next: typeof state) => {
      state = next;
    },
    pass: (ms: number) => {
      for (const end = nowMs + ms; nowMs < end; ) {
        nowMs += 100;
        sound.tick();
      }
    },
  };
}

const gaps = ({ pulses }: Burst) => pulses.slice(1).map((pulse, i) => pulse.atMs - ((pulses[i]?.atMs ?? 0) + (pulses[i]?.durationMs ?? 0)));

describe('bursts keep to the bounds of their priority', () => {
  test('ten, three and two pulses', () => {
    expect([bursts.high, bursts.medium, bursts.low].map(({ pulses }) => pulses.length)).toEqual([10, 3, 2]);
  });

  test('high is quicker than medium, and comes again sooner', () => {
    for (const { durationMs } of bursts.high.pulses) expect(durationMs >= 75 && durationMs <= 200).toBe(true);
    const [first, second, third, , fifth] = gaps(bursts.high);
    for (const gap of [first, second]) expect(gap !== undefined && gap >= 50 && gap <= 125).toBe(true);
    expect(third).toBe(2 * (first ?? 0) + 150);
    expect(fifth !== undefined && fifth >= 350 && fifth <= 1300).toBe(true);
    for (const gap of [...gaps(bursts.medium), ...gaps(bursts.low)]) expect(gap >= 125 && gap <= 250).toBe(true);
    expect(bursts.high.pauseMs >= 2500 && bursts.high.pauseMs <= 15_000).toBe(true);
    expect(bursts.medium.pauseMs >= 2500 && bursts.medium.pauseMs <= 30_000).toBe(true);
    expect(bursts.low.pauseMs).toBeGreaterThan(15_000);
  });

  test('four harmonics and more within 15 dB', () => {
    expect(harmonics.filter((strength) => 20 * Math.log10(strength / Math.max(...harmonics)) >= -15).length).toBeGreaterThanOrEqual(4);
  });
});

describe('the alarm sound', () => {
  test('repeats while an alarm is unacknowledged, and is still when there is none', () => {
    const { sound, played, pass } = room();
    pass(10_000);
    expect(played).toHaveLength(0);
    sound.setPriority('medium');
    expect(played).toHaveLength(1);
    pass(burstMs(bursts.medium) + bursts.medium.pauseMs + 200);
    expect(played).toHaveLength(2);
    sound.setPriority(null);
    pass(60_000);
    expect(played).toHaveLength(2);
  });

  test('a graver alarm is heard at once', () => {
    const { sound, pass, count } = room();
    sound.setPriority('low');
    pass(1000);
    sound.setPriority('high');
    expect(count(bursts.high)).toBe(1);
  });

  test('is paused for two minutes at most, and a graver alarm ends the pause', () => {
    const { sound, played, pass, count } = room();
    sound.setPriority('medium');
    sound.pause();
    pass(longestPauseMs - 1000);
    expect(played).toHaveLength(1);
    expect(sound.state().kind).toBe('paused');
    pass(2000);
    expect(sound.state().kind).toBe('on');
    expect(played).toHaveLength(2);
    sound.pause();
    sound.setPriority('high');
    expect(sound.state().kind).toBe('on');
    expect(count(bursts.high)).toBe(1);
  });

  test('says when the browser holds it back, and starts when that is over', () => {
    const { sound, played, pass, setState } = room();
    setState('blocked');
    sound.setPriority('high');
    pass(5000);
    expect(sound.state()).toEqual({ kind: 'blocked' });
    expect(sound.test('low')).toBe(false);
    expect(played).toHaveLength(0);
    setState('ready');
    pass(200);
    expect(played).toHaveLength(1);
  });

  test('each priority can be tested', () => {
    const { sound, played } = room();
    for (const priority of ['high', 'medium', 'low'] as const) expect(sound.test(priority)).toBe(true);
    expect(played.map(({ burst }) => burst)).toEqual([bursts.high, bursts.medium, bursts.low]);
  });
});
