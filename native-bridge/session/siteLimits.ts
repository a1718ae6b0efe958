import type { Limits, Plan } from '../../src/procedure/plan.ts';
import { emptyPlan } from '../../src/procedure/plan.ts';
import { scriptedOperator } from '../sources/script.ts';
import type { Source, SourceEvent } from '../sources/source.ts';

/** A plan with the site's limits where it gives none of its own. */
export const withSiteLimits = (plan: Plan, limits: Limits | undefined): Plan => (limits ? { ...plan, limits: { ...limits, ...plan.limits } } : plan);

/**
 * The sources of a session under the site's limits: in force from the start, and filled into every plan that comes, so that the
 * record says which limits applied and a replay needs nothing else.
 */
export function underSiteLimits(sources: readonly Source[], limits: Limits | undefined): readonly Source[] {
  if (!limits || Object.keys(limits).length === 0) return sources;
  const limited = sources.map((source) => ({
    ...source,
    async *events(signal: AbortSignal): AsyncGenerator<SourceEvent> {
      for await (const event of source.events(signal)) {
        if (event.topic === '/operator' && event.data.kind === 'plan')
          yield { ...event, data: { ...event.data, plan: withSiteLimits(event.data.plan, limits) } };
        else yield event;
      }
    },
  }));
  return [scriptedOperator('site:', false, [{ atMs: 0, event: { kind: 'plan', plan: withSiteLimits(emptyPlan, limits) } }]), ...limited];
}
