import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ok, type Result } from '../../src/base/result.ts';
import type { SiteState } from '../../src/link/desk.ts';
import { defaultSite, type Site } from '../../src/procedure/site.ts';
import type { BridgeOptions } from '../bridge.ts';
import type { SessionInput } from '../session/openSources.ts';
import type { ScheduledSourceFault } from '../sources/faults.ts';
import { type FaultOptions, readFaults, readSite, type SourceOptions } from './sessionOptions.ts';

/** The options of `pedicle console`, as the shell hands them on to its bridge too. */
export interface ConsoleOptions extends SourceOptions, FaultOptions {
  readonly records?: string;
  readonly browser?: true;
  readonly port?: number;
  readonly open?: boolean;
  /** Times real time, for endurance tests. */
  readonly speed?: number;
}

/** What a newcomer sees: a simulated kyphoplasty on two planes with its injector. */
const demonstration = { framesA: 'sim:kyphoplasty', framesB: 'sim:kyphoplasty', injector: 'sim:kyphoplasty' };

const namesSources = ({ framesA, framesB, injector, injector2 }: SourceOptions): boolean => (framesA ?? framesB ?? injector ?? injector2) !== undefined;

/** What a session reads: what the command line names, else the site, else the simulator; for practice always the simulator. */
function inputFor(options: ConsoleOptions, faults: readonly ScheduledSourceFault[], site: Site, practice: boolean, first: boolean): SessionInput {
  const ofSite = site.sources && Object.keys(site.sources).length > 0 ? site.sources : demonstration;
  const { framesA, framesB, injector, injector2 }: NonNullable<Site['sources']> = practice ? demonstration : namesSources(options) ? options : ofSite;
  return {
    framesA: framesA ?? null,
    framesB: framesB ?? null,
    injector: injector ?? null,
    injector2: injector2 ?? null,
    planFile: first && !practice ? (options.plan ?? null) : null,
    scriptFile: first && !practice ? (options.script ?? null) : null,
    faults: first && !practice ? faults : [],
    speed: options.speed ?? 1,
  };
}

/** The site configuration of `--site`; without it, the one that Setup keeps in the home folder, or none yet. */
async function siteOf(options: ConsoleOptions): Promise<Result<SiteState>> {
  const file = options.site ?? join(homedir(), 'Pedicle', 'site.json');
  if (options.site === undefined && !existsSync(file)) return ok({ site: defaultSite, file, isSaved: false });
  const site = await readSite(file);
  return site.ok ? ok({ site: site.value, file: resolve(file), isSaved: true }) : site;
}

/** What the bridge of this console is started with, or why its site configuration cannot be used. */
export async function bridgeOptionsOf(options: ConsoleOptions, admitTypedAddress: boolean): Promise<Result<BridgeOptions>> {
  const site = await siteOf(options);
  if (!site.ok) return site;
  const faults = await readFaults(options);
  if (!faults.ok) return faults;
  return ok({
    site: site.value,
    inputFor: (configured, practice, first) => inputFor(options, faults.value, configured, practice, first),
    namesSources: namesSources(options),
    recordsFolder: options.records ?? null,
    port: options.port ?? 0,
    admitTypedAddress,
  });
}
