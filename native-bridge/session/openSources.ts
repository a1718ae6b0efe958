import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { Plan } from '../../src/procedure/plan.ts';
import { type PlaneId, planeIds } from '../../src/sample/sample.ts';
import type { RecordHeader } from '../record/record.ts';
import { type FaultSubject, type ScheduledSourceFault, withFaults } from '../sources/faults.ts';
import { openFrameSource } from '../sources/open.ts';
import { injectorDeviceOf, openInjectorSource } from '../sources/openInjector.ts';
import { readPlanFile, scriptedOperator } from '../sources/script.ts';
import type { Source } from '../sources/source.ts';
import { stackOf } from '../stackOf.ts';
import { openOperator } from './openOperator.ts';

/** What the command line names. */
type NamedSources = RecordHeader['sources'];

export interface SessionInput {
  readonly framesA: string | null;
  readonly framesB: string | null;
  readonly injector: string | null;
  /** A second one beside it: the other side, or the cement's beside the balloon's. */
  readonly injector2?: string | null;
  readonly planFile: string | null;
  readonly scriptFile: string | null;
  /** What is to go wrong on the way, and when. */
  readonly faults?: readonly ScheduledSourceFault[];
  readonly speed: number | 'max';
}

/** The sources as the record's header names them; a second injector only where there is one. */
export const namedSources = ({ framesA, framesB, injector, injector2 }: SessionInput): NamedSources => ({
  framesA,
  framesB,
  injector,
  ...(injector2 == null ? {} : { injector2 }),
});

export interface OpenedSources {
  /** In the order in which events of one time are taken: what the operator says comes before what is then seen. */
  readonly sources: readonly Source[];
  /** Planes that frames come from. */
  readonly planes: readonly PlaneId[];
  readonly plan: Plan | null;
  readonly simulated: boolean;
  /** For the record's name. */
  readonly procedure: string;
}

const isNone = (uri: string | null): uri is null => uri === null || uri.startsWith('none:');
const isSimulated = (uri: string | null): uri is string => uri?.startsWith('sim:') ?? false;
/** Without its query: the scenario is the same whatever the size or rate of its pictures. */
const scenarioName = (uri: string): string => uri.slice('sim:'.length).split('?')[0] ?? '';

function planFitsFrames(plan: Plan, path: string, frames: Readonly<Record<PlaneId, string | null>>): Result<void> {
  for (const plane of planeIds) {
    const drawn = plan.planes[plane];
    if (drawn && Object.keys(drawn).length > 0 && frames[plane] === null) {
      return inputFault(
        `The plan ${path} has drawings on plane ${plane}, but no frames are given for that plane; add --frames-${plane} or take planes.${plane} out of the plan.`,
      );
    }
  }
  return ok(undefined);
}

/** The device of a second injector that has no name of its own. */
const secondDevice = 'injector-2';

function injectorsDiffer(first: string | null, second: string | null): Result<void> {
  if (isNone(first) || isNone(second)) return ok(undefined);
  const device = injectorDeviceOf(first, 'injector');
  if (device === injectorDeviceOf(second, secondDevice))
    return inputFault(`Both injectors are called ${device}; give the second another name, for example ?device=injector-right.`);
  const port = (uri: string) => (uri.startsWith('serial:') ? uri.split('?')[0] : null);
  if (port(first) !== null && port(first) === port(second))
    return inputFault(`Both injectors are on ${port(first)}; a port has one injector. Give the second its own port ("pedicle doctor" lists them).`);
  return ok(undefined);
}

/**
 * The same source, a throw of which is the loss of its device: whatever one source meets (a folder that cannot be made, a share that is gone)
 * ends neither the procedure nor its record.
 */
export function withLossForThrow(source: Source, device: string): Source {
  return {
    ...source,
    async *events(signal) {
      let atMs: number | null = null;
      try {
        for await (const event of source.events(signal)) {
          atMs = event.atMs;
          yield event;
        }
      } catch (error) {
        if (signal.aborted) return;
        process.stderr.write(`pedicle: ${source.uri} failed: ${stackOf(error)}\n`);
        const why = error instanceof Error ? error.message : String(error);
        yield { topic: '/device', data: { device, state: 'lost', message: `${source.uri} failed and delivers no more: ${why}.` }, atMs };
      }
    },
  };
}

/** Opens everything that a session reads, or says in one sentence what cannot be opened. */
export async function openSources(input: SessionInput): Promise<Result<OpenedSources>> {
  let plan: Plan | null = null;
  if (input.planFile !== null) {
    const read = await readPlanFile(input.planFile);
    if (!read.ok) return read;
    const fits = planFitsFrames(read.value, input.planFile, { a: input.framesA, b: input.framesB });
    if (!fits.ok) return fits;
    plan = read.value;
  }
  const { injector, framesA, framesB } = input;
  const second = input.injector2 ?? null;
  const differ = injectorsDiffer(injector, second);
  if (!differ.ok) return differ;
  const operator = await openOperator(input, plan);
  if (!operator.ok) return operator;
  const sources: Source[] = [];
  if (plan) sources.push(scriptedOperator('plan:', false, [{ atMs: 0, event: { kind: 'plan', plan } }]));
  if (operator.value.source) sources.push(operator.value.source);
  const lossy = (opened: Result<Source>, device: string): Result<Source> => (opened.ok ? ok(withLossForThrow(opened.value, device)) : opened);
  const faulty = (opened: Result<Source>, subject: FaultSubject) => (opened.ok ? withFaults(opened.value, subject, input.faults ?? []) : opened);
  const named: readonly (Result<Source> | null)[] = await Promise.all([
    isNone(injector) ? null : openInjectorSource(injector).then((opened) => faulty(lossy(opened, injectorDeviceOf(injector, 'injector')), 'injector')),
    isNone(second) ? null : openInjectorSource(second, secondDevice).then((opened) => lossy(opened, injectorDeviceOf(second, secondDevice))),
    isNone(framesA) ? null : openFrameSource(framesA, 'a').then((opened) => faulty(lossy(opened, 'plane-a'), 'a')),
    isNone(framesB) ? null : openFrameSource(framesB, 'b').then((opened) => faulty(lossy(opened, 'plane-b'), 'b')),
  ]);
  for (const opened of named) {
    if (opened === null) continue;
    if (!opened.ok) return opened;
    if (input.speed === 'max' && opened.value.pace === 'live')
      return inputFault(`${opened.value.uri} is live and has its own pace; --speed max needs simulated or recorded sources, so leave --speed out.`);
    sources.push(opened.value);
  }
  if (named.every((source) => source === null)) {
    return inputFault('Nothing to read: give --frames-a, --frames-b or --injector.');
  }
  const scenario = [input.framesA, input.framesB, input.injector].find(isSimulated);
  return ok({
    sources,
    planes: planeIds.filter((plane) => !isNone(plane === 'a' ? input.framesA : input.framesB)),
    plan,
    simulated: sources.some((source) => source.simulated),
    procedure: plan?.procedure ?? operator.value.procedure ?? (scenario ? scenarioName(scenario) : 'procedure'),
  });
}
