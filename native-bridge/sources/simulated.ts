import { toBase64 } from '../../src/base/bytes.ts';
import { combineSeeds } from '../../src/base/random.ts';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { pedicleV1Encode } from '../../src/injector/pedicleV1Frame.ts';
import { frameTopic, type PlaneId } from '../../src/sample/sample.ts';
import { type FramePixels, frameAttributes, frameCount, frameTimeMs } from '../../src/simulation/planeRenderer.ts';
import type { Scenario } from '../../src/simulation/scenario.ts';
import { virtualInjectorAt } from '../../src/simulation/virtualInjector.ts';
import { worldAt } from '../../src/simulation/world.ts';
import { scriptedOperator } from './script.ts';
import { type FrameMaker, startFrameMaker } from './simulatedFrames.ts';
import { type SimulationRequest, simulationRequest } from './simulatedUri.ts';
import type { Source, SourceEvent } from './source.ts';

/** Frames that are made before they are asked for. */
const framesAhead = 4;
/** Readings a second of the virtual injector. */
export const injectorRateHz = 50;

/** Opens one plane of `sim:SCENARIO?seed=N`: the virtual C-arm, which is ready when its thread has ray-cast the anatomy. */
export async function openSimulatedFrames(uri: string, plane: PlaneId): Promise<Result<Source>> {
  const parsed = simulationRequest(uri);
  if (!parsed.ok) return parsed;
  const { request, scenario } = parsed.value;
  if (plane === 'b' && scenario.turns.length > 0)
    return inputFault(`${uri}: a C-arm that turns has one plane only; leave plane b out or take carm=turns away.`);
  const maker = startFrameMaker(request, plane);
  const ready = maker.ready.then(
    () => ok(undefined),
    (error: unknown) => failedFault(`${uri}: the simulated C-arm could not be started (${error instanceof Error ? error.message : String(error)}).`),
  );
  return ok({ uri, pace: 'paced', simulated: true, ready, events: (signal) => playFrames(scenario, plane, request, maker, signal) });
}

async function* playFrames(
  scenario: Scenario,
  plane: PlaneId,
  { fps, repeat }: SimulationRequest,
  maker: FrameMaker,
  signal: AbortSignal,
): AsyncGenerator<SourceEvent> {
  const device = `plane-${plane}` as const;
  const perStory = frameCount(scenario, fps);
  const count = repeat * perStory;
  const isSeen = (index: number): boolean => worldAt(scenario, frameTimeMs(index % perStory, fps)).beamOn;
  const ahead = new Map<number, Promise<FramePixels>>();
  let asked = 0;
  let frameNumber = 0;
  let beamOn = true;
  try {
    yield {
      topic: '/device',
      data: { device, state: 'connected', simulated: true, message: `Simulated C-arm, scenario ${scenario.name}, seed ${scenario.seed}.` },
      atMs: 0,
    };
    for (let index = 0; index < count && !signal.aborted; index++) {
      const storyStartMs = Math.floor(index / perStory) * scenario.durationMs;
      const atMs = storyStartMs + frameTimeMs(index % perStory, fps);
      const seen = isSeen(index);
      if (seen !== beamOn) {
        yield {
          topic: '/device',
          data: { device, state: 'notice', simulated: true, message: seen ? 'Fluoroscopy on.' : 'Fluoroscopy off: last image held.' },
          atMs,
        };
        beamOn = seen;
      }
      for (; asked < count && ahead.size < framesAhead; asked++) if (isSeen(asked)) ahead.set(asked, caught(maker.make(asked % perStory)));
      const made = ahead.get(index);
      if (made === undefined) continue;
      ahead.delete(index);
      const pixels = await made;
      if (signal.aborted) return;
      const attributes = frameAttributes(scenario, plane, index % perStory, frameNumber++, fps);
      const deviceTimeMs = attributes.deviceTimeMs === null ? null : attributes.deviceTimeMs + storyStartMs;
      yield { topic: frameTopic(plane), data: { attributes: { ...attributes, deviceTimeMs }, pixels }, atMs };
    }
    if (!signal.aborted)
      yield {
        topic: '/device',
        data: { device, state: 'ended', simulated: true, message: 'The simulated run has ended.' },
        atMs: repeat * scenario.durationMs,
      };
  } finally {
    await maker.close();
  }
}

