import { describe, expect, test } from 'vitest';
import { monotonicClock } from '../../native-bridge/session/clock.ts';
import { feedRealTime } from '../../native-bridge/session/feed.ts';
import { withLossForThrow } from '../../native-bridge/session/openSources.ts';
import { scriptedOperator } from '../../native-bridge/sources/script.ts';
import type { Source, SourceEvent } from '../../native-bridge/sources/source.ts';

const lost = (message: string): SourceEvent => ({ topic: '/device', data: { device: 'plane-a', state: 'lost', message }, atMs: null });
const aborted = (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/** Says one thing, and nothing more until it is told to end. */
const camera = (): Source => ({
  uri: 'video:test',
  pace: 'live',
  simulated: false,
  async *events(signal) {
    yield lost('no signal yet');
    if (!signal.aborted) await aborted(signal);
  },
});
/** A live device that comes to its end by itself. */
const cable = (): Source => ({
  uri: 'serial:test',
  pace: 'live',
  simulated: false,
  async *events() {
    yield lost('unplugged for good');
  },
});
const limits = () => scriptedOperator('site:', false, [{ atMs: 0, event: { kind: 'mark' } }]);

/** Feeds until all is accepted that comes within a moment; then whether the session had ended by itself. */
async function endsByItself(sources: readonly Source[]): Promise<{ readonly accepted: readonly SourceEvent[]; readonly ended: boolean }> {
  const stop = new AbortController();
  const accepted: SourceEvent[] = [];
  let ended = false;
  const accept = async (event: SourceEvent): Promise<void> => void accepted.push(event);
  const fed = feedRealTime(sources, monotonicClock(1), accept, stop).then(() => {
    ended = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const byItself = ended;
  stop.abort();
  await fed;
  return { accepted, ended: byItself };
}

describe('a session in real time', () => {
  test('of live devices goes on when the limits, the plan or the script before it have been said', async () => {
    const { accepted, ended } = await endsByItself([limits(), camera()]);
    expect(accepted.map(({ topic }) => topic).sort()).toEqual(['/device', '/operator']);
    expect(ended).toBe(false);
  });

  test('of live devices ends when the last of them does', async () => {
    expect((await endsByItself([limits(), cable()])).ended).toBe(true);
    expect((await endsByItself([limits(), cable(), camera()])).ended).toBe(false);
  });

  test('ends with its paced device, whatever is live beside it', async () => {
    const played: Source = { ...cable(), pace: 'paced' };
    expect((await endsByItself([limits(), played, camera()])).ended).toBe(true);
  });

  test('of words alone ends with them', async () => {
    expect((await endsByItself([limits()])).ended).toBe(true);
  });
});

describe('a source that throws', () => {
  test('is a lost device, and the others go on', async () => {
    const broken: Source = {
      ...cable(),
      async *events() {
        yield lost('first');
        throw new Error('the share is gone');
      },
    };
    const { accepted, ended } = await endsByItself([withLossForThrow(broken, 'plane-b'), camera()]);
    expect(accepted.at(-1)?.data).toEqual({ device: 'plane-b', state: 'lost', message: 'serial:test failed and delivers no more: the share is gone.' });
    expect(ended).toBe(false);
  });

  test('because it was told to end has nothing to say', async () => {
    const stop = new AbortController();
    const broken: Source = {
      ...cable(),
      // biome-ignore lint/correctness/useYield: it throws before its first event
      async *events(signal) {
        await aborted(signal);
        throw new Error('aborted');
      },
    };
    const events = withLossForThrow(broken, 'plane-a').events(stop.signal)[Symbol.asyncIterator]();
    const next = events.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});
