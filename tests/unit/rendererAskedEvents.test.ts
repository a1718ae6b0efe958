import { expect, test } from 'vitest';
import { createAskedEvents } from '../../renderer/store/askedEvents.ts';

test('an event that was asked for here is recognised once, whatever the order of its keys', () => {
  const asked = createAskedEvents();
  asked.add({ kind: 'note', text: 'slow' }, 0);
  expect(asked.take({ text: 'slow', kind: 'note' }, 100)).toBe(true);
  expect(asked.take({ kind: 'note', text: 'slow' }, 200)).toBe(false);
});

test('what another console or a script recorded is not taken for an answer, nor what comes too late', () => {
  const asked = createAskedEvents();
  expect(asked.take({ kind: 'mark' }, 0)).toBe(false);
  asked.add({ kind: 'mark' }, 0);
  expect(asked.take({ kind: 'mark', label: 'Bone entry' }, 100)).toBe(false);
  expect(asked.take({ kind: 'mark' }, 60_000)).toBe(false);
});
