import { setTimeout as sleep } from 'node:timers/promises';
import type { Source, SourceEvent } from '../sources/source.ts';
import type { SessionClock } from './clock.ts';

/** Takes one event in; resolves when the next may come (a session without real time waits there for its disk and guidance). */
export type Accept = (event: SourceEvent) => Promise<void>;

/** True for the end of a wait that was called off. */
const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

async function feedInRealTime(source: Source, clock: SessionClock, accept: Accept, signal: AbortSignal): Promise<void> {
  for await (const event of source.events(signal)) {
    if (event.atMs !== null) {
      const waitMs = (event.atMs - clock.nowMs()) / clock.speed;
      if (waitMs > 0) {
        try {
          await sleep(waitMs, undefined, { signal });
        } catch (error) {
          if (isAbort(error)) return;
          throw error;
        }
      }
    }
    if (signal.aborted) return;
    await accept(event);
  }
}

/** Those whose end is the session's: whatever is paced, or, when no device is, the live ones. Without any device, the timetables. */
function decidingSources(sources: readonly Source[]): readonly Source[] {
  const live = sources.filter(({ pace }) => pace === 'live');
  const paced = sources.filter(({ pace }) => pace === 'paced');
  return paced.every(({ isTimetable }) => isTimetable) && live.length > 0 ? live : paced;
}

/** Each source at its own pace against the clock, so that a slow one holds up no other. Ends when every deciding source has ended. */
export async function feedRealTime(sources: readonly Source[], clock: SessionClock, accept: Accept, stop: AbortController): Promise<void> {
  const decide = decidingSources(sources);
  const feeds = sources.map((source) => ({ source, done: feedInRealTime(source, clock, accept, stop.signal) }));
  try {
    await Promise.all(feeds.filter(({ source }) => decide.includes(source)).map(({ done }) => done));
  } finally {
    stop.abort();
    await Promise.allSettled(feeds.map(({ done }) => done));
  }
  // One that had no say in the end may have failed.
  await Promise.all(feeds.map(({ done }) => done));
}

/** Every paced source merged by its own time, as fast as they come; events of one time in the order of `sources`. */
export async function feedMerged(sources: readonly Source[], accept: Accept, stop: AbortController): Promise<void> {
  const heads = await Promise.all(
    sources.map(async (source) => {
      const events = source.events(stop.signal)[Symbol.asyncIterator]();
      return { events, next: await events.next() };
    }),
  );
  while (!stop.signal.aborted) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done) continue;
      if (first === undefined || first.next.done || (head.next.value.atMs ?? 0) < (first.next.value.atMs ?? 0)) first = head;
    }
    if (first === undefined || first.next.done) break;
    await accept(first.next.value);
    first.next = await first.events.next();
  }
  stop.abort();
  await Promise.all(heads.map((head) => head.events.return?.()));
}

/** Ten ticks a second on the sources' own timeline, for sessions without real time. Never ends by itself. */
export function tickSource(): Source {
  return {
    uri: 'tick:',
    pace: 'paced',
    simulated: true,
    async *events(signal) {
      for (let count = 0; !signal.aborted; count++) yield { topic: '/tick', data: { count }, atMs: count * tickEveryMs };
    },
  };
}

/** How often time is told to the fold: small against every delay that it has to notice (500 ms). */
export const tickEveryMs = 100;
