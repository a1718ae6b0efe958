import { ok, type Result } from '../../src/base/result.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import type { Plan } from '../../src/procedure/plan.ts';
import { type PlaneId, planeIds } from '../../src/sample/sample.ts';
import { readScriptFile } from '../sources/script.ts';
import { openSimulatedOperator } from '../sources/simulated.ts';
import type { Source, SourceEvent } from '../sources/source.ts';
import { parseSourceUri } from '../sources/uri.ts';
import type { SessionInput } from './openSources.ts';

/** Who speaks in a session that nobody attends. */
export interface OpenedOperator {
  /** `null`: nobody. */
  readonly source: Source | null;
  /** Of the record that the words come from. */
  readonly procedure: string | null;
}

const nobody: OpenedOperator = { source: null, procedure: null };

const isSimulated = (uri: string | null): uri is string => uri?.startsWith('sim:') ?? false;
const isRecorded = (uri: string | null): uri is string => uri?.startsWith('record:') ?? false;
const hasWords = (uri: string | null): uri is string => isSimulated(uri) || isRecorded(uri);

function operatorEvents(source: Source, change: (event: OperatorEvent) => OperatorEvent | null): Source {
  return {
    ...source,
    async *events(signal): AsyncGenerator<SourceEvent> {
      for await (const event of source.events(signal)) {
        const changed = event.topic === '/operator' ? change(event.data) : null;
        if (changed) yield { topic: '/operator', data: changed, atMs: event.atMs };
      }
    },
  };
}

/** Leaves out what a script says of pictures that are not its own. */
const withoutPictureEvents = (source: Source): Source =>
  operatorEvents(source, (event) => (event.kind === 'plan' || event.kind === 'reference' || event.kind === 'store-frame' ? null : event));

const withoutPlan = (source: Source): Source => operatorEvents(source, (event) => (event.kind === 'plan' ? null : event));

/** Which plane of this session shows which plane of the record. */
type Shown = Readonly<Partial<Record<PlaneId, PlaneId>>>;

function shownPlanes(input: SessionInput, record: string): Shown {
  const shown: Partial<Record<PlaneId, PlaneId>> = {};
  for (const plane of planeIds) {
    const uri = plane === 'a' ? input.framesA : input.framesB;
    const parsed = isRecorded(uri) ? parseSourceUri(uri) : null;
    if (!parsed?.ok || parsed.value.target !== record) continue;
    const from = parsed.value.query.plane ?? plane;
    if (from === 'a' || from === 'b') shown[plane] = from;
  }
  return shown;
}

/** Words about a plane follow its pictures to the plane where they are shown now; those about pictures that are not shown are left out. */
const followingPictures =
  (shown: Shown) =>
  (event: OperatorEvent): OperatorEvent | null => {
    const now = (recorded: PlaneId) => planeIds.find((plane) => shown[plane] === recorded) ?? null;
    switch (event.kind) {
      case 'plan': {
        const planes: Partial<Record<PlaneId, Plan['planes'][PlaneId]>> = {};
        for (const plane of planeIds) {
          const from = shown[plane];
          const drawn = from && event.plan.planes[from];
          if (drawn) planes[plane] = drawn;
        }
        return { ...event, plan: { ...event.plan, planes } };
      }
      case 'reference': {
        if (event.plane === undefined) return event;
        const plane = now(event.plane);
        return plane && { ...event, plane };
      }
      case 'store-frame': {
        const plane = now(event.plane);
        return plane && { ...event, plane };
      }
      default:
        return event;
    }
  };

async function openWordsOf(uri: string, input: SessionInput): Promise<Result<OpenedOperator>> {
  if (isSimulated(uri)) {
    const script = await openSimulatedOperator(uri);
    return script.ok ? ok({ source: script.value, procedure: null }) : script;
  }
  const { openRecordedOperator } = await import('../sources/recorded.ts');
  const recorded = await openRecordedOperator(uri);
  if (!recorded.ok) return recorded;
  const { source, procedure, folder } = recorded.value;
  return ok({ source: operatorEvents(source, followingPictures(shownPlanes(input, folder))), procedure });
}

/**
 * The scenario's own script, or what was said in the record, stands in for the operator when nobody gave a script: of the pictures
 * first, else of the injector without what it says of pictures.
 */
export async function openOperator(input: SessionInput, plan: Plan | null): Promise<Result<OpenedOperator>> {
  if (input.scriptFile !== null) {
    const script = await readScriptFile(input.scriptFile);
    return script.ok ? ok({ source: script.value, procedure: null }) : script;
  }
  const pictures = [input.framesA, input.framesB].find(hasWords);
  const uri = pictures ?? (hasWords(input.injector) ? input.injector : null);
  if (uri === null) return ok(nobody);
  const opened = await openWordsOf(uri, input);
  if (!opened.ok || opened.value.source === null) return opened;
  const { source, procedure } = opened.value;
  if (pictures === undefined) return ok({ source: withoutPictureEvents(source), procedure });
  return ok({ source: plan === null ? source : withoutPlan(source), procedure });
}