/** Frames made ahead may never be asked for: then nobody hears that their thread was closed. */
function caught<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Opens the virtual injector of `sim:SCENARIO?seed=N`: pedicle-v1 bytes, fifty readings a second. */
export async function openSimulatedInjector(uri: string): Promise<Result<Source>> {
  const parsed = simulationRequest(uri);
  if (!parsed.ok) return parsed;
  const { scenario, request } = parsed.value;
  return ok({ uri, pace: 'paced', simulated: true, events: (signal) => playInjector(scenario, request.repeat, signal) });
}

const injector = 'injector';
/** How long the virtual injector has been on when the session starts. */
const poweredForMs = 4200;
const identityEveryMs = 2000;

async function* playInjector(scenario: Scenario, repeat: number, signal: AbortSignal): AsyncGenerator<SourceEvent> {
  const bootId = combineSeeds(scenario.seed, 52) & 0xffff;
  let sequence = 0;
  const bytes = (data: Uint8Array, atMs: number): SourceEvent => ({ topic: '/injector/bytes', data: { device: injector, data: toBase64(data) }, atMs });
  const header = (atMs: number) => ({ sequence: sequence++ & 0xffff, bootId, deviceTimeMs: poweredForMs + Math.round(atMs) });
  yield {
    topic: '/device',
    data: {
      device: injector,
      state: 'connected',
      driver: 'pedicle-v1',
      simulated: true,
      message: `Simulated injector, scenario ${scenario.name}, seed ${scenario.seed}.`,
    },
    atMs: 0,
  };
  const count = Math.floor((repeat * scenario.durationMs * injectorRateHz) / 1000);
  for (let index = 0; index < count; index++) {
    if (signal.aborted) return;
    const atMs = (index * 1000) / injectorRateHz;
    if (atMs % identityEveryMs === 0)
      yield bytes(pedicleV1Encode({ type: 'identity', ...header(atMs), model: 'Pedicle virtual injector', serialNumber: `SIM-${scenario.seed}` }), atMs);
    const { pressureKpa, volumeMl, rateMlPerMin, mode, temperatureC, status } = virtualInjectorAt(scenario, atMs % scenario.durationMs);
    yield bytes(pedicleV1Encode({ type: 'reading', ...header(atMs), pressureKpa, volumeMl, rateMlPerMin, temperatureC, mode, status, alarms: 0 }), atMs);
  }
  if (!signal.aborted)
    yield {
      topic: '/device',
      data: { device: injector, state: 'ended', simulated: true, message: 'The simulated injector has ended.' },
      atMs: repeat * scenario.durationMs,
    };
}

/** A story told again is another patient: the cement of the last one has gone, and what is seen then is what guidance compares with. */
const nextPatient: Scenario['operator'] = [{ atMs: 0, event: { kind: 'reference' } }];

/** What the operator does in `sim:SCENARIO`: the plan first, then stages, marks and the rest. */
export async function openSimulatedOperator(uri: string): Promise<Result<Source>> {
  const parsed = simulationRequest(uri);
  if (!parsed.ok) return parsed;
  const { scenario, request } = parsed.value;
  // A story in which the operator only begins goes on when it is repeated; it does not begin anew over what a person has done since.
  const opensOnly = scenario.operator.every(({ event }) => event.kind !== 'stage' || event.stage === 'access');
  const stories = Array.from({ length: opensOnly ? 1 : request.repeat }, (_, story) =>
    [...(story > 0 ? nextPatient : []), ...scenario.operator].map(({ atMs, event }) => ({ atMs: story * scenario.durationMs + atMs, event })),
  );
  return ok(scriptedOperator(uri, true, stories.flat()));
}
