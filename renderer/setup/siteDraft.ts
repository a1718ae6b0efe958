import type { z } from 'zod';
import { type Site, siteSchema } from '../../src/procedure/site.ts';
import { text } from '../text.ts';

/** Places of `site.json` that forms write to, such as `['sources', 'framesA']`. */
export type FieldPath = readonly (string | number)[];

type Plain = { readonly [key: string]: unknown };
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The draft with one field changed; `undefined` takes it out. Nothing else is touched, and parts on the way come into being. */
export function withField(draft: unknown, path: FieldPath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list = Array.isArray(draft) ? [...draft] : [];
    if (rest.length === 0 && value === undefined) list.splice(key, 1);
    else list[key] = withField(list[key], rest, value);
    return list;
  }
  const { [key]: before, ...others } = isPlain(draft) ? draft : {};
  const after = withField(before, rest, value);
  return after === undefined ? others : { ...others, [key]: after };
}

/** What a draft has at a place; `undefined` when nothing. */
export function fieldOf(draft: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((part, key) => (Array.isArray(part) && typeof key === 'number' ? part[key] : isPlain(part) ? part[key] : undefined), draft);
}

/** Without what was left empty: a cleared field is an absent one, and so is a part of which nothing is left. */
export function pruned(value: unknown): unknown {
  if (value === '') return undefined;
  if (Array.isArray(value)) {
    const items = value.map(pruned).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (!isPlain(value)) return value;
  const kept = Object.entries(value).flatMap(([key, part]) => {
    const left = pruned(part);
    return left === undefined ? [] : [[key, left] as const];
  });
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

export type Checked = { readonly ok: true; readonly site: Site } | { readonly ok: false; readonly faults: ReadonlyMap<string, string> };

/** A person's words for what the schema has no sentence of its own for. */
const faultWords: z.core.$ZodErrorMap = (issue) => {
  const words = text.setup.fault;
  if (issue.code === 'invalid_type' && issue.input === undefined) return words.missing;
  if (issue.code === 'invalid_type' && issue.expected === 'number') return words.notNumber;
  if (issue.code === 'too_small' && issue.origin === 'number') return words.tooSmall(String(issue.minimum));
  if (issue.code === 'too_big' && issue.origin === 'number') return words.tooBig(String(issue.maximum));
  return undefined;
};

/** Of what may be one of several things and is none, the faults of the only one whose fields it has; else the issue itself. */
function meantBy(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const [meant, ...others] = issue.errors.filter((branch) => branch.every(({ code }) => code !== 'unrecognized_keys'));
  if (meant === undefined || others.length > 0) return [issue];
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Checked by the very schema of the file; faults by the place they are at, `injector.cements.0.name`. */
export function checkedSite(draft: unknown): Checked {
  const parsed = siteSchema.safeParse(pruned(draft), { error: faultWords });
  if (parsed.success) return { ok: true, site: parsed.data };
  const faults = new Map<string, string>();
  for (const { path, message } of parsed.error.issues.flatMap(meantBy)) if (!faults.has(path.join('.'))) faults.set(path.join('.'), message);
  return { ok: false, faults };
}

/** Equal as files, whatever the order of their keys. */
export function isSameSite(p: unknown, q: unknown): boolean {
  const inOrder = (_: string, value: unknown) => (isPlain(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value);
  return JSON.stringify(pruned(p), inOrder) === JSON.stringify(pruned(q), inOrder);
}
