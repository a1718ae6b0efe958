import type { SessionInput } from '../session/openSources.ts';
import type { SourceOptions } from './sessionOptions.ts';

/** The options of `pedicle console`, as the shell hands them on to its bridge too. */
export interface ConsoleOptions extends SourceOptions {
  readonly records?: string;
  readonly browser?: true;
  readonly port?: number;
  readonly open?: boolean;
}

/** What a newcomer sees: a simulated kyphoplasty on two planes with its injector. */
const demonstration = 'sim:kyphoplasty';

export function inputOf(options: ConsoleOptions): SessionInput {
  const given = options.framesA ?? options.framesB ?? options.injector;
  return {
    framesA: options.framesA ?? (given === undefined ? demonstration : null),
    framesB: options.framesB ?? (given === undefined ? demonstration : null),
    injector: options.injector ?? (given === undefined ? demonstration : null),
    planFile: options.plan ?? null,
    scriptFile: options.script ?? null,
    speed: 1,
  };
}
