import type { DerivedSample } from '../sample/sample.ts';

/** Where a recorded derived sample and the one derived again part ways. */
export interface Difference {
  readonly topic: string;
  readonly seq: number;
  readonly tMs: number;
  /** Path inside `data`, such as `needle.tip.0`; empty when a whole sample is missing on one side. */
  readonly path: string;
  /** `null` where that side has nothing. */
  readonly recorded: unknown;
  readonly derived: unknown;
}

interface Mismatch {
  readonly path: string;
  readonly recorded: unknown;
  readonly derived: unknown;
}

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** The first place, depth first, where two JSON values differ; `null` when they are equal. Numbers must be equal to the bit. */
export function firstMismatch(recorded: unknown, derived: unknown, path = ''): Mismatch | null {
  if (!isTree(recorded) || !isTree(derived))
    return Object.is(recorded, derived) || recorded === derived ? null : { path, recorded: recorded ?? null, derived: derived ?? null };
  if (Array.isArray(recorded) !== Array.isArray(derived)) return { path, recorded, derived };
  for (const key of new Set([...Object.keys(recorded), ...Object.keys(derived)])) {
    const found = firstMismatch(recorded[key], derived[key], path === '' ? key : `${path}.${key}`);
    if (found) return found;
  }
  return null;
}

/** Compares what one raw sample led to when recorded and when derived again; order counts. */
export function compareDerived(recorded: readonly DerivedSample[], derived: readonly DerivedSample[]): Difference | null {
  for (let i = 0; i < Math.max(recorded.length, derived.length); i++) {
    const was = recorded[i];
    const is = derived[i];
    const either = was ?? is;
    if (either === undefined) break;
    const at = { topic: either.topic, seq: either.seq, tMs: either.tMs };
    if (was === undefined || is === undefined || was.topic !== is.topic) return { ...at, path: '', recorded: was ?? null, derived: is ?? null };
    if (was.tMs !== is.tMs) return { ...at, path: 'tMs', recorded: was.tMs, derived: is.tMs };
    const mismatch = firstMismatch(was.data, is.data);
    if (mismatch) return { ...at, ...mismatch };
  }
  return null;
}

/** No more of a value than fits into a line. */
const valueText = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
};

/** A difference as a clause: where it is and what both sides have. */
export function differenceText({ topic, seq, tMs, path, recorded, derived }: Difference): string {
  const where = `${topic} of sample ${seq} at ${(tMs / 1000).toFixed(3)} s`;
  if (path === '' && recorded === null) return `${where} is derived now and is not in the record`;
  if (path === '' && derived === null) return `${where} is in the record and is not derived now`;
  return `${where}, ${path === '' ? 'the whole sample' : path}: recorded ${valueText(recorded)}, derived now ${valueText(derived)}`;
}
