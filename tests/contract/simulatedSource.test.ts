import { describe, expect, test } from 'vitest';
import { openSimulatedFrames, openSimulatedInjector, openSimulatedOperator } from '../../native-bridge/sources/simulated.ts';
import type { Source, SourceEvent } from '../../native-bridge/sources/source.ts';
import { fromBase64 } from '../../src/base/bytes.ts';
import type { Result } from '../../src/base/result.ts';
import { pedicleV1Driver } from '../../src/injector/pedicleV1.ts';
import { scenarioByName } from '../../src/simulation/scenario.ts';
import { virtualInjectorAt } from '../../src/simulation/virtualInjector.ts';
import { sourceContract } from './source.ts';

async function opened(source: Promise<Result<Source>>): Promise<Source> {
  const result = await source;
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

async function all(source: Promise<Result<Source>>): Promise<SourceEvent[]> {
  const events: SourceEvent[] = [];
  for await (const event of (await opened(source)).events(new AbortController().signal)) events.push(event);
  return events;
}

sourceContract('simulated frames, plane a', () => opened(openSimulatedFrames('sim:kyphoplasty?seed=3&size=128&duration=3', 'a')));
sourceContract('simulated frames, plane b, beam that stops', () => opened(openSimulatedFrames('sim:quiet?seed=3&size=64&duration=25&fps=4&beam=stops', 'b')));

sourceContract('simulated video', () => opened(openSimulatedFrames('sim:vertebroplasty?size=128&duration=1&look=video', 'a')));

describe('simulated sources', () => {
  test('frames come fifteen a second at whole microseconds, between "connected" and "ended"', async () => {
    const events = await all(openSimulatedFrames('sim:quiet?size=64&duration=1', 'b'));
    expect(events.map((event) => event.atMs)).toEqual([0, ...Array.from({ length: 15 }, (_, i) => Math.round((i * 1e6) / 15) / 1000), 1000]);
    expect(events[0]).toMatchObject({ topic: '/device', data: { device: 'plane-b', state: 'connected', simulated: true } });
    expect(events[1]).toMatchObject({
      topic: '/plane/b/frame',
      data: { attributes: { rows: 64, columns: 64, bitsStored: 12, simulated: true, frameNumber: 0 } },
    });
    expect(events.at(-1)).toMatchObject({ topic: '/device', data: { device: 'plane-b', state: 'ended' } });
  });

  test('a story that is repeated goes on in time and in numbers, for frames, injector and operator alike; without stages it opens once', async () => {
    const uri = 'sim:quiet?size=64&duration=1&fps=5&repeat=3';
    const frames = (await all(openSimulatedFrames(uri, 'a'))).flatMap((event) => (event.topic === '/plane/a/frame' ? [event] : []));
    expect(frames.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 15 }, (_, i) => i * 200));
    expect(frames.map(({ data }) => data.attributes.frameNumber)).toEqual(Array.from({ length: 15 }, (_, i) => i));
    expect(frames[7]?.data.pixels).toEqual(frames[2]?.data.pixels);
    const injector = await all(openSimulatedInjector(uri));
    expect(injector.at(-1)).toMatchObject({ topic: '/device', data: { state: 'ended' }, atMs: 3000 });
    const timesOf = async (kind: string, story: string) =>
      (await all(openSimulatedOperator(story))).filter((event) => event.topic === '/operator' && event.data.kind === kind).map(({ atMs }) => atMs);
    const repeated = 'sim:kyphoplasty?size=64&duration=20&repeat=3';
    expect(await timesOf('plan', uri)).toEqual([0]);
    expect(await timesOf('plan', repeated)).toEqual([0, 20_000, 40_000]);
    // The next patient: without a new reference the last one's cement would have gone on.
    expect(await timesOf('reference', repeated)).toEqual([20_000, 40_000]);
  });

  test('a beam that stops says so, sends nothing meanwhile and loses no number', async () => {
    const events = await all(openSimulatedFrames('sim:quiet?size=64&duration=25&fps=4&beam=stops', 'a'));
    const frames = events.filter((event) => event.topic === '/plane/a/frame');
    expect(frames.map((event) => event.data.attributes.frameNumber)).toEqual(Array.from({ length: 84 }, (_, i) => i));
    expect(events.filter((event) => event.atMs !== null && event.atMs > 20_000 && event.atMs < 24_000)).toEqual([]);
    expect(events.flatMap((event) => (event.topic === '/device' && event.data.state === 'notice' ? [event.data.message] : []))).toEqual([
      'Fluoroscopy off: last image held.',
      'Fluoroscopy on.',
    ]);
  });

  test('a C-arm that turns is one plane: its geometry changes while the beam is off, and the plan with it', async () => {
    const uri = 'sim:quiet?size=64&duration=13&fps=4&carm=turns';
    const frames = (await all(openSimulatedFrames(uri, 'a'))).filter((event) => event.topic === '/plane/a/frame');
    const angles = frames.map((event) => Math.round((event.data.attributes.geometry.primaryAngleDeg ?? 0) / 10) * 10);
    expect(angles).toEqual([...Array(40).fill(180), ...Array(7).fill(90)]);
    expect(frames.every((event) => event.atMs !== null && (event.atMs < 10_000 || event.atMs >= 11_200))).toBe(true);
    const plans = (await all(openSimulatedOperator(uri))).flatMap(({ topic, atMs, data }) =>
      topic === '/operator' && data.kind === 'plan' ? [{ atMs, planes: data.plan.planes }] : [],
    );
    expect(plans.map((one) => one.atMs)).toEqual([0, 10_000]);
    expect(plans.map(({ planes }) => planes.a?.posteriorWall !== undefined && planes.b === undefined)).toEqual([false, true]);
    const other = await openSimulatedFrames(uri, 'b');
    expect(other.ok ? '' : other.fault.message).toContain('one plane only');
  });

  test('the injector sends fifty readings a second that its driver decodes without a complaint', async () => {
    const events = await all(openSimulatedInjector('sim:balloon-rupture?seed=7'));
    const built = scenarioByName('balloon-rupture', 7);
    if (!built.ok) throw new Error(built.fault.message);
    expect(events[0]).toMatchObject({ topic: '/device', data: { device: 'injector', state: 'connected', driver: 'pedicle-v1', simulated: true } });
    expect(events.at(-1)).toMatchObject({ topic: '/device', data: { device: 'injector', state: 'ended' } });
    let state = pedicleV1Driver.initial('injector');
    let readings = 0;
    for (const event of events) {
      if (event.topic !== '/injector/bytes') continue;
      const received = pedicleV1Driver.receive(state, fromBase64(event.data.data) ?? new Uint8Array(), event.atMs ?? 0);
      state = received.state;
      for (const reading of received.readings) {
        readings++;
        expect(reading.pressureKpa).toBeCloseTo(virtualInjectorAt(built.value, event.atMs ?? 0).pressureKpa, 2);
      }
    }
    expect(readings).toBe(3000);
    expect(events).toEqual(await all(openSimulatedInjector('sim:balloon-rupture?seed=7')));
  });

  test('the operator follows the script, plan first, and stops where a shorter run ends', async () => {
    const events = await all(openSimulatedOperator('sim:kyphoplasty?duration=20'));
    expect(events[0]).toMatchObject({ topic: '/operator', atMs: 0, data: { kind: 'plan' } });
    expect(Math.max(...events.map((event) => event.atMs ?? 0))).toBe(18_500);
  });

  test.each([
    ['sim:kyphoplasti', 'There is no simulated scenario "kyphoplasti"; the scenarios are kyphoplasty'],
    ['sim:quiet?size=12', 'size is not between 64 and 2048'],
    ['sim:quiet?seed=abc', 'seed is no number'],
    ['sim:quiet?fps=0', 'fps is not between 1 and 60'],
    ['sim:quiet?duration=x', 'duration is no number'],
    ['sim:quiet?carm=flies', 'carm is neither "biplane" nor "turns"'],
    ['sim:quiet?look=film', 'look is neither "detector" nor "video"'],
    ['sim:quiet?beam=off', 'beam is neither "continuous" nor "stops"'],
    ['sim:quiet?speed=2', 'a simulation has no "speed"; it takes seed, fps, size, duration, look, carm, beam and repeat'],
  ])('%s is refused by the field that is wrong', async (uri, words) => {
    for (const open of [openSimulatedFrames(uri, 'a'), openSimulatedInjector(uri), openSimulatedOperator(uri)]) {
      const result = await open;
      expect(result.ok ? '' : result.fault.message).toContain(words);
    }
  });
});
