import { scenarioByName } from '../../../src/simulation/scenario.ts';
import { virtualInjectorAt } from '../../../src/simulation/virtualInjector.ts';
import { type TestSession, testSession } from './sessions.ts';

/** A simulated scenario's injector, through the wire protocol and the session's fold. */
export function buildScenario(name: string, seed: number, everyMs: number, onSample?: Parameters<typeof testSession>[1]): TestSession {
  const scenario = scenarioByName(name, seed, { sizePx: 256 });
  if (!scenario.ok) throw new Error(scenario.fault.message);
  const session = testSession(undefined, onSample);
  const script = [...scenario.value.operator];
  for (let tMs = 0; tMs < scenario.value.durationMs; tMs += everyMs) {
    for (let next = script[0]; next && next.atMs <= tMs; next = script[0]) {
      script.shift();
      session.operator(next.atMs, next.event);
    }
    const { pressureKpa, volumeMl, rateMlPerMin, mode } = virtualInjectorAt(scenario.value, tMs);
    session.measure(tMs, { pressureKpa, volumeMl, rateMlPerMin, mode });
    if (tMs % 100 === 0) session.tick(tMs);
  }
  return session;
}
