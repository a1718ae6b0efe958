import type { Command } from 'commander';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { defaultSite, type Site, siteSchema } from '../../src/procedure/site.ts';
import { parseSourceFault, readFaultsFile, type ScheduledSourceFault } from '../sources/faults.ts';
import { readJsonFile } from '../sources/script.ts';

/** The options that `run` and `console` share. */
export interface SourceOptions {
  readonly framesA?: string;
  readonly framesB?: string;
  readonly injector?: string;
  readonly injector2?: string;
  readonly site?: string;
  readonly plan?: string;
  readonly script?: string;
}

export function addSourceOptions(command: Command): Command {
  return command
    .option('--frames-a <uri>', 'frames of plane a: sim:SCENARIO?seed=N, dicom:FILE_OR_FOLDER, video:…, record:RECORD?plane=a')
    .option('--frames-b <uri>', 'frames of plane b, likewise')
    .option('--injector <uri>', 'sim:SCENARIO?seed=N, serial:PORT?driver=NAME&baud=N, record:RECORD or none:')
    .option(
      '--injector-2 <uri>',
      'a second injector beside it (left and right, balloon and cement), likewise; its device is injector-2 unless ?device= names it',
    )
    .option('--site <file>', 'site configuration')
    .option('--plan <file>', 'plan.json: trajectories, vertebral body, posterior wall, limits')
    .option('--script <file>', 'operator events on a timetable: [{ "atMs": n, "event": {…} }]');
}

/** `--speed N|max`. */
export function parseSpeed(text: string): Result<number | 'max'> {
  if (text === 'max') return ok('max');
  const speed = Number(text);
  return speed > 0 && speed <= 100 ? ok(speed) : inputFault(`--speed ${text} is neither "max" nor a number above 0 and up to 100.`);
}

/** The site configuration, or the defaults when none is named. */
export async function readSite(path: string | undefined): Promise<Result<Site>> {
  return path === undefined ? ok(defaultSite) : readJsonFile('site configuration', path, siteSchema);
}

/** Faults on a timetable, for sessions of simulated or recorded sources. */
export interface FaultOptions {
  readonly fault?: readonly string[];
  readonly faults?: string;
}

export function addFaultOptions(command: Command): Command {
  const collect = (value: string, before: readonly string[] = []) => [...before, value];
  return command
    .option('--fault <name@seconds>', 'what goes wrong, and when: drop-frames@12-14, unplug-frames:b@20, serial-noise@30-35, …; may be given again', collect)
    .option('--faults <file>', 'the same as a timetable: [{ "fault": "drop-frames", "plane": "a", "fromS": 12, "toS": 14 }]');
}

/** Every fault of the command line. */
export async function readFaults(options: FaultOptions): Promise<Result<readonly ScheduledSourceFault[]>> {
  const faults: ScheduledSourceFault[] = [];
  for (const text of options.fault ?? []) {
    const parsed = parseSourceFault(text);
    if (!parsed.ok) return parsed;
    faults.push(parsed.value);
  }
  if (options.faults === undefined) return ok(faults);
  const read = await readFaultsFile(options.faults);
  return read.ok ? ok([...faults, ...read.value]) : read;
}
