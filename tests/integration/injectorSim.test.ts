import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { openInjectorSource } from '../../native-bridge/sources/openInjector.ts';
import { initialInjectors, injectorsStep } from '../../src/injector/injectors.ts';
import type { InjectorReading } from '../../src/injector/reading.ts';
import type { InjectorState } from '../../src/injector/state.ts';
import type { RawSample } from '../../src/sample/sample.ts';
import { hasSocat, ptyPair, whyNoSocat } from './ptyPair.ts';

const pedicle = fileURLToPath(new URL('../../native-bridge/cli/pedicle.mjs', import.meta.url));
const play = (...args: string[]): ChildProcess & { text: () => string } => {
  const child = spawn(process.execPath, [pedicle, 'injector-sim', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stderr?.on('data', (data: Buffer) => {
    text += data.toString();
  });
  return Object.assign(child, { text: () => text });
};
const exitOf = (child: ChildProcess): Promise<number | null> =>
  child.exitCode === null && child.signalCode === null ? new Promise((resolve) => child.once('exit', resolve)) : Promise.resolve(child.exitCode);

describe('pedicle injector-sim', () => {
  test('says in one sentence that there is no such port, and exits with 2', async () => {
    const child = play('--port', '/dev/no-such-port');
    expect(await exitOf(child)).toBe(2);
    expect(child.text()).toMatch(/^pedicle: There is no port \/dev\/no-such-port[^\n]*\n$/);
  });

  test.each([
    [['--fault', 'explode@3'], /is no fault/],
    [['--fault', 'stall'], /does not say when/],
    [['--driver', 'unheard-of'], /no injector driver unheard-of/],
    [['--rate', 'fast'], /rate is a number/],
  ])('%j is wrong usage', async (args, message) => {
    const child = play('--port', '/dev/null', ...args);
    expect(await exitOf(child)).toBe(2);
    expect(child.text()).toMatch(message);
  });
});

describe.skipIf(!hasSocat)(`an injector that is played over a kernel pty pair (${hasSocat ? 'socat' : whyNoSocat})`, () => {
  const undo: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const action of undo.splice(0).reverse()) await action();
  });

  /** Listens to a played injector until `done`, or four seconds. */
  async function hear(driver: string, args: readonly string[], done: (readings: readonly InjectorReading[], state: InjectorState | undefined) => boolean) {
    const pair = await ptyPair();
    undo.push(pair.remove);
    const source = await openInjectorSource(`serial:${pair.consoleEnd}?driver=${driver}`);
    if (!source.ok) throw new Error(source.fault.message);
    const abort = new AbortController();
    const readings: InjectorReading[] = [];
    const states: InjectorState[] = [];
    let fold = initialInjectors();
    let seq = 0;
    const listening = (async () => {
      for await (const event of source.value.events(abort.signal)) {
        const output = injectorsStep(fold, { topic: event.topic, tMs: performance.now(), seq: seq++, data: event.data } as RawSample);
        fold = output.fold;
        readings.push(...output.readings);
        states.push(...output.states);
      }
    })();
    undo.push(() => {
      abort.abort();
      return listening;
    });
    const child = play('--port', pair.deviceEnd, '--driver', driver, ...args);
    undo.push(async () => {
      if (child.exitCode === null) child.kill('SIGKILL');
      return exitOf(child);
    });
    const deadline = performance.now() + 10_000;
    while (!done(readings, states.at(-1)) && performance.now() < deadline && child.exitCode === null) await sleep(20);
    return { readings, states, child };
  }

  test('pedicle-v1: readings of the scenario without a gap, and Ctrl-C ends it with 0', async () => {
    const { readings, states, child } = await hear('pedicle-v1', ['--scenario', 'kyphoplasty', '--speed', '20'], (all) =>
      all.some((reading) => reading.mode === 'balloon'),
    );
    expect(readings.some((reading) => reading.mode === 'balloon')).toBe(true);
    expect(states.at(-1)?.line).toEqual({ corrupt: 0, missing: 0, repeated: 0 });
    expect(states.at(-1)?.identity).toMatch(/injector-sim/);
    child.kill('SIGINT');
    expect(await exitOf(child)).toBe(0);
  });

  test('new-era: a pump that answers questions', async () => {
    const { readings } = await hear('new-era', [], (all) => all.length >= 3);
    expect(readings.at(-1)).toMatchObject({ pressureKpa: null, volumeMl: 0, status: 'stopped' });
  });

  test('line: text with a check', async () => {
    const { readings, states } = await hear('line', [], (all) => all.length >= 20);
    expect(readings.length).toBeGreaterThanOrEqual(20);
    expect(states.at(-1)?.line.corrupt).toBeLessThanOrEqual(1);
  });

  test('every fault of the line is noticed as what it is, and the readings go on after it', async () => {
    const faults = ['clock-drift@0', 'wrong-crc@0.5', 'sequence-gap@1', 'duplicate@1.5', 'baud-garbage@2.6'].flatMap((fault) => ['--fault', fault]);
    const { readings, states } = await hear('pedicle-v1', [...faults, '--speed', '2'], (all) => (all.at(-1)?.deviceTimeMs ?? 0) > 4200);
    const line = states.at(-1)?.line;
    expect(line?.missing).toBeGreaterThan(10);
    expect(line?.repeated).toBeGreaterThan(20);
    expect(line?.corrupt).toBeGreaterThan(10);
    expect(readings.at(-1)?.deviceTimeMs).toBeGreaterThan(4200);
    const times = readings.map((reading) => reading.deviceTimeMs ?? 0);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    // Twenty milliseconds of the scenario between two messages, 500 ppm more on the device's own clock: 2 ms after four seconds.
    expect(times.every((time) => time === Math.round(20 * Math.round(time / 20.01) * 1.0005))).toBe(true);
  });

  test('lost and changed bytes, silence, an unplugged port and a wrong sensor are each seen as such, and the readings go on after them', async () => {
    const faults = ['drop@0.5', 'corrupt@2', 'pressure-spike@4', 'stall@5', 'unplug@10', 'slow-drift@15'].flatMap((fault) => ['--fault', fault]);
    const { readings, states } = await hear(
      'pedicle-v1',
      ['--scenario', 'quiet', ...faults, '--speed', '4'],
      (all) => (all.at(-1)?.deviceTimeMs ?? 0) > 19_000,
    );
    const at = (fromMs: number, toMs: number) => readings.filter(({ deviceTimeMs }) => (deviceTimeMs ?? 0) >= fromMs && (deviceTimeMs ?? 0) < toMs);
    const pressures = (fromMs: number, toMs: number) => at(fromMs, toMs).map(({ pressureKpa }) => pressureKpa ?? 0);
    expect(readings.at(-1)?.deviceTimeMs).toBeGreaterThan(19_000);
    // What was damaged gave nothing; nothing that was not sent was read.
    expect(states.at(-1)?.line.corrupt).toBeGreaterThan(5);
    expect(Math.max(...pressures(0, 4000))).toBeLessThan(400);
    expect(Math.max(...pressures(4000, 4050))).toBeGreaterThan(1400);
    expect(Math.max(...pressures(4100, 15_000))).toBeLessThan(400);
    expect(at(5000, 8000)).toEqual([]);
    expect(at(8000, 10_000).length).toBeGreaterThan(20);
    expect(at(10_000, 13_000)).toEqual([]);
    expect(at(13_500, 15_000).length).toBeGreaterThan(20);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    // Two kPa a second for three and a half, through the noise of a gauge.
    expect(mean(pressures(18_000, 19_000)) - mean(pressures(13_500, 15_000))).toBeGreaterThan(3);
  });

  test('a device alarm begins and ends', async () => {
    const { states } = await hear('pedicle-v1', ['--fault', 'device-alarm@0.5', '--speed', '4'], (all) => (all.at(-1)?.deviceTimeMs ?? 0) > 4000);
    expect(states.map((state) => state.deviceAlarm).filter((alarm, i, all) => alarm !== all[i - 1])).toEqual([
      null,
      'The injector raises an alarm: occlusion or stall.',
      null,
    ]);
  });
});
