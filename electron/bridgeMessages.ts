import { z } from 'zod';

const loopback = z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}\//);

/** What the site wants of the windows: where the console opens, whether the pictures open with it, whether there is a way out. */
const arrangementSchema = z.object({
  kiosk: z.boolean().default(false),
  consoleOn: z.enum(['primary', 'other']).nullable().default(null),
  pictures: z.enum(['open', 'closed']).nullable().default(null),
});
export type Arrangement = z.infer<typeof arrangementSchema>;
export const noArrangement: Arrangement = { kiosk: false, consoleOn: null, pictures: null };

/** What the bridge says to the shell; anything else is ignored. */
const bridgeMessageSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ready'),
    url: loopback,
    updateFeed: z.string().nullable().default(null),
    display: arrangementSchema.default(noArrangement),
  }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
  z.object({ kind: z.literal('stopped') }),
  /** Records are to be encrypted: the key of the system's key store, please. */
  z.object({ kind: z.literal('key-wanted') }),
  /** A procedure has begun (`record` is the folder it goes to) or ended. */
  z.object({ kind: z.literal('procedure'), running: z.boolean(), record: z.string().nullable() }),
  /** A record that was asked for can be shown under this name, or not, and why. */
  z.object({ kind: z.literal('record-offered'), name: z.string() }),
  z.object({ kind: z.literal('refused'), message: z.string() }),
]);
export type BridgeMessage = z.infer<typeof bridgeMessageSchema>;

export function parseBridgeMessage(message: unknown): BridgeMessage | null {
  const parsed = bridgeMessageSchema.safeParse(message);
  return parsed.success ? parsed.data : null;
}

/** What the shell says to the bridge. */
export type ShellMessage =
  | { readonly kind: 'stop' }
  | { readonly kind: 'offer-record'; readonly folder: string }
  /** 64 hexadecimal digits; null when the system has no key store. */
  | { readonly kind: 'key'; readonly keyHex: string | null };

/** Updates come only from a server that the site names, and only over TLS. */
export function acceptableFeed(feed: string | null): string | null {
  if (feed === null) return null;
  try {
    return new URL(feed).protocol === 'https:' ? feed : null;
  } catch {
    // Not even an address.
    return null;
  }
}
