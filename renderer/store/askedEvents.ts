import type { OperatorEvent } from '../../src/sample/index.ts';

/** Longer than this and an answer is no longer one to what was asked here. */
const patienceMs = 10_000;

const sortKeys = (_: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([p], [q]) => (p < q ? -1 : 1))) : value;
/** Equal whatever the order of the keys: a schema on the way may have put them in its own. */
const keyOf = (event: OperatorEvent): string => JSON.stringify(event, sortKeys);

/** Remembers which operator events this console sent, so that only their return from the record is told here. Times are `performance.now()`. */
export function createAskedEvents() {
  let waiting: readonly { readonly key: string; readonly atMs: number }[] = [];
  return {
    add(event: OperatorEvent, nowMs: number): void {
      waiting = [...waiting.filter(({ atMs }) => nowMs - atMs < patienceMs), { key: keyOf(event), atMs: nowMs }];
    },
    /** True once for each event that was asked for here. */
    take(event: OperatorEvent, nowMs: number): boolean {
      const key = keyOf(event);
      const index = waiting.findIndex((each) => each.key === key && nowMs - each.atMs < patienceMs);
      if (index >= 0) waiting = waiting.filter((_, i) => i !== index);
      return index >= 0;
    },
  };
}
