import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlarmEpisode } from '../../src/alarm/episodes.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { type SessionTrack, startSessionTrack, type TrackedFrame } from '../../src/session/sessionTrack.ts';
import { compareSessions, offsetMs } from '../../src/session/sideBySide.ts';

const leak: AlarmEpisode = { id: 'cement-leak/a', condition: 'cement-leak', priority: 'high', fromMs: 3000, toMs: 4000 };
const frame = (tMs: number, x: number, cementMl: number | null = null): TrackedFrame => ({ tMs, tipImagePx: [x, 0], mmPerPx: null, cementMl });

const track = (shiftMs = 0): SessionTrack => ({
  durationMs: 5000 + shiftMs,
  stages: [
    { stage: 'access', fromMs: 0 },
    { stage: 'injection', fromMs: 1000 + shiftMs },
  ],
  readings: Array.from({ length: 50 }, (_, index) => ({ tMs: index * 100 + shiftMs, pressureKpa: index, volumeMl: null })),
  frames: { a: Array.from({ length: 20 }, (_, index) => frame(index * 250 + shiftMs, index, index / 10)), b: [] },
  alarms: [{ ...leak, fromMs: leak.fromMs + shiftMs, toMs: 4000 + shiftMs }],
});

const shifted = (tMs: number, shiftMs: number) => track(shiftMs).readings.find((reading) => reading.tMs === tMs + shiftMs);

describe('two sessions side by side', () => {
  const seed = 90;
  test(`the same session, started later and lined up by a stage, is the same everywhere (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (shiftMs) => {
        const [left, right] = [track(), track(shiftMs)];
        const ahead = offsetMs(left, right, 'injection');
        expect(ahead).toEqual({ ok: true, value: shiftMs });
        const { planes, alarms, curve } = compareSessions(left, right, shiftMs);
        expect(alarms).toMatchObject({ unchanged: 1, moved: [], lost: [], gained: [] });
        expect(planes.a).toMatchObject({ alone: { left: 0, right: 0 }, tipPx: { count: 20, zeros: 20 }, cementMl: { count: 20, zeros: 20 } });
        const at = curve.leftMs.indexOf(1200);
        expect(curve.left.pressureKpa[at]).toBe(12);
        expect(curve.right.pressureKpa[at]).toBe(shifted(1200, shiftMs)?.pressureKpa);
      }),
      { seed, numRuns: 30 },
    );
  });

  test('frames are paired within a moment, each once; the others are alone', () => {
    const left = { ...track(), frames: { a: [frame(0, 0), frame(100, 1), frame(200, 2)], b: [] } };
    const right = { ...track(), frames: { a: [frame(20, 3), frame(240, 2), frame(900, 9)], b: [] } };
    const { frames, alone, tipPx } = compareSessions(left, right, 0).planes.a;
    expect(frames.map(({ leftMs, rightMs, tipPx: apart }) => [leftMs, rightMs, apart])).toEqual([
      [0, 20, 3],
      [200, 240, 0],
    ]);
    expect(alone).toEqual({ left: 1, right: 1 });
    expect(tipPx).toMatchObject({ count: 2, zeros: 1, largest: 3 });
  });

  test('where a side has no reading for half a second its curve has a gap', () => {
    const { curve } = compareSessions(track(), { ...track(), readings: [] }, 0);
    expect(curve.right.pressureKpa.every((value) => value === null)).toBe(true);
    expect(curve.left.pressureKpa.at(-1)).toBe(49);
    const quiet = compareSessions({ ...track(), readings: [{ tMs: 0, pressureKpa: 7, volumeMl: 1 }] }, track(), 0).curve;
    expect(quiet.left.pressureKpa.slice(0, 8)).toEqual([7, 7, 7, 7, 7, 7, null, null]);
  });

  test('a stage that one never enters cannot line them up, and the sentence says which', () => {
    expect(offsetMs(track(), { ...track(), stages: [] }, 'injection')).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining('second session never enters') },
    });
  });

  test('a course is collected from samples: needle and cement of one frame are one entry', () => {
    const { add, track: collected } = startSessionTrack();
    const needle = {
      needle: { tip: [4, 5], direction: [1, 0], confidence: 1, tipSigmaPx: 1 },
      needles: [],
      deviation: null,
      mmPerPx: 0.5,
      scaleFrom: 'calibration',
    };
    add({ topic: '/plane/b/needle', tMs: 40, seq: 1, data: needle } as unknown as Sample);
    add({ topic: '/plane/b/cement', tMs: 40, seq: 1, data: { volumeMl: 1.5 } } as unknown as Sample);
    add({ topic: '/tick', tMs: 90, seq: 2, data: { count: 0 } });
    expect(collected()).toMatchObject({ durationMs: 90, frames: { a: [], b: [{ tMs: 40, tipImagePx: [4, 5], mmPerPx: 0.5, cementMl: 1.5 }] } });
  });
});
