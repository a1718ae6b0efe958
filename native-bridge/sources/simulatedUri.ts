import { z } from 'zod';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { type Scenario, type ScenarioOptions, scenarioByName } from '../../src/simulation/scenario.ts';
import { parseSourceUri } from './uri.ts';

/** What `sim:SCENARIO?…` asks for: plain data, so that a thread can be told. */
export interface SimulationRequest {
  readonly name: string;
  readonly seed: number;
  readonly fps: number;
  readonly repeat: number;
  readonly options: ScenarioOptions;
}

const number = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'is no number')
    .transform(Number)
    .refine((value) => value >= low && value <= high, `is not between ${low} and ${high}`);
const whole = (low: number, high: number) => number(low, high).refine(Number.isInteger, 'is no whole number');

const querySchema = z.strictObject({
  seed: whole(0, 4_294_967_295).default(1),
  fps: number(1, 60).default(15),
  size: whole(64, 2048).default(1024),
  /** Seconds; a scenario is never longer than its story. */
  duration: number(0.1, 600).optional(),
  look: z.enum(['detector', 'video'], 'is neither "detector" nor "video"').default('detector'),
  carm: z.enum(['biplane', 'turns'], 'is neither "biplane" nor "turns"').default('biplane'),
  beam: z.enum(['continuous', 'stops'], 'is neither "continuous" nor "stops"').default('continuous'),
  /** How often the story is played, one time after the other: for endurance. */
  repeat: whole(1, 10_000).default(1),
});

/** Reads `sim:SCENARIO?seed=N&fps=N&size=N&duration=SECONDS&beam=stops&look=video&carm=turns&repeat=N`; a fault names the field that is wrong. */
export function simulationRequest(uri: string): Result<{ readonly request: SimulationRequest; readonly scenario: Scenario }> {
  const parsed = parseSourceUri(uri);
  if (!parsed.ok) return parsed;
  const query = querySchema.safeParse(parsed.value.query);
  if (!query.success) {
    const issue = query.error.issues[0];
    if (issue?.code === 'unrecognized_keys')
      return inputFault(`${uri}: a simulation has no "${issue.keys[0]}"; it takes seed, fps, size, duration, look, carm, beam and repeat.`);
    return inputFault(`${uri}: ${issue?.path.join('.') ?? 'query'} ${issue?.message ?? 'is wrong'}.`);
  }
  const { seed, fps, size, duration, look, carm, beam, repeat } = query.data;
  const options: ScenarioOptions = { sizePx: size, look, carm, beam, ...(duration === undefined ? {} : { durationMs: Math.round(duration * 1000) }) };
  const scenario = scenarioByName(parsed.value.target, seed, options);
  return scenario.ok ? ok({ request: { name: parsed.value.target, seed, fps, repeat, options }, scenario: scenario.value }) : scenario;
}
