import { expect, test } from 'vitest';
import { type DeskContext, handleDesk } from '../../native-bridge/server/deskLink.ts';
import { failedFault, ok } from '../../src/base/result.ts';
import type { WorkplaceState } from '../../src/link/desk.ts';
import type { ServerMessage } from '../../src/link/link.ts';

/** A workplace whose last record could not be closed. */
function workplaceThatIs(state: WorkplaceState['state']) {
  const done: string[] = [];
  const workplace = {
    site: { save: async () => ok(undefined) },
    state: () => ({ state, message: null, nextSources: { framesA: null, framesB: null, injector: null } }),
    async end() {
      done.push('ended');
      return failedFault('The record could not be closed.');
    },
    async begin() {
      done.push('begun');
      return ok(undefined);
    },
  };
  return { done, context: { workplace } as unknown as DeskContext };
}

test.each(['idle', 'ended'] as const)("'Save and begin' begins whatever became of a procedure before, once that is over (%s)", async (state) => {
  const { done, context } = workplaceThatIs(state);
  const said: ServerMessage[] = [];
  await handleDesk({ kind: 'save-site', site: {}, begin: true }, context, (message) => said.push(message));
  expect(done).toEqual(['begun']);
  expect(said).toEqual([]);
});

test.each(['beginning', 'running', 'ending'] as const)(
  "'Save and begin' ends what is at work first, and says why its record could not be closed (%s)",
  async (state) => {
    const { done, context } = workplaceThatIs(state);
    const said: ServerMessage[] = [];
    await handleDesk({ kind: 'save-site', site: {}, begin: true }, context, (message) => said.push(message));
    expect(done).toEqual(['ended']);
    expect(said).toEqual([{ kind: 'refused', message: 'The record could not be closed.' }]);
  },
);
