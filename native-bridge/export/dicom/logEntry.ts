import type { Code, ContentValue } from './srContent.ts';

/** One property of an entry of the procedure log. */
export interface LogProperty {
  readonly name: Code;
  readonly value: ContentValue;
}

/** One entry of the procedure log, by session time. */
export interface LogEntry {
  readonly tMs: number;
  readonly concept: Code;
  readonly value: ContentValue;
  readonly properties: readonly LogProperty[];
}
