import { z } from 'zod';

/** Who works at this console, where the site wants people to sign in. Part of `link.ts`. */

export const roles = ['operator', 'technologist', 'qa', 'administrator'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

export interface AccessState {
  /** False on a workstation without sign-in: then everything may be done. */
  readonly required: boolean;
  readonly user: { readonly name: string; readonly role: Role } | null;
  /** Unix time until which no sign-in is taken after too many that failed; null when there is none. */
  readonly lockedOutUntilEpochMs: number | null;
}

export type AccessServerMessage = { readonly kind: 'access'; readonly access: AccessState };

export const accessClientMessages = [
  z.strictObject({ kind: z.literal('sign-in'), user: z.string().min(1).max(64), password: z.string().min(1).max(256) }),
  /** Also locks: what runs stays in view, everything else wants a sign-in. */
  z.strictObject({ kind: z.literal('sign-out') }),
] as const;
