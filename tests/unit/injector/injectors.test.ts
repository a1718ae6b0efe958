import { describe, expect, test } from 'vitest';
import { toBase64 } from '../../../src/base/bytes.ts';
import { presentInjectors } from '../../../src/injector/injectors.ts';
import { newEraPacket } from '../../../src/injector/newEraPacket.ts';
import { defaultInjectorSettings } from '../../../src/injector/settings.ts';
import { buildScenario } from './scenarioReadings.ts';
import { type Measured, testSession } from './sessions.ts';

type Session = ReturnType<typeof testSession>;

/** Measures every 10 ms from one time to another. */
function run(session: Session, fromMs: number, toMs: number, at: (tMs: number) => Measured): void {
  for (let tMs = fromMs; tMs < toMs; tMs += 10) session.measure(tMs, at(tMs));
}

const present = (session: Session, tMs: number) => {
  const [state] = presentInjectors(session.fold(), tMs);
  if (!state) throw new Error('no injector');
  return state;
};

describe('what the session makes of an injector', () => {
  test('each reading is given once; the state at most ten times a second while nothing of substance changes', () => {
    const session = testSession();
    run(session, 1000, 3000, () => ({ pressureKpa: 10, volumeMl: 0.5 }));
    expect(session.readings).toHaveLength(200);
    expect(session.states.filter(({ tMs }) => tMs >= 1100).length).toBe(19);
    expect(session.last().reading?.volumeMl).toBe(0.5);
  });

  test('the state is plain JSON: it comes back equal', () => {
    const session = testSession();
    run(session, 0, 15_000, (tMs) => ({ pressureKpa: tMs / 20, volumeMl: tMs / 5000 }));
    for (const { state } of session.states) expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  test('silent within 600 ms of the last reading, connected again with the next', () => {
    const session = testSession();
    run(session, 0, 1000, () => ({}));
    for (let tMs = 1000; tMs <= 1500; tMs += 100) session.tick(tMs);
    expect(session.last().connection).toBe('silent');
    session.measure(2000, {});
    expect(session.last().connection).toBe('connected');
  });

  test('never silent while readings come, and not silent but lost when the port is gone', () => {
    const session = testSession();
    for (let tMs = 0; tMs < 3000; tMs += 100) {
      session.measure(tMs, {});
      session.tick(tMs);
    }
    session.device(3000, { state: 'lost', message: 'unplugged' });
    session.tick(9000);
    expect([...new Set(session.states.map(({ state }) => state.connection))]).toEqual(['connected', 'lost']);
    expect(session.last().message).toBe('unplugged');
  });

  test('half a message before an unplugging does not spoil the first one after it', () => {
    const session = testSession();
    session.step({ topic: '/injector/bytes', tMs: 10, seq: 1, data: { device: 'injector', data: 'AQID' } });
    session.device(20, { state: 'lost' });
    session.device(30, {});
    session.measure(40, { pressureKpa: 12 });
    expect(session.last().line.corrupt).toBe(0);
    expect(session.readings).toHaveLength(1);
  });

  test('zero takes the volume from there, for readings and state, and never the pressure', () => {
    const session = testSession();
    session.measure(0, { volumeMl: 1.25, pressureKpa: 30 });
    session.operator(50, { kind: 'zero', device: 'injector' });
    expect(session.last().reading).toMatchObject({ volumeMl: 0, pressureKpa: 30 });
    session.measure(200, { volumeMl: 1.75, pressureKpa: 30 });
    expect(session.readings.at(-1)).toMatchObject({ volumeMl: 0.5, pressureKpa: 30 });
  });

  test.each([
    ['goes on running, the zero stays', 1, 1],
    ['was switched off and on, the zero is taken off no longer', 2, 4],
  ])('after an unplugging in which the device %s', (_, bootId, volumeMl) => {
    const session = testSession();
    session.measure(0, { volumeMl: 3 });
    session.operator(50, { kind: 'zero', device: 'injector' });
    session.device(100, { state: 'lost' });
    session.device(5000, {});
    session.measure(5100, { volumeMl: 4, bootId });
    expect(session.readings.at(-1)?.volumeMl).toBe(volumeMl);
    expect(session.last().line.missing).toBe(0);
  });

  test('a pump that was without power counts from zero, whatever the operator zeroed before', () => {
    const session = testSession();
    const say = (tMs: number, data: string) =>
      session.step({ topic: '/injector/bytes', tMs, seq: tMs, data: { device: 'injector', data: toBase64(newEraPacket(data)) } });
    session.device(0, { driver: 'new-era' });
    say(100, '00SI3.000W0.000ML');
    session.operator(200, { kind: 'zero', device: 'injector' });
    say(300, '00A?R');
    say(500, '00II0.250W0.000ML');
    expect(session.readings.at(-1)?.volumeMl).toBe(0.25);
  });

  test.each([
    ["after the device's own zero, everything is counted from there and the zero set here is off", 3, [3, 0, 0.01, 3.9], 3.9],
    ['a balloon emptied at once falls to where it was zeroed: the zero stays', 0.8, [4.8, 0.79, 0.8, 4.7], 3.9],
    ['a balloon emptied beyond it, by its vacuum: the zero stays', 3, [7, 1.2, 1.2, 6.9], 3.9],
    ['a balloon emptied step by step past the zero of the device: the zero stays', 0.8, [1.2, 0.8, 0.4, 0, 0, 4.7], 3.9],
    ['one wrong reading of none ends no zero', 3, [6.5, 0, 6.5, 6.9], 3.9],
  ])('%s', (_, zeroAtMl, volumesMl, lastMl) => {
    const session = testSession();
    session.measure(0, { volumeMl: zeroAtMl });
    session.operator(50, { kind: 'zero', device: 'injector' });
    for (const [i, volumeMl] of volumesMl.entries()) session.measure(200 * (i + 1), { volumeMl });
    expect(session.readings.at(-1)?.volumeMl).toBe(lastMl);
    expect(present(session, 2000).balloon.volumeMl).toBe(lastMl);
  });

  test('a zero set in the moment in which the counter fell keeps nothing of the volume before', () => {
    const session = testSession();
    session.measure(0, { volumeMl: 4 });
    session.measure(200, { volumeMl: 0.4 });
    session.operator(250, { kind: 'zero', device: 'injector' });
    for (const tMs of [400, 600]) session.measure(tMs, { volumeMl: 0.4 });
    expect(session.readings.at(-1)?.volumeMl).toBe(0);
  });

  test('a zero of a device that there is not changes nothing', () => {
    const session = testSession();
    session.measure(0, { volumeMl: 1 });
    for (const device of ['injector-left', 'constructor', '__proto__']) session.operator(10, { kind: 'zero', device });
    expect(presentInjectors(session.fold(), 10)).toMatchObject([{ device: 'injector', zeroMl: 0, reading: { volumeMl: 1 } }]);
  });

  test('bytes without a known driver are read as nothing and said so', () => {
    const session = testSession();
    session.device(0, { driver: 'no-such-driver' });
    session.measure(10, {});
    expect(session.readings).toEqual([]);
    expect(session.last().message).toMatch('no-such-driver');
  });

  test('two injectors keep their own state', () => {
    const session = testSession();
    session.device(0, { device: 'injector-right' });
    session.measure(10, { volumeMl: 2 });
    expect(presentInjectors(session.fold(), 10).map((state) => [state.device, state.reading?.volumeMl ?? null])).toEqual([
      ['injector', 2],
      ['injector-right', null],
    ]);
  });

  test('a device clock that runs 200 ppm slow is seen as such, through arrival jitter', () => {
    const session = testSession();
    for (let i = 0; i < 1200; i++) session.measure(i * 50 + ((i * 7) % 5), { deviceTimeMs: Math.round(i * 50 * (1 - 200e-6)) });
    expect(present(session, 60_000).clock?.driftPpm).toBeGreaterThan(170);
    expect(present(session, 60_000).clock?.driftPpm).toBeLessThan(230);
  });
});

describe('balloon', () => {
  const inflate = (session: Session, startMs: number, peakKpa: number) => {
    run(session, startMs, startMs + 3000, (tMs) => ({ pressureKpa: ((tMs - startMs) / 3000) * peakKpa, volumeMl: (tMs - startMs) / 1000 }));
    run(session, startMs + 3000, startMs + 8000, (tMs) => ({ pressureKpa: peakKpa - (tMs - startMs - 3000) / 50, volumeMl: 3 }));
    run(session, startMs + 8000, startMs + 9500, (tMs) => ({
      pressureKpa: peakKpa * 0.4 * (1 - (tMs - startMs - 8000) / 1500),
      volumeMl: 3 - (tMs - startMs - 8000) / 500,
    }));
    run(session, startMs + 9500, startMs + 10_000, () => ({ pressureKpa: 0, volumeMl: 0 }));
  };

  test('counts inflations with the peak and duration of each', () => {
    const session = testSession();
    inflate(session, 1000, 1200);
    inflate(session, 15_000, 900);
    const { balloon } = present(session, 30_000);
    expect(balloon.inflations).toBe(2);
    expect(balloon.current).toBeNull();
    expect(balloon.peakPressureKpa).toBe(1200);
    expect(balloon.history.map((inflation) => inflation.peakPressureKpa)).toEqual([1200, 900]);
    for (const { fromMs, toMs, ruptured, greatestVolumeMl } of balloon.history) {
      expect(ruptured).toBe(false);
      expect((toMs ?? 0) - fromMs).toBeGreaterThan(8500);
      expect((toMs ?? 0) - fromMs).toBeLessThan(9800);
      expect(greatestVolumeMl).toBe(3);
    }
  });

  test('gives the loss of pressure while the volume is held', () => {
    const session = testSession();
    run(session, 0, 3000, (tMs) => ({ pressureKpa: tMs / 3, volumeMl: tMs / 1000 }));
    run(session, 3000, 13_000, (tMs) => ({ pressureKpa: 1000 - (tMs - 3000) / 100, volumeMl: 3 }));
    const hold = present(session, 13_000).balloon.hold;
    expect(hold?.decayKpaPerMin).toBeGreaterThan(450);
    expect(hold?.decayKpaPerMin).toBeLessThan(650);
  });

  test('finds where the balloon met the wall, and where the wall gave way', () => {
    const session = testSession();
    const pressureAt = (volumeMl: number) => 100 + 100 * volumeMl + 800 * Math.max(0, Math.min(volumeMl, 3.2) - 2.5);
    run(session, 0, 20_000, (tMs) => ({ volumeMl: tMs / 5000, pressureKpa: pressureAt(tMs / 5000) }));
    const current = present(session, 20_000).balloon.current;
    expect(current?.wallContactMl).toBeGreaterThan(2.3);
    expect(current?.wallContactMl).toBeLessThan(2.7);
    expect(current?.yieldMl).toBeGreaterThan(3);
    expect(current?.yieldMl).toBeLessThan(3.4);
  });

  test.each([1, 2, 3])(
    'what each push adds for the moment is no wall: found within a push of 2.5 mL in the stepwise simulated kyphoplasty (seed %i)',
    (seed) => {
      const [inflation] = buildScenario('kyphoplasty', seed, 20).last().balloon.history;
      expect(inflation?.wallContactMl).toBeGreaterThanOrEqual(2.4);
      expect(inflation?.wallContactMl).toBeLessThanOrEqual(3.1);
      expect(inflation?.yieldMl).toBeNull();
    },
  );
});

describe('cement', () => {
  test('counts what goes in over the session and since the last zero', () => {
    const session = testSession();
    run(session, 0, 10_000, (tMs) => ({ mode: 'cement', volumeMl: tMs / 5000, pressureKpa: 400 }));
    session.operator(10_000, { kind: 'zero', device: 'injector' });
    run(session, 10_010, 15_000, (tMs) => ({ mode: 'cement', volumeMl: tMs / 5000, pressureKpa: 500 }));
    const { cement } = present(session, 15_000);
    expect(cement.volumeMl).toBeCloseTo(2.998, 6);
    expect(cement.sinceZeroMl).toBeCloseTo(1, 2);
    expect(cement.backPressureKpa).toBe(500);
    expect(cement.rateMlPerMin).toBeCloseTo(12, 1);
  });

  test('what went in while the line was cut is counted', () => {
    const session = testSession();
    session.measure(0, { mode: 'cement', volumeMl: 1 });
    session.device(100, { state: 'lost' });
    session.device(5000, {});
    session.measure(5100, { mode: 'cement', volumeMl: 1.75 });
    expect(present(session, 5100).cement.volumeMl).toBe(1.75);
  });

  test('a counter that the device sets back does not take cement out again', () => {
    const session = testSession();
    session.measure(0, { mode: 'cement', volumeMl: 2 });
    session.measure(100, { mode: 'cement', volumeMl: 0, bootId: 2 });
    session.measure(200, { mode: 'cement', volumeMl: 0.5, bootId: 2 });
    expect(present(session, 200).cement.volumeMl).toBe(2.5);
  });

  test.each([
    ['a line that has lost its beginning', [12.9, 12.95, 2.96, 12.97, 13], 13],
    ['a line that has lost its point', [2.9, 2.95, 296, 2.97, 3], 3],
    ['a wrong line and another one', [12.9, 2.95, 1.95, 12.97, 13], 13],
  ])('the total is not changed by %s', (_, volumesMl, totalMl) => {
    const session = testSession();
    for (const [i, volumeMl] of volumesMl.entries()) session.measure(200 * i, { mode: 'cement', volumeMl });
    expect(present(session, 2000).cement.volumeMl).toBeCloseTo(totalMl, 6);
  });

  test('what is delivered once the counter was set back is counted to the last drop, also by a slow device', () => {
    const session = testSession();
    for (const [i, volumeMl] of [2, 0.2, 0.9, 1.6, 2.4].entries()) session.measure(4000 * i, { mode: 'cement', volumeMl });
    expect(present(session, 20_000).cement.volumeMl).toBeCloseTo(4.4, 6);
  });

  test('what a counter was set back to before cement counts for no cement', () => {
    const session = testSession();
    session.measure(0, { volumeMl: 3 });
    session.measure(200, { mode: 'idle', volumeMl: 0.25 });
    session.measure(400, { mode: 'cement', volumeMl: 0.26 });
    expect(present(session, 400).cement.volumeMl).toBeCloseTo(0.01, 6);
  });

  test('the balloon counts no cement and cement no balloon', () => {
    const session = testSession();
    run(session, 0, 3000, (tMs) => ({ volumeMl: tMs / 1000, pressureKpa: tMs / 3 }));
    run(session, 3000, 5000, () => ({ mode: 'idle', volumeMl: 0 }));
    run(session, 5000, 6000, (tMs) => ({ mode: 'cement', volumeMl: (tMs - 5000) / 1000, pressureKpa: 300 }));
    const state = present(session, 6000);
    expect(state.cement.volumeMl).toBeCloseTo(0.99, 6);
    expect(state.balloon.inflations).toBe(1);
    expect(state.balloon.peakPressureKpa).toBeLessThan(1000);
  });

  test('times said with the mix come before those of the product', () => {
    const product = { name: 'Sample cement', opensAfterMs: 60_000, closesAfterMs: 300_000, setsAfterMs: 400_000, atTemperatureC: 20, timesPerDegree: 0.9 };
    const session = testSession({ ...defaultInjectorSettings, cements: [product], roomTemperatureC: 22 });
    session.operator(1000, { kind: 'cement-mixed', product: 'Sample cement', times: { opensAfterMin: 1, closesAfterMin: 4, setsAfterMin: 5 } });
    expect(session.last().cement.clock).toEqual({ product: 'Sample cement', mixedAtMs: 1000, opensAtMs: 61_000, closesAtMs: 241_000, setAtMs: 301_000 });
  });

  test('a mix that was taken back has no clock: the one before goes on, and without any there is none', () => {
    const session = testSession();
    session.step({ topic: '/operator', tMs: 1000, seq: 501, data: { kind: 'cement-mixed' } });
    session.step({ topic: '/operator', tMs: 400_000, seq: 502, data: { kind: 'cement-mixed' } });
    expect(session.last().cement.mixedAtMs).toBe(400_000);
    session.step({ topic: '/operator', tMs: 402_000, seq: 503, data: { kind: 'correction', of: 502, text: 'Taken back: cement mixed' } });
    expect(session.last().cement.mixedAtMs).toBe(1000);
    const given = session.states.length;
    session.step({ topic: '/operator', tMs: 403_000, seq: 504, data: { kind: 'correction', of: 7, text: 'Taken back: mark' } });
    expect(session.states).toHaveLength(given);
    session.step({ topic: '/operator', tMs: 404_000, seq: 505, data: { kind: 'correction', of: 501, text: 'Taken back: cement mixed' } });
    expect(session.last().cement).toMatchObject({ mixedAtMs: null, clock: null, phase: null });
    expect(session.fold().cementClock).toBeNull();
  });

  test('the clock runs by the product of the site and is hastened by a warm room', () => {
    const product = { name: 'Sample cement', opensAfterMs: 60_000, closesAfterMs: 300_000, setsAfterMs: 400_000, atTemperatureC: 20, timesPerDegree: 0.9 };
    const session = testSession({ ...defaultInjectorSettings, cements: [product], roomTemperatureC: 22 });
    session.operator(1000, { kind: 'cement-mixed', product: 'Sample cement' });
    expect(session.last().cement.clock).toEqual({ product: 'Sample cement', mixedAtMs: 1000, opensAtMs: 49_600, closesAtMs: 244_000, setAtMs: 325_000 });
    for (const tMs of [2000, 49_600, 244_000, 325_000]) session.tick(tMs);
    expect(session.states.map(({ state }) => state.cement.phase).filter((phase, i, all) => phase !== null && phase !== all[i - 1])).toEqual([
      'mixing',
      'working',
      'closed',
      'set',
    ]);
  });
});
