import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchSpace } from '../../native-bridge/record/spaceWatch.ts';

const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  vi.useFakeTimers();
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const unknown = new Error('EIO: i/o error, statfs');

/** What happens when each look, in turn, finds so many bytes, or cannot. */
async function watched(looks: readonly (number | Error)[]): Promise<readonly string[]> {
  const happened: string[] = [];
  const left = [...looks];
  await watchSpace({
    lowSpaceBytes: 1000,
    reserveBytes: 100,
    trouble: ({ kind }) => happened.push(kind),
    stopFrames: () => happened.push('frames stopped'),
    async freeBytes() {
      const next = left.shift() ?? 5000;
      if (next instanceof Error) throw next;
      return next;
    },
  });
  await vi.advanceTimersByTimeAsync(2000 * looks.length);
  return happened;
}

test('little space is announced, and that there is enough again; frames stop for good where only the reserve is left', async () => {
  expect(await watched([5000, 900, 1050, 1200, 800, 50, 5000])).toEqual(['disk-low', 'disk-recovered', 'disk-low', 'frames stopped']);
  expect(said).toEqual([]);
});

test.each([
  ['at the start', [unknown, unknown, 900, 50]],
  ['on the way', [5000, unknown, 900, unknown, 50]],
] as const)('a disk that cannot say how full it is (%s) is asked again, and that is said once', async (_, looks) => {
  expect(await watched(looks)).toEqual(['disk-low', 'frames stopped']);
  expect(said).toEqual(['pedicle: how much space is left for the record cannot be told (EIO: i/o error, statfs); it is asked again.\n']);
});
