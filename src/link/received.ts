import { z } from 'zod';

/** Runs that the C-arm sends to the storage port beside the live sources. Part of `link.ts`. */

/** A frame of a received run, in the framing of `FrameHeader`. */
export const receivedFramePath = (run: string, frame: number): string => `/api/received/${encodeURIComponent(run)}/${frame}`;

export interface ReceivedRun {
  readonly id: string;
  readonly receivedAtEpochMs: number;
  /** Application title of the sender. */
  readonly from: string;
  readonly modality: string;
  readonly description: string;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
}

/** The storage port beside the live sources, and what has come to it, the newest first. */
export interface ReceivedRuns {
  /** `off`: the site has none. */
  readonly port: 'off' | 'opening' | 'open' | 'closed';
  /** Where it listens, why it does not, or what was refused last; for the person. */
  readonly message: string | null;
  readonly runs: readonly ReceivedRun[];
}

export type ReceivedServerMessage = { readonly kind: 'received-runs'; readonly received: ReceivedRuns };

export const receivedClientMessages = [
  /** The next procedure reads this run on this plane, over and over, instead of the site's source; the others stay. */
  z.strictObject({ kind: z.literal('play-received'), run: z.string().max(64), plane: z.enum(['a', 'b']) }),
] as const;
export type ReceivedClientMessage = z.infer<(typeof receivedClientMessages)[number]>;
