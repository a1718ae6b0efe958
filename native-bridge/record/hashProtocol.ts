/** `file` counts the files of a thread from 0. */
export type ToHashWorker =
  /** Comes first. `progress`: two BigInt64, see `hashSlot`. */
  | { readonly kind: 'file'; readonly file: number; readonly progress: SharedArrayBuffer }
  | { readonly kind: 'bytes'; readonly file: number; readonly parts: readonly Uint8Array[] }
  | { readonly kind: 'digest'; readonly file: number }
  /** Somebody watches what else this process does: that goes first. */
  | { readonly kind: 'give-way' };

export type FromHashWorker =
  /** To who asked to be told when less is behind. */
  { readonly kind: 'less-behind'; readonly file: number } | { readonly kind: 'digest'; readonly file: number; readonly sha256: string };

/** Bytes that have been hashed; 1 while somebody waits to be told of the next. */
export const hashSlot = { hashed: 0, waitedFor: 1 } as const;
export const hashProgressBytes = 2 * BigInt64Array.BYTES_PER_ELEMENT;
