import { beforeAll, expect, test, vi } from 'vitest';

// The store of the page remembers its pressure unit in the browser.
beforeAll(() => vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} }));

const load = () => import('../../renderer/live/shortcuts.ts');

test('without a configuration the foot switch is the mark', async () => {
  const { actionOf, boundActions } = await load();
  expect(actionOf(boundActions(undefined), ' ')?.id).toBe('mark');
});

test('a key that the site gives to an action comes before the action that has it by itself', async () => {
  const { actionOf, boundActions } = await load();
  const bound = boundActions({ store: 'Space', mark: 'F9' });
  expect(actionOf(bound, ' ')?.id).toBe('store');
  expect(actionOf(bound, 'F9')).toMatchObject({ id: 'mark', keyLabel: 'F9' });
  expect(actionOf(bound, 's')).toBeUndefined();
});

test('a key that the site gave away does nothing of its own any more; the actions’ own keys are no such ones', async () => {
  const { boundActions, siteActionOf } = await load();
  expect(siteActionOf(boundActions({ mark: 'd' }), 'd')?.id).toBe('mark');
  expect(siteActionOf(boundActions({ mark: 'd' }), 's')).toBeUndefined();
  expect(siteActionOf(boundActions(undefined), ' ')).toBeUndefined();
});

test('a key named twice goes to the first action, and the other keeps its own', async () => {
  const { actionOf, boundActions } = await load();
  const bound = boundActions({ mark: 'x', hold: 'x' });
  expect(actionOf(bound, 'x')?.id).toBe('mark');
  expect(actionOf(bound, 'l')?.id).toBe('hold');
});
